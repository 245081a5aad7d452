import numpy as np

from adcompile import grad


def f(x):
    scale = x[0]

    def inner(y):
        return np.sum(y * scale)

    return np.sum(grad(lambda y, g: g(y))(x, inner))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_given_a_function.py:12: a nested function is given to a derivative of '<lambda>'
#     return np.sum(grad(lambda y, g: g(y))(x, inner))
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: what it reads of the function around it is not followed there
#   instead: let the function call it by its name
