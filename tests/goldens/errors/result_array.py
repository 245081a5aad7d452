import numpy as np


def f(x):
    return x * 2


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# result_array.py:5: grad needs one real number, and the function returns an array of shape (n)
#     return x * 2
#     ^^^^^^^^^^^^
#   why: the gradient of an array is a Jacobian
#   instead: return its sum, or use vjp (cotangents of any shape) or jacobian
