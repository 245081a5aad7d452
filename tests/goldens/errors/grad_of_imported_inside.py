import numpy as np


def f(x):
    from adcompile import grad_of as cotangent

    h = x * x
    with cotangent(h) as g:
        g = g * 2
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_imported_inside.py:8: 'grad_of' is imported in the function
#     with cotangent(h) as g:
#     ^^^^^^^^^^^^^^^^^^^^^^^
#   why: its block is put apart before names are followed
#   instead: import it where the function is defined, not in the function
