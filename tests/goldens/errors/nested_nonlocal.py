import numpy as np


def f(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v

    add(x[0])
    return total


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_nonlocal.py:11: a nested function that rebinds outer names
#     add(x[0])
#     ^^^^^^^^^
#   instead: return the new value
