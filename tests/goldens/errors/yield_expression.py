import numpy as np


def f(x):
    got = yield x
    return np.sum(x * got)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# yield_expression.py:5: the expression 'Yield' is not supported
#     got = yield x
#           ^^^^^^^
#   why: it has no meaning that a derivative could follow
#
# yield_expression.py:6: 'got' is read before it is bound
#     return np.sum(x * got)
#                       ^^^
