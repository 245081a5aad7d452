import numpy as np


def f(x):
    return np.sum(x, axis=x[0])


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# active_option.py:5: the argument 'axis' of 'sum' is active
#     return np.sum(x, axis=x[0])
#            ^^^^^^^^^^^^^^^^^^^^
