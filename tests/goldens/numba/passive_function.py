"""A function that carries no derivative."""
import numpy as np

LIMIT = 3.0


def steps(n):
    return n * LIMIT


def f(x, n):
    return np.sum(x) * steps(n)


ARGS = (np.array([1.0, 2.0]), 3)

# refused:
# passive_function.py:12: numba does not compile 'steps'
#     return np.sum(x) * steps(n)
#                        ^^^^^^^^
#   why: it carries no derivative, and is called as it stands; numba would freeze what it reads from outside
#   instead: backend='numpy'
