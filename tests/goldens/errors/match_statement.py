import numpy as np


def f(x):
    match x.ndim:
        case 1:
            return np.sum(x)
    return np.sum(x[0])


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# match_statement.py:5: 'match' is not supported
#     match x.ndim:
#     ^^^^^^^^^^^^^
#   why: its patterns are not followed
#   instead: write if and elif
