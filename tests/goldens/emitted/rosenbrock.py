"""Slices that overlap."""
import numpy as np


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


f = rosenbrock
ARGS = (np.array([0.3, -0.4, 0.8, 1.1]),)
MORE = (np.array([0.3]),), (np.array([0.3, 0.5]),)
WRT = 0


# emitted:
import numpy as np


def rosenbrock_grad(x, out_bar=1.0):
    t = x[:-1]
    # return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    g = 200 * out_bar * (x[1:] - t ** 2)
    x_bar = np.zeros_like(x)
    x_bar[:-1] = -2 * out_bar * (1 - t) - 2 * g * t
    x_bar[1:] += g
    return x_bar
