import numpy as np


def f(x):
    return np.sum(np.sort(x.byteswap()))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# no_rule_for_a_method.py:5: '.byteswap' is called with an active value, and has no derivative rule
#     return np.sum(np.sort(x.byteswap()))
#                           ^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
