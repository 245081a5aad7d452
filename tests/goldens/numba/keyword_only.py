"""A parameter that is given by its name."""
import numpy as np


def f(x, *, power=2):
    return np.sum(x**power)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# 'power': numba compiles functions of plain positional parameters only
