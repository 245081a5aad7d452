import numpy as np

from adcompile import grad


def f(x):
    slope = grad(lambda y: np.sum(y), wrt=1)
    return np.sum(slope(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_wrong_wrt.py:8: wrt=1: the function has 1 parameters
#     return np.sum(slope(x))
#                   ^^^^^^^^
