"""A name that only the loop binds."""
import numpy as np


def f(x, n):
    for i in range(n):
        last = x * i
    return np.sum(last)


ARGS = (np.array([1.0, 2.0]), 3)

# refused:
# unbound.py:8: 'last' may have no value here
#     return np.sum(last)
#            ^^^^^^^^^^^^
#   why: numba would go on with 0.0 where Python raises an error
#   instead: give 'last' a value before the loop or branch that sets it
