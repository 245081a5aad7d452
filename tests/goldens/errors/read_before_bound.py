import numpy as np


def f(x):
    y = z * 2
    z = x
    return np.sum(y * z)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# read_before_bound.py:5: 'z' is read before it is bound
#     y = z * 2
#         ^
