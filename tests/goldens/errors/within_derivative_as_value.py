import numpy as np

from adcompile import grad


def apply(g, x):
    return np.sum(g(x))


def f(x):
    return apply(grad(lambda y: np.sum(y * x)), x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_derivative_as_value.py:11: a derivative of the nested function '<lambda>' is used as a value here
#     return apply(grad(lambda y: np.sum(y * x)), x)
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it reads variables of the function, and who calls it when is not known
#   instead: call it here, or put it into the module with what it reads as parameters
