"""Quantiles and percentiles, by the numbers and by how much of them lies below.

Elements that tie share a slope, as they do in the median.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import gathered, put_back_axes, scattered, sum_along
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct


def shares():
    """Samples: one share and several, along axes, at the ends, of one element."""
    x = distinct(3, 4)
    return [
        call(distinct(5), 0.3),
        call(distinct(4), 0.61, keepdims=True),
        call(x, 0.45),
        call(x, 0.4, axis=0),
        call(x, 0.7, -1, keepdims=True),
        call(distinct(2, 3, 2), 0.33, axis=(0, 2)),
        call(distinct(5), np.array([0.1, 0.6, 0.9])),
        call(x, np.array([0.1, 0.6]), axis=1),
        call(distinct(2, 3, 2), np.array([0.15, 0.95]), axis=(0, 1)),
        call(distinct(4), 1),
        call(distinct(4), 0),
        call(distinct(1), 0.4),
    ]


@inline
def place_below(q, count):
    """The place of the element below a share; of the last, of the one before it."""
    return np.clip(np.floor(q * (count - 1)), 0, count - 2).astype(int)


@inline
def in_equal_parts(x, ordered, place):
    """For each element along the last axis its part of that at a place: equal ones share it."""
    hits = x == ordered[..., place, None]
    return hits / np.sum(hits, axis=-1, keepdims=True)


@inline
def parts_of_quantile(a, q, axis):
    """The slope of the quantile by each element; of several, along the last axis but one."""
    x = gathered(a, axis)
    ordered, count = np.sort(x), np.shape(x)[-1]
    low = place_below(q, count)
    upper = q * (count - 1) - low
    if np.ndim(q) == 0:
        return (1 - upper) * in_equal_parts(x, ordered, low) + upper * in_equal_parts(x, ordered, low + 1)
    x, upper = x[..., None, :], upper[:, None]
    return (1 - upper) * in_equal_parts(x, ordered, low) + upper * in_equal_parts(x, ordered, low + 1)


@inline
def slope_by_share(a, q, axis):
    """The slope of the quantile by the share; of several shares along the last axis."""
    ordered = np.sort(gathered(a, axis))
    count = np.shape(ordered)[-1]
    low = place_below(q, count)
    return (count - 1) * (ordered[..., low + 1] - ordered[..., low])


@inline
def quantile_back(r, a, q, r_bar, axis, keepdims):
    """The cotangents of the numbers and of the shares."""
    if np.ndim(q) == 0:
        a_bar = put_back_axes(r_bar, axis, keepdims) * scattered(parts_of_quantile(a, q, axis), a, axis)
        slope = slope_by_share(a, q, axis)
        return a_bar, np.sum(np.reshape(r_bar, np.shape(slope)) * slope)
    if np.ndim(q) > 1 or keepdims:
        raise NotImplementedError("the derivative of quantiles is not known for such shares, or with keepdims=")
    bars = np.moveaxis(r_bar, 0, -1)
    a_bar = scattered(np.sum(bars[..., None] * parts_of_quantile(a, q, axis), axis=-2), a, axis)
    q_bar = np.reshape(bars * slope_by_share(a, q, axis), (-1, np.size(q)))
    return a_bar, np.sum(q_bar, axis=0)


@inline
def quantile_forward(r, a, q, a_dot, q_dot, axis, keepdims):
    """The terms of the tangent."""
    if np.ndim(q) == 0:
        from_numbers = sum_along(scattered(parts_of_quantile(a, q, axis), a, axis) * a_dot, axis, keepdims)
        return from_numbers, np.reshape(slope_by_share(a, q, axis) * q_dot, np.shape(r))
    if np.ndim(q) > 1 or keepdims:
        raise NotImplementedError("the derivative of quantiles is not known for such shares, or with keepdims=")
    from_numbers = np.sum(parts_of_quantile(a, q, axis) * gathered(a_dot, axis)[..., None, :], axis=-1)
    return np.moveaxis(from_numbers, -1, 0), np.moveaxis(slope_by_share(a, q, axis) * q_dot, -1, 0)


@pullback(np.quantile, samples=shares)
def quantile(
    r, a, q, r_bar, *, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    if out is not None or overwrite_input or method != "linear" or weights is not None:
        raise NotImplementedError("the derivative of a quantile is known for method='linear', without out= or weights=")
    return quantile_back(r, a, q, r_bar, axis, keepdims)


@pushforward(np.quantile)
def quantile_tangent(
    r, a, q, a_dot, q_dot, *, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    if out is not None or overwrite_input or method != "linear" or weights is not None:
        raise NotImplementedError("the derivative of a quantile is known for method='linear', without out= or weights=")
    return quantile_forward(r, a, q, a_dot, q_dot, axis, keepdims)


def percents():
    """The same samples in percent."""
    return [call(a, 100 * q, *more, **options) for (a, q, *more), options in shares()]


@pullback(np.percentile, samples=percents)
def percentile(
    r, a, q, r_bar, *, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    if out is not None or overwrite_input or method != "linear" or weights is not None:
        raise NotImplementedError("the derivative of a quantile is known for method='linear', without out= or weights=")
    a_bar, share_bar = quantile_back(r, a, q / 100, r_bar, axis, keepdims)
    return a_bar, share_bar / 100


@pushforward(np.percentile)
def percentile_tangent(
    r, a, q, a_dot, q_dot, *, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None
):
    if out is not None or overwrite_input or method != "linear" or weights is not None:
        raise NotImplementedError("the derivative of a quantile is known for method='linear', without out= or weights=")
    return quantile_forward(r, a, q / 100, a_dot, q_dot / 100, axis, keepdims)
