import numpy as np


def f(x):
    try:
        total = np.sum(x * x)
    except ValueError:
        total = 0.0
    return total


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# active_in_try.py:5: an active value is computed in a statement that is kept as it is
#     try:
#     ^^^^
#   why: the derivative of its statements is not followed
#   instead: compute the value outside the statement
