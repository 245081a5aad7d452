import numpy as np

from adcompile import grad


def bad(y):
    return np.sum(np.unwrap(y))


def f(x):
    return np.sum(grad(bad)(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_inner_refused.py:7: 'unwrap' is called with an active value, and has no derivative rule
#     return np.sum(np.unwrap(y))
#                   ^^^^^^^^^^^^
#   called from within_inner_refused.py:11
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
