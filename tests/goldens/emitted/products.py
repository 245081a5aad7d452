"""Constants first and once, numbers before arrays, one division for two partial derivatives."""
import numpy as np


def f(x, y, s):
    z = 0.5 * x ** 4 / y
    r = s * (3 * z) ** 2
    return np.sum(r) + np.sum(x.mean() * (y - np.mean(x)) ** 2) + np.sum(x * y) / 3 + s * s / 2


ARGS = (np.array([0.3, -0.8, 1.9]), np.array([1.2, 0.7, -0.4]), 1.7)
WRT = (0, 1, 2)


# emitted:
def f_grad(x, y, s, out_bar=1.0):
    z = 0.5 * x ** 4 / y
    t = 3 * z
    t2 = x.mean()
    t3 = y - t2
    # return np.sum(r) + np.sum(x.mean() * (y - np.mean(x)) ** 2) + np.sum(x * y) / 3 + s * s / 2
    s_bar = out_bar * s
    g = out_bar / 3
    x_bar = g * y
    y_bar = x * g
    g = t2 * out_bar * 2 * t3
    y_bar += g
    x_bar += (out_bar * (t3 ** 2).sum() - g.sum()) / x.size
    # r = s * (3 * z) ** 2
    s_bar2 = s_bar + out_bar * (t ** 2).sum()
    z_bar = 6 * s_bar * t
    # z = 0.5 * x ** 4 / y
    g = z_bar / y
    y_bar -= g * z
    x_bar += 2 * g * x ** 3
    return x_bar, y_bar, s_bar2
