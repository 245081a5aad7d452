import numpy as np


def squares(v):
    for a in v:
        yield a * a


def f(x):
    return sum(squares(x))


ARGS = (np.array([1.0, 2.0]),)

# refused:
# helper_with_a_generator.py:6: a generator has no derivative
#     yield a * a
#     ^^^^^^^^^^^
#   called from helper_with_a_generator.py:10
#   why: it has no single result
#   instead: append the values to a list, and return the list
