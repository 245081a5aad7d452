import numpy as np


def f(x):
    got = yield x
    return np.sum(x * got)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# yield_expression.py:5: a generator has no derivative
#     got = yield x
#           ^^^^^^^
#   why: it has no single result
#   instead: append the values to a list, and return the list
