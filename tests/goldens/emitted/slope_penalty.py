"""A derivative within: the nested function takes `scale` as an argument, and is differentiated again."""
import numpy as np

from adcompile import grad


def f(x, scale):
    slope = grad(lambda y: np.sum(np.sin(scale * y)))(x)
    return np.sum(slope * slope)


ARGS = (np.array([0.5, 1.0]), 2.0)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, scale, out_bar=1.0):
    slope, function_grad_residual = function_grad_forward(x, scale, 1.0)
    # return np.sum(slope * slope)
    slope_bar = 2 * out_bar * slope
    # slope = grad(lambda y: np.sum(np.sin(scale * y)))(x)
    x_bar, scale_bar = function_grad_pullback(function_grad_residual, slope_bar)
    return x_bar, scale_bar


def function_grad_forward(y, scale, out_bar):
    t = np.cos(scale * y)
    return scale * out_bar * t, (y, scale, out_bar, t)


def function_grad_pullback(residual, result_bar):
    y, scale, out_bar, t = residual
    # return scale * out_bar * np.cos(scale * y)
    g = scale * out_bar * result_bar * np.sin(scale * y)
    y_bar = -scale * g
    scale_bar = (result_bar * t).sum() * out_bar - (g * y).sum()
    return y_bar, scale_bar
