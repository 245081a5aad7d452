import functools

import numpy as np


def f(x):
    squares = map(lambda v: v * v, x)
    return functools.reduce(lambda a, b: a * b, x) + sum(squares)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# mapped_and_reduced.py:8: 'reduce' is called with an active value, and has no derivative rule
#     return functools.reduce(lambda a, b: a * b, x) + sum(squares)
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: write a loop
#
# mapped_and_reduced.py:7: 'map' is called with an active value, and has no derivative rule
#     squares = map(lambda v: v * v, x)
#               ^^^^^^^^^^^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: write a list comprehension: [f(v) for v in values]
