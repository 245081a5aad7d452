"""A vjp within: its pullback is a call of the second half."""
import numpy as np

from adcompile import vjp


def model(w):
    return np.tanh(w) * w


def f(w, y):
    value, pullback = vjp(model)(w)
    step = pullback(value - y)
    return np.sum((model(w - 0.1 * step) - y) ** 2)


ARGS = (np.array([0.5, -1.2]), np.array([0.1, 0.4]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(w, y, out_bar=1.0):
    t, model_forward_residual = model_forward_forward(w)
    value, residual = t
    t, model_pullback_residual = model_pullback_forward(residual, value - y)
    t, model_residual = model_forward_2(w - 0.1 * t)
    # return np.sum((model(w - 0.1 * step) - y) ** 2)
    g = out_bar * 2 * (t - y)
    y_bar = -g
    w_bar = model_pullback(model_residual, g)
    # step = pullback(value - y)
    residual_bar, g = model_pullback_pullback(model_pullback_residual, -0.1 * w_bar)
    y_bar -= g
    # value, pullback = vjp(model)(w)
    w_bar += model_forward_pullback(model_forward_residual, (g, residual_bar))
    return w_bar, y_bar


def model_forward_2(w):
    t = np.tanh(w)
    return t * w, (w, t)


def model_pullback(residual, out_bar):
    w, t = residual
    # return np.tanh(w) * w
    w_bar = t * out_bar
    w_bar += out_bar * w * (1 - t ** 2)
    return w_bar


def model_pullback_forward(residual, out_bar):
    w, t = residual
    w_bar = t * out_bar
    w_bar += out_bar * w * (1 - t ** 2)
    return w_bar, (out_bar, w, t)


def model_pullback_pullback(residual, w_bar_bar):
    out_bar, w, t = residual
    # w_bar += out_bar * w * (1 - t ** 2)
    g = w_bar_bar * (1 - t ** 2)
    out_bar_bar = g * w
    w_bar = out_bar * g
    # w_bar = t * out_bar
    t_bar = w_bar_bar * out_bar
    t_bar -= 2 * (out_bar * w) * w_bar_bar * t
    out_bar_bar += t * w_bar_bar
    # w, t = residual
    residual_bar = w_bar, t_bar
    return residual_bar, out_bar_bar


def model_forward_forward(w):
    t = np.tanh(w)
    t2 = w, t
    return (t * w, t2), (t, t2)


def model_forward_pullback(residual, out_bar):
    t, t2 = residual
    # return t * w, (w, t)
    g = out_bar[0]
    g2 = out_bar[1]
    w_bar = g2[0]
    t_bar = g2[1]
    t_bar = t_bar + g * t2[0]
    w_bar = w_bar + t2[1] * g
    # t = np.tanh(w)
    w_bar += t_bar * (1 - t ** 2)
    return w_bar
