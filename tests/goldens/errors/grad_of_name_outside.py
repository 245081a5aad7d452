import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    with grad_of(h) as g:
        largest = np.max(g)
        g = g / largest
    return np.sum(h) * largest


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_name_outside.py:11: 'largest' is bound in a 'with grad_of' block, and is a name outside of it, too
#     return np.sum(h) * largest
#                        ^^^^^^^
#   why: the block runs in the reverse sweep, when all other statements have run
#   instead: give it another name there
