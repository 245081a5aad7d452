import numpy as np

import types

STATE = types.SimpleNamespace(x=None)


def f(x):
    STATE.x = x
    return np.sum(STATE.x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# global_attribute_stored.py:9: a value that depends on the arguments is stored in an object from outside
#     STATE.x = x
#     ^^^^^^^^^^^
#   why: what is read from the object later would count as constant
#   instead: keep the value in a local variable, and return it
