import functools

import numpy as np


def f(x):
    def add(a, b):
        return a + b

    return functools.reduce(add, x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_as_value.py:10: 'reduce' is called with an active value, and has no derivative rule
#     return functools.reduce(add, x)
#            ^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: write a loop
