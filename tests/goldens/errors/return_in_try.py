import numpy as np


def f(x):
    try:
        return np.sum(x)
    except ValueError:
        return 0.0


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# return_in_try.py:5: break, continue or return inside 'try' is not supported
#     try:
#     ^^^^
#   why: the statement is kept as it is
#   instead: assign a name in it, and jump after it
