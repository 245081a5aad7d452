"""Elementwise functions: partial derivatives of `r = f(x, ...)`, as in any table of derivatives.

At a kink a rule takes the middle of the slopes on its two sides: 0 for `abs` at 0, a half for
each argument of `maximum` where they tie. Sums such as `x + (x == 0)` put a 1 where a formula
would divide by zero although the derivative is 0 there.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

from adcompile.rules.registry import partials, pullback, pushforward, zero
from adcompile.rules.samples import (
    around,
    between,
    bounds,
    call,
    choices,
    distinct_pairs,
    integer_powers,
    nonzero,
    numbers,
    numbers_only,
    pairs,
    pairs_of,
    positive,
    powers,
    real,
    scalar_pairs,
    scaled,
    steps,
)
from adcompile.runtime.broadcasting import unbroadcast

# -------------------------------------------------------------------------------- arithmetic


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


@partials(np.positive, np.real, np.float64, np.float32, np.complex128, np.complex64, samples=real())
def positive_(r, x):
    return 1


@partials(np.imag, samples=real())
def imag(r, x):
    return -1j if np.iscomplexobj(x) else 0


@pullback(np.conjugate, linear="x", samples=real())
def conjugate(r, x, r_bar):
    return np.conjugate(r_bar) if np.iscomplexobj(x) else r_bar


@partials(np.angle, samples=lambda: [*nonzero()(), call(np.array([0.5, 1.5]), deg=True)])
def angle(r, z, *, deg=False):
    # Of a real number the angle is 0, or half a turn.
    slope = -1j / (z + (z == 0)) if np.iscomplexobj(z) else 0
    return slope * (180 / math.pi) if deg else slope


@pullback(
    builtins.complex,
    together=("x", "y"),
    spelled={"real": "x", "imag": "y"},
    samples=lambda: [call(0.3, -1.2), call(np.float64(0.5), 0.7)],
)
def to_complex(r, x, y, r_bar):
    return r_bar, None if y is None else 1j * r_bar


@pullback(builtins.float, linear="x", samples=numbers_only())
def to_float(r, x, r_bar):
    return r_bar if np.ndim(x) == 0 else np.full(np.shape(x), r_bar)


@partials(np.power, np.float_power, samples=powers)
def power(r, x, y):
    # An exponent of 0 stays 0, and `0 ** y` does not move with y: no 0 * inf where x is 0.
    return y * x ** (y - (y != 0)), r * np.log(x + (x == 0))


@partials(np.square, samples=real())
def square(r, x):
    return 2 * x


@partials(np.sqrt, samples=positive())
def sqrt(r, x):
    return 0.5 / r


@partials(np.cbrt, samples=nonzero())
def cbrt(r, x):
    return 1 / (3 * r**2)


@partials(np.reciprocal, samples=nonzero())
def reciprocal(r, x):
    return -(r**2)


@partials(math.hypot, samples=scalar_pairs)
@partials(np.hypot, samples=pairs(0.5, 2))
def hypot(r, x, y):
    return x / (r + (r == 0)), y / (r + (r == 0))


@partials(np.fmod, np.remainder, samples=steps)
def remainder(r, x, y):
    return 1, (r - x) / y


@partials(np.ldexp, samples=integer_powers)
def ldexp(r, x, exponent):
    return 2.0**exponent, None


# ---------------------------------------------------------------- exponentials and logarithms


@partials(np.exp, samples=real())
def exp(r, x):
    return r


@partials(np.exp2, samples=real())
def exp2(r, x):
    return math.log(2) * r


@partials(np.expm1, samples=real())
def expm1(r, x):
    return r + 1


@partials(np.log, samples=positive())
def log(r, x):
    return 1 / x


@partials(np.log2, samples=positive())
def log2(r, x):
    return 1 / (math.log(2) * x)


@partials(np.log10, samples=positive())
def log10(r, x):
    return 1 / (math.log(10) * x)


@partials(np.log1p, samples=positive())
def log1p(r, x):
    return 1 / (1 + x)


@partials(np.logaddexp, samples=pairs())
def logaddexp(r, x, y):
    # Where both are -inf, so is r, and neither share is nan.
    top = np.where(r == -np.inf, 0, r)
    return np.exp(x - top), np.exp(y - top)


@partials(np.logaddexp2, samples=pairs())
def logaddexp2(r, x, y):
    top = np.where(r == -np.inf, 0, r)
    return np.exp2(x - top), np.exp2(y - top)


# ------------------------------------------------------------------------------ trigonometry
#
# The inverse functions of complex numbers: by the result, which says on which branch it lies.


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


# ------------------------------------------------------------------------------- hyperbolics


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


# -------------------------------------------------------------------------- signs and extremes


@partials(np.absolute, np.fabs, samples=nonzero())
def absolute(r, x):
    if np.iscomplexobj(x):
        return np.conj(x) / (r + (r == 0))
    return np.sign(x)


@partials(np.copysign, samples=pairs_of(nonzero_only=True))
def copysign(r, x, y):
    return np.sign(x) * np.copysign(1, y), 0


@partials(np.heaviside, samples=lambda: [*pairs_of(nonzero_only=True)(), call(np.array([0, 1]), numbers(2))])
def heaviside(r, x, y):
    return 0, x == 0


@pullback(builtins.max, samples=scalar_pairs)
@pullback(np.maximum, samples=distinct_pairs)
def maximum(r, x, y, r_bar):
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (x > y) + tie, x), unbroadcast(r_bar * (x < y) + tie, y)


@pushforward(builtins.max, np.maximum)
def maximum_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((x > y) + tie), y_dot * ((x < y) + tie)


@pullback(builtins.min, samples=scalar_pairs)
@pullback(np.minimum, samples=distinct_pairs)
def minimum(r, x, y, r_bar):
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (x < y) + tie, x), unbroadcast(r_bar * (x > y) + tie, y)


@pushforward(builtins.min, np.minimum)
def minimum_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((x < y) + tie), y_dot * ((x > y) + tie)


@pullback(np.fmax, np.fmin, samples=distinct_pairs)
def fmax(r, x, y, r_bar):
    # Told by the result: a number wins against nan.
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (r == x) - tie, x), unbroadcast(r_bar * (r == y) - tie, y)


@pushforward(np.fmax, np.fmin)
def fmax_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((r == x) - tie), y_dot * ((r == y) - tie)


@pullback(np.where, together=("x", "y"), samples=choices)
def where(r, condition, x, y, r_bar):
    return None, unbroadcast(np.where(condition, r_bar, 0), x), unbroadcast(np.where(condition, 0, r_bar), y)


@pullback(np.clip, samples=bounds, spelled={"min": "a_min", "max": "a_max"})
def clip(r, a, a_min, a_max, r_bar):
    # What lies inside the bounds, or on one, has slope 1: the result is told from it by `==`.
    # Where the bounds cross, the upper one is the result.
    a_bar = unbroadcast(r_bar * (r == a), a)
    low_bar = high_bar = None
    if a_min is not None:
        low_bar = unbroadcast(r_bar * ((r > a) & (r == a_min)), a_min)
    if a_max is not None:
        above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))
        high_bar = unbroadcast(r_bar * above, a_max)
    return a_bar, low_bar, high_bar


@pushforward(np.clip)
def clip_tangent(r, a, a_min, a_max, a_dot, a_min_dot, a_max_dot):
    low = high = None
    if a_min is not None:
        low = a_min_dot * ((r > a) & (r == a_min))
    if a_max is not None:
        above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))
        high = a_max_dot * above
    return a_dot * (r == a), low, high


@pullback(np.nan_to_num, samples=scaled)
def nan_to_num(r, x, r_bar, *, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise NotImplementedError("nan_to_num(copy=False) changes its argument; write x = np.nan_to_num(x)")
    return np.where(np.isfinite(x), r_bar, 0)


@pushforward(np.nan_to_num)
def nan_to_num_tangent(r, x, x_dot, *, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise NotImplementedError("nan_to_num(copy=False) changes its argument; write x = np.nan_to_num(x)")
    return np.where(np.isfinite(x), x_dot, 0)


# ------------------------------------------------------------------------- the `math` module


@partials(math.erf, samples=numbers_only(arrays=False))
def erf(r, x):
    return 2 / math.sqrt(math.pi) * math.exp(-x * x)


@partials(math.erfc, samples=numbers_only(arrays=False))
def erfc(r, x):
    return -2 / math.sqrt(math.pi) * math.exp(-x * x)


@partials(math.remainder, samples=around)
def ieee_remainder(r, x, y):
    return 1, (r - x) / y


# --------------------------------------------------------------- without slope: steps and tests

zero(np.floor, np.ceil, np.trunc, np.rint, np.round, np.fix, np.floor_divide, np.signbit, np.spacing)
zero(np.sign, on_complex="")  # of complex numbers z / |z|
zero(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
zero(np.logical_and, np.logical_or, np.logical_xor, np.logical_not)
zero(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift)
zero(np.isnan, np.isfinite, np.isinf, np.isposinf, np.isneginf, np.isclose, np.isreal, np.iscomplex)
zero(np.isscalar, np.isrealobj, np.iscomplexobj)
zero(math.isclose, math.isqrt, math.gcd, math.lcm, math.comb, math.perm, math.factorial)
zero(builtins.int, builtins.bool, builtins.len, builtins.range, builtins.isinstance, builtins.issubclass)
zero(builtins.callable, builtins.hasattr, builtins.type, builtins.any, builtins.all)
zero(builtins.print, builtins.repr, builtins.str, builtins.format)
