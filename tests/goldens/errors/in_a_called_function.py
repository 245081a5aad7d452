import numpy as np

def helper(v):
    v[0] = 1.0
    return np.unwrap(v)


def f(x):
    return np.sum(helper(x)) + np.unwrap(x)[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# in_a_called_function.py:9: 'helper' may change 'x' in place, which is read elsewhere
#     return np.sum(helper(x)) + np.unwrap(x)[0]
#                   ^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
#
# in_a_called_function.py:9: 'unwrap' may change 'x' in place, which is read elsewhere
#     return np.sum(helper(x)) + np.unwrap(x)[0]
#                                ^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
