"""Tables that are interpolated, and polynomials."""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import known_rank
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, numbers
from adcompile.runtime.placing import put_back

# ------------------------------------------------------------------------------------- tables


def tables():
    """Samples of tables: numbers and arrays between the knots and outside of them, values for there."""
    knots, values = np.array([-1.0, -0.2, 0.5, 1.7]), numbers(4)
    x = np.array([[-0.7, 0.1, 1.2], [-1.4, 2.3, 0.3]])
    return [
        call(x[0], knots, values),
        call(x, knots, values),
        call(0.3, knots, values),
        call(x, knots, values, left=0.5),
        call(x, knots, values, 0.2, -0.7),
        call(x, knots, values, right=1.5),
        call(x, np.array([0.2]), np.array([1.3])),
    ]


@inline
def knots_above(x, xp):
    """For each number the first knot above it, by its place; the last interval ends with its end."""
    return np.clip(np.searchsorted(xp, x, "right"), 1, np.size(xp) - 1)


@inline
def between_knots(above, xp):
    """The distance of a knot to the one below; of one that stands twice infinite, as no number lies between."""
    width = xp[above] - xp[above - 1]
    return np.where(width > 0, width, np.inf)


@inline
def slope_between_knots(x, xp, fp):
    """The slope of the table at each number: on a knot that of the interval above, outside 0."""
    above = knots_above(x, xp)
    slope = (fp[above] - fp[above - 1]) / between_knots(above, xp)
    return np.where((x >= xp[0]) & (x <= xp[-1]), slope, 0)


@inline
def share_of_lower(x, xp):
    """How much of the value at each number is that of the knot below."""
    above = knots_above(x, xp)
    return (xp[above] - np.clip(x, xp[0], xp[-1])) / between_knots(above, xp)


@inline
def for_both_knots(weights, x, xp):
    """The cotangents of the knots: each weight in two parts for the knots around its number."""
    above, lower = knots_above(x, xp), weights * share_of_lower(x, xp)
    return put_back(lower, np.shape(xp), above - 1, 0) + put_back(weights - lower, np.shape(xp), above, 0)


@inline
def from_table(r_bar, x, xp, left, right):
    """A cotangent where the values of the table are seen: not where `left` and `right` are."""
    if left is not None:
        r_bar = np.where(x < xp[0], 0, r_bar)
    if right is not None:
        r_bar = np.where(x > xp[-1], 0, r_bar)
    return r_bar


@pullback(np.interp, samples=tables)
def interp(r, x, xp, fp, r_bar, *, left=None, right=None, period=None):
    if period is not None:
        raise NotImplementedError("the derivative of np.interp is not known with period=")
    x_bar = r_bar * slope_between_knots(x, xp, fp)
    return x_bar, for_both_knots(-x_bar, x, xp), for_both_knots(from_table(r_bar, x, xp, left, right), x, xp)


@pushforward(np.interp)
def interp_tangent(r, x, xp, fp, x_dot, xp_dot, fp_dot, *, left=None, right=None, period=None):
    if period is not None:
        raise NotImplementedError("the derivative of np.interp is not known with period=")
    slope = slope_between_knots(x, xp, fp)
    knots = slope * np.interp(x, xp, xp_dot)
    if left is None and right is None:
        return slope * x_dot, -knots, np.interp(x, xp, fp_dot)
    return slope * x_dot, -knots, from_table(np.interp(x, xp, fp_dot), x, xp, left, right)


# -------------------------------------------------------------------------------- polynomials


@inline
def derived(p):
    """The coefficients of the derivative of a polynomial, the highest first."""
    return p[:-1] * np.arange(np.size(p) - 1, 0, -1)


@pullback(
    np.polyval,
    samples=lambda: [
        call(numbers(4), 0.7),
        call(numbers(4), numbers(3)),
        call(numbers(3), numbers(2, 3)),
        call(numbers(1), numbers(2)),
        call(numbers(2), numbers(3)),
    ],
)
def polyval(r, p, x, r_bar):
    x_bar = r_bar * np.polyval(derived(p), x)
    if known_rank(x) == 0:
        return r_bar * x ** np.arange(np.size(p) - 1, -1, -1), x_bar
    return np.ravel(r_bar) @ np.vander(np.ravel(x), np.size(p)), x_bar


@pushforward(np.polyval)
def polyval_tangent(r, p, x, p_dot, x_dot):
    return np.polyval(p_dot, x), np.polyval(derived(p), x) * x_dot


@pullback(
    np.vander,
    samples=lambda: [
        call(numbers(3)),
        call(numbers(3), 4),
        call(numbers(3), 4, increasing=True),
        call(numbers(4), N=1),
        call(numbers(2), increasing=True),
    ],
)
def vander(r, x, r_bar, *, N=None, increasing=False):
    count = np.shape(r)[1]
    if increasing:
        return np.sum(r_bar[:, 1:] * np.arange(1, count) * r[:, :-1], axis=1)
    return np.sum(r_bar[:, :-1] * np.arange(count - 1, 0, -1) * r[:, 1:], axis=1)


@pushforward(np.vander)
def vander_tangent(r, x, x_dot, *, N=None, increasing=False):
    count = np.shape(r)[1]
    if increasing:
        return np.pad(x_dot[:, None] * np.arange(1, count) * r[:, :-1], ((0, 0), (1, 0)))
    return np.pad(x_dot[:, None] * np.arange(count - 1, 0, -1) * r[:, 1:], ((0, 0), (0, 1)))
