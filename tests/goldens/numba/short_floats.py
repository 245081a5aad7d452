"""Arrays of float32."""
import numpy as np


def f(x):
    y = x * 0.5
    return np.sum(y * x)


ARGS = (np.array([1.0, 2.0], dtype=np.float32),)

# refused:
# short_floats.py:5: numba computes with numbers of float32 in another precision than NumPy
#     def f(x):
#           ^
#   why: next to a Python number it makes float64 or int64 of them, where NumPy keeps the array's dtype
#   instead: use float64, int64 and bool; or backend='numpy'
