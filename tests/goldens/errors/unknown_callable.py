import numpy as np


def f(x):
    return np.sum(np.vectorize(np.sin)(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# unknown_callable.py:5: 'call' may change 'an argument' in place, which is read elsewhere
#     return np.sum(np.vectorize(np.sin)(x))
#                   ^^^^^^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'an argument'
#
# unknown_callable.py:5: 'call' is called with an active value, and has no derivative rule
#     return np.sum(np.vectorize(np.sin)(x))
#                   ^^^^^^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
