import numpy as np


def f(x):
    x += 1.0
    return np.sum(x * x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# argument_augmented.py:5: 'x' is changed in place, and may be the caller's 'x'
#     x += 1.0
#     ^^^^^^^^
#   why: what the function does to the caller's objects is not followed yet
#   instead: work on a copy: x = x.copy()
