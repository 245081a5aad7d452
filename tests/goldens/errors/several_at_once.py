import numpy as np


def f(x):
    class Box:
        pass

    del x[0]
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
# several_at_once.py:8: 'del' of an element is not supported yet
#     del x[0]
#         ^^^^
#   why: what is deleted is known at run time alone
#   instead: make a new list or dict without it: items[:i] + items[i + 1:]
#
# several_at_once.py:9: 'scale' is not defined
#     y = scale(x)  # noqa: F821
#         ^^^^^
#
# several_at_once.py:10: numpy has no attribute 'sinus'
#     return np.sinus(y)
#            ^^^^^^^^
#   instead: did you mean 'sin'?
