import numpy as np

LAST = None


def f(x):
    global LAST
    LAST = x
    return np.sum(x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# global_assigned.py:7: the global 'LAST' is assigned
#     global LAST
#     ^^^^^^^^^^^
#   why: the change would be seen by others, and its derivative by nobody
#   instead: return the value, and assign 'LAST' where the function is called
