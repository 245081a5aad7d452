"""A Hessian within is a loop over unit vectors, and is differentiated as such."""
import numpy as np

from adcompile import hessian


def energy(x):
    return np.sum(np.sin(x)) * x[0]


def f(x):
    return np.trace(hessian(energy)(x))


ARGS = (np.array([0.5, -1.2]),)
WRT = 0


# emitted:
import numpy as np
from adcompile.runtime.broadcasting import items_of


def f_grad(x, out_bar=1.0):
    t, energy_hessian_residual = energy_hessian_forward(x)
    # return np.trace(hessian(energy)(x))
    shape = t.shape
    x_bar = energy_hessian_pullback(energy_hessian_residual,
        out_bar * np.eye(shape[0], shape[1], 0))
    return x_bar


def energy_hessian_forward(x):
    shape = x.shape
    columns = []
    n = x.size
    tape = []
    for i in range(n):
        unit = np.zeros(n)
        unit[i] = 1.0
        column, energy_grad_tangent_residual = energy_grad_tangent_forward(x, unit, 1.0)
        columns.append(column)
        tape.append(energy_grad_tangent_residual)
    return np.stack(columns, axis=-1), (shape, columns, tape)


def energy_hessian_pullback(residual, out_bar):
    shape, columns, tape = residual
    x = np.empty(shape)
    # return np.stack(columns, axis=-1)
    columns_bar = items_of(np.moveaxis(out_bar, -1, 0), columns)
    x_bar = np.zeros(shape)
    for i in reversed(range(x.size)):
        energy_grad_tangent_residual = tape[i]
        column_bar = columns_bar[i]
        # column = energy_grad_tangent(x, unit)
        x_bar += energy_grad_tangent_pullback(energy_grad_tangent_residual, column_bar)
    return x_bar


def energy_grad_tangent_forward(x, x_dot, out_bar):
    t = np.cos(x)
    x_bar_dot = np.zeros_like(x)
    x_bar_dot[0] = np.sum(x_dot * t) * out_bar
    t2 = out_bar * x[0]
    t3 = np.sin(x)
    x_bar_dot += out_bar * x_dot[0] * t - t2 * x_dot * t3
    return x_bar_dot, (x_dot, out_bar, t, t2, t3)


def energy_grad_tangent_pullback(residual, x_bar_dot_bar):
    x_dot, out_bar, t, t2, t3 = residual
    # x_bar_dot += out_bar * x_dot[0] * t - out_bar * x[0] * x_dot * np.sin(x)
    x_bar = -(t2 * x_dot * x_bar_dot_bar * t)
    x_bar[0] -= out_bar * (x_bar_dot_bar * t3 * x_dot).sum()
    t_bar = out_bar * x_dot[0] * x_bar_dot_bar
    # x_bar_dot[0] = np.sum(x_dot * t) * out_bar
    t_bar += x_bar_dot_bar[0] * out_bar * x_dot
    # t = np.cos(x)
    x_bar -= t_bar * t3
    return x_bar
