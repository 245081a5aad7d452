import numpy as np


def f(x, y, k):
    z = [x, y][k]
    z[1] = 0.0
    return np.sum(z * z)


ARGS = (np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), 1)

# refused:
# changed_may_be_an_argument.py:6: 'z' is changed in place, and may be the caller's 'x'
#     z[1] = 0.0
#     ^^^^
#   why: which of the caller's objects it changes is known at run time alone
#   instead: work on a copy: z = z.copy()
