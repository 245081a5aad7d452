"""A store into a local array hands its cotangent to what was stored."""
import numpy as np


def f(x):
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return np.sum(np.sin(out))


ARGS = (np.array([0.3, -0.8, 1.9]),)
MORE = (np.array([2.0]),), (np.array([]),)
WRT = 0


# emitted:
import numpy as np


def f_grad(x, result_bar=1.0):
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[i] ** 2
    # return np.sum(np.sin(out))
    out_bar = result_bar * np.cos(out)
    x_bar = np.zeros_like(x)
    for i in reversed(range(n)):
        # out[i] = x[i] ** 2
        g = 2 * out_bar[i] * x[i]
        out_bar[i] = 0.0
        x_bar[i] += g
    return x_bar
