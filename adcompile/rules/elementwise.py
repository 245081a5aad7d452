"""Elementwise functions: partial derivatives of `r = f(x, ...)`, as in any table of derivatives.

Sums such as `x + (x == 0)` put a 1 where a formula would divide by zero although the derivative
is 0 there.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

from adcompile.rules.registry import partials, pullback, zero
from adcompile.rules.samples import (
    around,
    call,
    integer_powers,
    nonzero,
    numbers_only,
    pairs,
    positive,
    powers,
    real,
    scalar_pairs,
    steps,
)

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
zero(*{np.dtype(code).type for code in np.typecodes["AllInteger"]}, np.bool_)
zero(builtins.int, builtins.bool, builtins.len, builtins.range, builtins.isinstance, builtins.issubclass)
zero(builtins.callable, builtins.hasattr, builtins.type, builtins.any, builtins.all)
zero(builtins.print, builtins.repr, builtins.str, builtins.format)
