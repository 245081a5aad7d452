import numpy as np


def f(x):
    doubled = {i: v * 2 for i, v in enumerate(x)}
    return doubled[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# dict_comprehension.py:5: 'syntax' is called with an active value, and has no derivative rule
#     doubled = {i: v * 2 for i, v in enumerate(x)}
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: detach() the argument if it should count as a constant, or register a rule
