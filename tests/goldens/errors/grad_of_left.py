import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    with grad_of(h) as g:
        if np.max(g) > 1:
            return 0.0
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_left.py:8: a 'with grad_of' block is left by return, break or continue
#     with grad_of(h) as g:
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: it runs in the reverse sweep, which goes on behind it
#   instead: put what follows under an 'if'
