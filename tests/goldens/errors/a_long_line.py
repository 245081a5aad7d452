import numpy as np


def f(x):
    return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# a_long_line.py:5: 'unwrap' may change 'x' in place, which is read elsewhere
#     return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2
#                               ^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
#
# a_long_line.py:5: 'unwrap' may change 'an argument' in place, which is read elsewhere
#     return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2
#                                                      ^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'an argument'
