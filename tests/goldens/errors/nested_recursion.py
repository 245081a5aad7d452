import numpy as np


def f(x):
    def power(v, n):
        return v if n == 1 else v * power(v, n - 1)

    return np.sum(power(x, 3))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_recursion.py:6: the nested function 'power' calls itself
#     return v if n == 1 else v * power(v, n - 1)
#                                 ^^^^^^^^^^^^^^^
#   why: it is lowered in place of its call, which would not end
#   instead: put it into the module, with what it reads as parameters
