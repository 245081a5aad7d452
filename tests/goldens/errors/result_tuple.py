import numpy as np


def f(x):
    return np.sum(x), x[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad needs one real number, and the function returns several values
#   instead: has_aux=True if the others are auxiliary; vjp or jacobian for several results
