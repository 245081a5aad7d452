import numpy as np


def f(x):
    return np.abs(np.max(x * 1j))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# complex_value.py:5: the derivative of 'max' is not known for complex numbers
#     return np.abs(np.max(x * 1j))
#                   ^^^^^^^^^^^^^^
#   instead: complex numbers have no order: take np.abs(z) or z.real
