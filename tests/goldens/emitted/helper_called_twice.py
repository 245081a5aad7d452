"""A helper is split in two halves, once for both calls."""
import numpy as np


def layer(x, w):
    z = np.tanh(w * x)
    return z * x


def f(x, w):
    return np.sum(layer(layer(x, w), w))


ARGS = (np.array([0.3, -0.8]), np.array([1.2, 0.7]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, w, out_bar=1.0):
    t, layer_residual = layer_forward(x, w)
    _, layer_residual2 = layer_forward(t, w)
    # return np.sum(layer(layer(x, w), w))
    g, w_bar = layer_pullback(layer_residual2, np.full(x.shape, out_bar))
    x_bar, w_bar2 = layer_pullback(layer_residual, g)
    w_bar += w_bar2
    return x_bar, w_bar


def layer_forward(x, w):
    z = np.tanh(w * x)
    return z * x, (x, w, z)


def layer_pullback(residual, out_bar):
    x, w, z = residual
    # return z * x
    z_bar = out_bar * x
    x_bar = z * out_bar
    # z = np.tanh(w * x)
    g = z_bar * (1 - z ** 2)
    w_bar = g * x
    x_bar += w * g
    return x_bar, w_bar
