import numpy as np


def f(x):
    y = x * 2
    y.T[0] = 0.0
    return np.sum(y)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_through_an_expression.py:6: the changed object is reached through an expression
#     y.T[0] = 0.0
#     ^^^
#   why: its owner cannot be named, so the change cannot be followed
#   instead: give the object a name, and change it by that name
