"""Trigonometric and hyperbolic functions, and their inverses.

The inverse functions of complex numbers: by the result, which says on which branch it lies.
"""

from __future__ import annotations

import math

import numpy as np

from adcompile.rules.registry import partials
from adcompile.rules.samples import (
    between,
    pairs,
    real,
)


@partials(np.sin, samples=real())
def sin(r, x):
    return np.cos(x)


@partials(np.cos, samples=real())
def cos(r, x):
    return -np.sin(x)


@partials(np.tan, samples=between(-1.2, 1.2))
def tan(r, x):
    return 1 + r**2


@partials(np.arcsin, samples=between(-0.9, 0.9))
def arcsin(r, x):
    if np.iscomplexobj(r):
        return 1 / np.cos(r)
    return 1 / np.sqrt(1 - x**2)


@partials(np.arccos, samples=between(-0.9, 0.9))
def arccos(r, x):
    if np.iscomplexobj(r):
        return -1 / np.sin(r)
    return -1 / np.sqrt(1 - x**2)


@partials(np.arctan, samples=real())
def arctan(r, x):
    return 1 / (1 + x**2)


@partials(np.arctan2, samples=pairs(0.5, 2))
def arctan2(r, y, x):
    s = x**2 + y**2
    return x / s, -y / s


@partials(np.degrees, np.rad2deg, samples=real())
def degrees(r, x):
    return 180 / math.pi


@partials(np.radians, np.deg2rad, samples=real())
def radians(r, x):
    return math.pi / 180


@partials(np.sinc, samples=real())
def sinc(r, x):
    # Near 0 the quotient is 0 / 0; there, the first terms of the series.
    t = np.pi * x
    near = np.abs(t) < 1e-3
    return np.where(near, np.pi * t * (t**2 / 30 - 1 / 3), (np.cos(t) - r) / (x + near))


# -------------------------------------------------------------------------------- hyperbolics


@partials(np.sinh, samples=real())
def sinh(r, x):
    return np.cosh(x)


@partials(np.cosh, samples=real())
def cosh(r, x):
    return np.sinh(x)


@partials(np.tanh, samples=real())
def tanh(r, x):
    return 1 - r**2


@partials(np.arcsinh, samples=real())
def arcsinh(r, x):
    if np.iscomplexobj(r):
        return 1 / np.cosh(r)
    return 1 / np.hypot(1, x)


@partials(np.arccosh, samples=between(1.2, 3))
def arccosh(r, x):
    if np.iscomplexobj(r):
        return 1 / np.sinh(r)
    return 1 / np.sqrt((x - 1) * (x + 1))


@partials(np.arctanh, samples=between(-0.9, 0.9))
def arctanh(r, x):
    return 1 / (1 - x**2)
