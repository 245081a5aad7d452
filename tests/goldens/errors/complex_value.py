import numpy as np


def f(x):
    return np.abs(np.sum(x * 1j))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# complex_value.py:5: a value on the way to the result is complex
#     return np.abs(np.sum(x * 1j))
#                          ^^^^^^
#   why: derivatives of complex values are not supported yet
#   instead: compute with real and imaginary parts
#
# complex_value.py:5: a value on the way to the result is complex
#     return np.abs(np.sum(x * 1j))
#                   ^^^^^^^^^^^^^^
#   why: derivatives of complex values are not supported yet
#   instead: compute with real and imaginary parts
