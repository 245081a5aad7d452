import numpy as np


def f(x):
    y = x * 2
    tail = y[1:]
    y[1] = 0.0
    return np.sum(tail * tail)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_while_a_view_is_read.py:7: 'y' is changed in place while 'tail', which may share its memory, is still read
#     y[1] = 0.0
#     ^^^^
#   why: the change may be seen through the other name, which is not followed yet
#   instead: copy before changing: y = y.copy()
