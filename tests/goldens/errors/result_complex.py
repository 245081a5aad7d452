import numpy as np


def f(x):
    return np.sum(x * 1j)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# result_complex.py:5: grad needs one real number, and the function returns a complex one
#     return np.sum(x * 1j)
#     ^^^^^^^^^^^^^^^^^^^^^
#   instead: compute with real and imaginary parts
#
# result_complex.py:5: a value on the way to the result is complex
#     return np.sum(x * 1j)
#                   ^^^^^^
#   why: derivatives of complex values are not supported yet
#   instead: compute with real and imaginary parts
#
# result_complex.py:5: a value on the way to the result is complex
#     return np.sum(x * 1j)
#            ^^^^^^^^^^^^^^
#   why: derivatives of complex values are not supported yet
#   instead: compute with real and imaginary parts
