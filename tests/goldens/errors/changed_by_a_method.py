import numpy as np


def f(x):
    y = x * 2
    y.sort()
    return y[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_by_a_method.py:6: '.sort' may change 'y' in place, which is read elsewhere
#     y.sort()
#     ^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'y'
