import numpy as np


class Box:
    def __init__(self, v):
        self.v = v


def f(x):
    return np.sum(Box(x).v)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# attribute_of_an_object.py:10: 'Box' is given 'x', which is read elsewhere
#     return np.sum(Box(x).v)
#                   ^^^^^^
#   why: the object may keep it, or change it
#   instead: keep the values in a dict, a tuple, or variables
#
# attribute_of_an_object.py:10: the attribute 'v' is read of an object that depends on the arguments
#     return np.sum(Box(x).v)
#                   ^^^^^^^^
#   why: an object that holds such a value is not followed
#   instead: keep the values in a dict, a tuple, or variables
