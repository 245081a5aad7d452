"""A function with a rule that Numba does not have."""
import numpy as np


def f(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
    return total * np.einsum("i,i->", x, x)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# no_such_function.py:9: numba cannot compile this
#     return total * np.einsum("i,i->", x, x)
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: 'numpy.einsum' is not known to numba
#   instead: write it with what numba compiles (its documentation lists the functions), or backend='numpy'
