"""A name that is a number on one path and an array on another."""
import numpy as np


def f(x, both):
    scale = x[0]
    if both:
        scale = x
    return np.sum(scale)


ARGS = (np.array([1.0, 2.0]), 1)

# refused:
# two_kinds.py:9: numba cannot compile this
#     return np.sum(scale)
#            ^^^^^^^^^^^^^
#   why: 'scale' is float64 on one path and array(float64, 1d, C) on another
#   instead: write it with what numba compiles (its documentation lists the functions), or backend='numpy'
