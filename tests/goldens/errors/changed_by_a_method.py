import numpy as np


def f(x):
    y = x * 2
    y.partition(1)
    return y[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_by_a_method.py:6: '.partition' may change 'y' in place, which is read elsewhere
#     y.partition(1)
#     ^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'y'
