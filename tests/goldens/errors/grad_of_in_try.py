import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    try:
        with grad_of(h) as g:
            g = g * 2
    except ValueError:
        pass
    return np.sum(h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_in_try.py:9: a 'with grad_of' block stands in a 'try'
#     with grad_of(h) as g:
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: that statement is kept as it is, and stands in no reverse sweep
#   instead: put it behind the 'try'
