import numpy as np


def f(x):
    return np.sum(scale(x))  # noqa: F821


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# undefined_name.py:5: 'scale' is not defined
#     return np.sum(scale(x))  # noqa: F821
#                   ^^^^^
