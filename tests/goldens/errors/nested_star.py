import numpy as np


def f(x):
    def first(*values):
        return values[0]

    return first(x[0], x[1])


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_star.py:8: this call of the nested function 'first' is not supported
#     return first(x[0], x[1])
#            ^^^^^^^^^^^^^^^^^
