import numpy as np

from adcompile import grad_of


def f(x):
    with grad_of(x * x) as g:
        g = g * 2
    return np.sum(x * x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_an_expression.py:7: 'grad_of' is used in another form
#     with grad_of(x * x) as g:
#     ^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: the block is of one value's cotangent
#   instead: write 'with grad_of(h) as g:' for a variable h of the function
