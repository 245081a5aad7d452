import numpy as np

LOG = []


def f(x):
    LOG.append(x[0])
    return np.sum(x) * LOG[-1]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# global_list_appended.py:7: '.append' may change 'LOG' in place, which is read elsewhere
#     LOG.append(x[0])
#     ^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'LOG'
