import numpy as np


def f(x, k):
    y = x * 2
    z = x * 3
    one = [y, z][k]
    one[1] = 0.0
    return np.sum(y * z)


ARGS = (np.array([1.0, 2.0, 3.0]), 0)

# refused:
# changed_under_one_of_two_names.py:8: 'one' is changed in place while 'y', which may share its memory, is still read
#     one[1] = 0.0
#     ^^^^^^
#   why: the change may be seen through the other name, which is not followed yet
#   instead: copy before changing: one = one.copy()
