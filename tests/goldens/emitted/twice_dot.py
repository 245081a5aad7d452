"""One line."""
import numpy as np


def f(x):
    return 2 * np.dot(x, x)


ARGS = (np.arange(4.0),)
WRT = 0


# emitted:
def f_grad(x, out_bar=1.0):
    return 4 * out_bar * x
