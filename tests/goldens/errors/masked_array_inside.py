import numpy as np


def f(x):
    return np.ma.masked_where(x > 1, x).sum()


ARGS = (np.array([1.0, 2.0]),)

# refused:
# masked_array_inside.py:5: 'masked_where' is called with an active value, and has no derivative rule
#     return np.ma.masked_where(x > 1, x).sum()
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: masked arrays are not supported
#   instead: use an array and np.where(mask, value, x)
