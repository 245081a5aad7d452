import numpy as np

import types


def f(x):
    box = types.SimpleNamespace(x=0.0)
    box.x = x[0]
    return box.x * 2


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# attribute_of_local_stored.py:8: a value that depends on the arguments is stored in an object from outside
#     box.x = x[0]
#     ^^^^^
#   why: what is read from the object later would count as constant
#   instead: keep the value in a local variable, and return it
