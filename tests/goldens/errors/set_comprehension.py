import numpy as np


def f(x):
    return sum({v * 2 for v in x})


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# set_comprehension.py:5: 'syntax' is called with an active value, and has no derivative rule
#     return sum({v * 2 for v in x})
#                ^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
