"""Statements that are kept as they are, and `with`."""
import numpy as np

log = []


def f(x):
    log.append(1)
    with np.errstate(all="ignore"):
        y = np.log(x)
    return np.sum(y)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# statements.py:9: numba does not compile 'with'
#     with np.errstate(all="ignore"):
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   instead: leave it out, or backend='numpy'
#
# 'log' is a list, which is not passed to a function compiled by numba
#   instead: pass arrays of float64 and int64, numbers, or tuples of them; or backend='numpy'
