import numpy as np


def innermost(v):
    return np.unwrap(v)


def helper(v):
    return innermost(v) * 2


def f(x):
    return np.sum(helper(x))


ARGS = (np.array([1.0, 2.0]),)

# refused:
# called_from.py:5: 'unwrap' is called with an active value, and has no derivative rule
#     return np.unwrap(v)
#            ^^^^^^^^^^^^
#   called from called_from.py:9
#   called from called_from.py:13
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
