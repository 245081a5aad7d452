import numpy as np


def f(x):
    class Box:
        pass

    del x.scale
    y = scale(x)  # noqa: F821
    return np.sinus(y)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# several_at_once.py:5: a class inside a differentiated function is not supported
#     class Box:
#     ^^^^^^^^^^
#   why: each call would make another class
#   instead: define it in the module
#
# several_at_once.py:8: 'del' of an attribute is not supported
#     del x.scale
#         ^^^^^^^
#   why: the object belongs to the world outside the function
#   instead: do it outside of the function
#
# several_at_once.py:9: 'scale' is not defined
#     y = scale(x)  # noqa: F821
#         ^^^^^
#
# several_at_once.py:10: numpy has no attribute 'sinus'
#     return np.sinus(y)
#            ^^^^^^^^
#   instead: did you mean 'sin'?
