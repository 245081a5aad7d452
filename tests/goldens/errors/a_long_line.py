import numpy as np


def f(x):
    return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# a_long_line.py:5: 'unwrap' is called with an active value, and has no derivative rule
#     return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2
#                                                      ^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
#
# a_long_line.py:5: 'unwrap' is called with an active value, and has no derivative rule
#     return np.sum(x) + np.sum(np.unwrap(x)) + np.sum(np.unwrap(x * x)) * 2
#                               ^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
