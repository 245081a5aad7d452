"""`no_grad` and `detach`: constants by the user's word."""
import numpy as np

from adcompile import detach, no_grad


def f(x, w):
    with no_grad():
        scale = np.max(np.abs(x))
    z = x / scale
    return np.sum(w * z * detach(np.tanh(z)))


ARGS = (np.array([0.3, -0.8]), np.array([1.2, 0.4]))
WRT = (0, 1)


def constant(x, w):
    """The same function with its constants written in, at ARGS."""
    x0 = ARGS[0]
    z = x / 0.8
    return np.sum(w * z * np.tanh(x0 / 0.8))


EQUAL = constant
FIRST_ORDER_ONLY = "differences of the gradient see through the constants"


# emitted:
import numpy as np


def f_grad(x, w, out_bar=1.0):
    scale = np.max(np.abs(x))
    z = x / scale
    # return np.sum(w * z * detach(np.tanh(z)))
    g = out_bar * np.tanh(z)
    w_bar = g * z
    z_bar = w * g
    # z = x / scale
    x_bar = z_bar / scale
    return x_bar, w_bar
