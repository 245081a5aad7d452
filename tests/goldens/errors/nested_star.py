import numpy as np


def f(x):
    def first(a, b):
        return a

    return first(*x)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# nested_star.py:8: the nested function 'first' is called with '*' or '**'
#     return first(*x)
#            ^^^^^^^^^
#   why: how many arguments there are is not known
#   instead: write the arguments out
