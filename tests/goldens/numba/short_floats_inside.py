"""Values that are made float32."""
import numpy as np


def f(x):
    w = np.ones(2, dtype=np.float32)
    return np.sum(x * w)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# short_floats_inside.py:6: numba computes with numbers of float32 in another precision than NumPy
#     w = np.ones(2, dtype=np.float32)
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: next to a Python number it makes float64 or int64 of them, where NumPy keeps the array's dtype
#   instead: use float64, int64 and bool; or backend='numpy'
