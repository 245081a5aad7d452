import numpy as np

from adcompile import grad


def f(x):
    by = len(x) - 3
    return np.sum(grad(lambda y, z: np.sum(y * z), wrt=by)(x, x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_computed_option.py:8: an option of 'grad' is computed by the program
#     return np.sum(grad(lambda y, z: np.sum(y * z), wrt=by)(x, x))
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: the derivative is written when the program is compiled
#   instead: write it as a constant
