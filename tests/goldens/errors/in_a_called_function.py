import numpy as np

def helper(v):
    v[0] = 1.0
    return np.unwrap(v)


def f(x):
    return np.sum(helper(x)) + np.unwrap(x)[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# in_a_called_function.py:9: 'unwrap' is called with an active value, and has no derivative rule
#     return np.sum(helper(x)) + np.unwrap(x)[0]
#                                ^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
#
# in_a_called_function.py:5: 'unwrap' is called with an active value, and has no derivative rule
#     return np.unwrap(v)
#            ^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
