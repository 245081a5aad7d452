"""An int that grows from trip to trip."""
import numpy as np


def f(x):
    weight = 1
    total = 0.0
    for v in x:
        weight = weight * 10
        total += weight * v
    return total


ARGS = (np.array([1.0, 2.0]),)

# refused:
# large_int.py:8: an int may get larger than 64 bits here
#     for v in x:
#     ^^^^^^^^^^^
#   why: numba's ints have 64 bits, and wrap around where Python's go on
#   instead: compute with floats (start from 1.0, not 1), or backend='numpy'
