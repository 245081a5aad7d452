import numpy as np


class Box:
    def __init__(self, v):
        self.v = v


def f(x):
    return np.sum(Box(x).v)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# attribute_of_an_object.py:10: 'Box' may change 'x' in place, which is read elsewhere
#     return np.sum(Box(x).v)
#                   ^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
#
# attribute_of_an_object.py:10: '.v' is called with an active value, and has no derivative rule
#     return np.sum(Box(x).v)
#                   ^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
