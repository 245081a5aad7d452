"""Elementwise functions: partial derivatives of `r = f(x, ...)`, as in any table of derivatives."""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import partials, zero
from adcompile.rules.samples import between, pairs, positive, real


@partials(np.add, samples=pairs())
def add(r, x, y):
    return 1, 1


@partials(np.subtract, samples=pairs())
def subtract(r, x, y):
    return 1, -1


@partials(np.multiply, samples=pairs())
def multiply(r, x, y):
    return y, x


@partials(np.divide, samples=pairs(0.5, 2))
def divide(r, x, y):
    return 1 / y, -r / y


@partials(np.negative, samples=real())
def negative(r, x):
    return -1


@partials(np.power, samples=pairs(0.5, 2))
def power(r, x, y):
    return y * x ** (y - 1), r * np.log(x)


@partials(np.exp, samples=real())
def exp(r, x):
    return r


@partials(np.log, samples=positive())
def log(r, x):
    return 1 / x


@partials(np.sqrt, samples=positive())
def sqrt(r, x):
    return 0.5 / r


@partials(np.sin, samples=real())
def sin(r, x):
    return np.cos(x)


@partials(np.cos, samples=real())
def cos(r, x):
    return -np.sin(x)


@partials(np.tanh, samples=real())
def tanh(r, x):
    return 1 - r**2


zero(np.floor, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.sign)

__all__ = ["between"]
