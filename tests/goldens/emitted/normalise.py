"""Mean and variance."""
import numpy as np


def f(x, w):
    z = (x - x.mean()) / np.sqrt(np.var(x) + 1e-5)
    return np.sum(w * z)


ARGS = (np.array([0.3, -0.8, 1.9, 0.1]), np.array([1.2, 0.7, -0.4, 0.5]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, w, out_bar=1.0):
    t = x - x.mean()
    t2 = np.sqrt(np.var(x) + 1e-05)
    z = t / t2
    # return np.sum(w * z)
    w_bar = out_bar * z
    z_bar = w * out_bar
    # z = (x - x.mean()) / np.sqrt(np.var(x) + 1e-5)
    g = z_bar / t2
    n = x.size
    x_bar = g - (g * z).sum() / t2 / n * t
    x_bar -= g.sum() / n
    return x_bar, w_bar
