import numpy as np


def f(x):
    return np.sum(x * 1j)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# result_complex.py:5: grad needs one real number, and the function returns a complex one
#     return np.sum(x * 1j)
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: its derivative is one complex number only for a holomorphic function
#   instead: holomorphic=True if it is one; else return a real number, or use vjp or jvp
