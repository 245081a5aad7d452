import numpy as np


def f(x):
    match x.shape:
        case (n,):
            return np.sum(x) / n
    return np.sum(x[0])


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# match_statement.py:5: 'match' with such a pattern is not supported
#     match x.shape:
#     ^^^^^^^^^^^^^^
#   why: patterns that look into the subject are not followed
#   instead: write if and elif
