import numpy as np


def f(x):
    class Box:
        w = 2.0

    return np.sum(x) * Box.w


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# class_inside.py:5: a class inside a differentiated function is not supported
#     class Box:
#     ^^^^^^^^^^
#   why: each call would make another class
#   instead: define it in the module
