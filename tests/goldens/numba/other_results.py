"""Calls that Numba compiles to something else."""
import numpy as np


def f(x, y, k):
    if round(float(x[0]), 2) > 0.5:
        x = x * 2.0
    return np.sum(x[:k][y[:k] > 0.0])


ARGS = (np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0]), 2)

# refused:
# other_results.py:6: numba does not compile 'round'
#     if round(float(x[0]), 2) > 0.5:
#        ^^^^^^^^^^^^^^^^^^^^^
#   why: numba rounds to decimals by multiplying, Python by the exact number; np.round multiplies in both
#   instead: backend='numpy'
#
# other_results.py:8: numba does not compile this store
#     return np.sum(x[:k][y[:k] > 0.0])
#                   ^^^^^^^^^^^^^^^^^^
#   why: numba does not check that a mask is as large as the array; compute it from that array
#   instead: backend='numpy'
