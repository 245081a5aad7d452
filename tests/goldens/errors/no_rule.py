import numpy as np


def f(x):
    return np.sum(np.unwrap(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# no_rule.py:5: 'unwrap' may change 'x' in place, which is read elsewhere
#     return np.sum(np.unwrap(x))
#                   ^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
#
# no_rule.py:5: 'unwrap' is called with an active value, and has no derivative rule
#     return np.sum(np.unwrap(x))
#                   ^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
