import numpy as np

from adcompile import grad_of


def f(x):
    def h(y):
        return y * y

    with grad_of(h) as g:
        g = g * 2
    return np.sum(h(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_a_function.py:10: 'h' is a function, and has no cotangent
#     with grad_of(h) as g:
#                  ^
#   instead: write 'with grad_of(h) as g:' for a variable h of the function
