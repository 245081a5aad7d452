import numpy as np


def f(x):
    return np.sum(np.sinus(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# missing_attribute.py:5: numpy has no attribute 'sinus'
#     return np.sum(np.sinus(x))
#                   ^^^^^^^^
#   instead: did you mean 'sin'?
