"""A `with` block stays where it is."""
import numpy as np


def f(x, y):
    with np.errstate(divide="ignore"):
        z = x / y
        w = np.log(z)
    return np.sum(w * x)


ARGS = (np.array([0.3, 0.8]), np.array([1.2, 0.4]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, y, out_bar=1.0):
    with np.errstate(divide='ignore'):
        z = x / y
        w = np.log(z)
    # return np.sum(w * x)
    w_bar = out_bar * x
    x_bar = w * out_bar
    with np.errstate(divide='ignore'):
        # w = np.log(z)
        z_bar = w_bar / z
        # z = x / y
        g = z_bar / y
        x_bar += g
        y_bar = -(g * z)
    return x_bar, y_bar
