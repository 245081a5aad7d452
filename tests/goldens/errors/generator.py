import numpy as np


def f(x):
    for v in x:
        yield v * 2


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# generator.py:6: a generator has no derivative
#     yield v * 2
#     ^^^^^^^^^^^
#   why: it has no single result
#   instead: append the values to a list, and return the list
