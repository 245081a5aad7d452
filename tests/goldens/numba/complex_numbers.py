"""A real function that computes with complex numbers."""
import numpy as np


def f(x):
    z = np.exp(1j * x)
    return np.sum(z.real**2)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# complex_numbers.py:6: the program computes with complex numbers
#     z = np.exp(1j * x)
#                ^^^^^^
#   why: under numba they are not checked
#   instead: backend='numpy'
