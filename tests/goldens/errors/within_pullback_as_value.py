import numpy as np

from adcompile import vjp


def square(y):
    return y * y


def f(x):
    value, pullback = vjp(square)(x)
    print(pullback)
    return np.sum(pullback(value))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_pullback_as_value.py:12: a pullback that 'vjp' gave is used as a value here
#     print(pullback)
#     ^^^^^^^^^^^^^^^
#   why: within a differentiated function there is no such object, but the lines that it would run
#   instead: call it, and use what it gives
