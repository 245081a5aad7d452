import numpy as np

TABLE = np.zeros(3)


def f(x):
    TABLE[0] = x[0]
    return np.sum(TABLE)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# global_changed.py:7: a value that depends on the arguments is stored in an object from outside
#     TABLE[0] = x[0]
#     ^^^^^^^^^^^^^^^
#   why: what is read from the object later would count as constant
#   instead: keep the value in a local variable, and return it
