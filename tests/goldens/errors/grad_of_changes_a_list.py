import numpy as np

from adcompile import grad_of


def f(x):
    norms = []
    h = x * x
    with grad_of(h) as g:
        norms.append(np.max(g))
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_changes_a_list.py:9: a 'with grad_of' block changes 'norms'
#     with grad_of(h) as g:
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: it is a function of its own, and what it changes would be seen by nobody
#   instead: let it give the changed value back, or change an object of the module
