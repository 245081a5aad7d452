import numpy as np

from adcompile import hvp


def square(y):
    return np.sum(y * y)


def f(x):
    return np.sum(hvp(square)(x, np.ones((2, 2))))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_tangent_of_another_rank.py:11: the tangent of 'y' is float64[2, 2], where float64[n] is needed
#     return np.sum(hvp(square)(x, np.ones((2, 2))))
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
