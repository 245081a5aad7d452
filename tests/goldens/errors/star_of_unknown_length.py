import numpy as np


def f(x):
    pair = [v * v for v in x if v > 1]
    return np.maximum(*pair)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# star_of_unknown_length.py:6: a call with '*' of unknown length
#     return np.maximum(*pair)
#            ^^^^^^^^^^^^^^^^^
#   instead: write the arguments out
