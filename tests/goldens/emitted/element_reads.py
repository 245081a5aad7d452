"""A loop that reads elements adds to one array, an element at a time."""
import numpy as np


def f(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


ARGS = (np.array([0.3, -0.8, 1.9]),)
MORE = (np.array([2.0]),), (np.array([]),)
WRT = 0


# emitted:
import numpy as np


def f_grad(x, s_bar=1.0):
    x_bar = np.zeros_like(x)
    # s += x[i] * x[i]
    g = 2 * s_bar
    for i in reversed(range(len(x))):
        x_bar[i] += g * x[i]
    return x_bar
