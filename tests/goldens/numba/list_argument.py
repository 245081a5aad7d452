"""A list of arrays as an argument."""
import numpy as np


def f(x, weights):
    for w in weights:
        x = x * w
    return np.sum(x)


ARGS = (np.array([1.0, 2.0]), [np.ones(2), np.ones(2)])

# refused:
# 'weights' is a list, which is not passed to a function compiled by numba
#   instead: pass arrays of float64 and int64, numbers, or tuples of them; or backend='numpy'
