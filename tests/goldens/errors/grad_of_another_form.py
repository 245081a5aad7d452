import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    with grad_of(h) as g:
        g = [g, g]
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_another_form.py:8: a 'with grad_of' block gives a cotangent that is list[float64[n]], for a value whose is float64[n]
#     with grad_of(h) as g:
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: what goes on has the form of what arrived
#   instead: let the block give an array of the same shape
