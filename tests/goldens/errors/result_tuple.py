import numpy as np


def f(x):
    return np.sum(x), x[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# result_tuple.py:5: grad needs one real number, and the function returns several values
#     return np.sum(x), x[0]
#     ^^^^^^^^^^^^^^^^^^^^^^
#   instead: has_aux=True if the others are auxiliary; vjp for several results
