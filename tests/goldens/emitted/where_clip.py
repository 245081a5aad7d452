"""np.where and np.clip."""
import numpy as np


def f(x, slope):
    y = np.where(x > 0, x, slope * x)
    return np.sum(np.clip(y, -1.0, 1.0) ** 2)


ARGS = (np.array([0.3, -0.8, 1.9, -7.1]), 0.2)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, slope, out_bar=1.0):
    t = x > 0
    y = np.where(t, x, slope * x)
    t2 = np.clip(y, -1.0, 1.0)
    # return np.sum(np.clip(y, -1.0, 1.0) ** 2)
    y_bar = out_bar * 2 * t2 * (t2 == y)
    # y = np.where(x > 0, x, slope * x)
    x_bar = np.where(t, y_bar, 0)
    slope_bar = np.where(t, 0, y_bar * x).sum()
    x_bar += np.where(t, 0, slope * y_bar)
    return x_bar, slope_bar
