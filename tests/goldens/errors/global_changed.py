import numpy as np

TABLE = np.zeros(3)


def f(x):
    TABLE[0] = x[0]
    return np.sum(TABLE)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# global_changed.py:7: 'TABLE' is changed, and belongs to the world outside the function
#     TABLE[0] = x[0]
#     ^^^^^
#   why: the change would be seen by others, and its derivative by nobody
#   instead: pass 'TABLE' as an argument, or copy it first
