import numpy as np


def f(x):
    y = np.zeros(3)
    np.copyto(y, x)
    return np.sum(y)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_by_a_function.py:6: 'copyto' may change 'y' in place, which is read elsewhere
#     np.copyto(y, x)
#     ^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'y'
