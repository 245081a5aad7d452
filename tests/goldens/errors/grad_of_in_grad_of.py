import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    with grad_of(h) as g:
        with grad_of(x) as k:
            k = k * 2
        g = g * 2
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_in_grad_of.py:9: a 'with grad_of' block stands in another one
#     with grad_of(x) as k:
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: it would run in no sweep
#   instead: write 'with grad_of(h) as g:' for a variable h of the function
