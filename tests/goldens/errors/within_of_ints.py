import numpy as np

from adcompile import grad


def square(y):
    return np.sum(y * y)


def f(x):
    return np.sum(grad(square)(np.arange(3))) * x[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_of_ints.py:11: 'y' is an array of int64, which has no derivative; pass y.astype(float)
#     return np.sum(grad(square)(np.arange(3))) * x[0]
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^
