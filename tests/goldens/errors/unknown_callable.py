import numpy as np


def f(x):
    return np.sum(np.vectorize(np.sin)(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# unknown_callable.py:5: a function that is known only at run time is called with an active value
#     return np.sum(np.vectorize(np.sin)(x))
#                   ^^^^^^^^^^^^^^^^^^^^^^^
#   why: neither its source nor a derivative rule can be looked up
#   instead: call the function by its name, with an 'if' for each that it may be
