"""Quantiles and percentiles, by the numbers and by how much of them lies below.

Of elements that are equal, those that sorting puts there have the slope, as in JAX and PyTorch.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import gathered, scattered
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct
from adcompile.runtime.placing import put_along_axis


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
        call(distinct(2, 2, 3), 0.3, axis=-1),
        call(distinct(2, 3, 2), np.array([0.2, 0.7]), axis=0),
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
def pairs_around(x, q):
    """Where along the last axis the two elements around each share are, one pair behind the other, and how
    much each of the two counts; in the order of sorting, where elements are equal."""
    count = np.shape(x)[-1]
    low = place_below(q, count)
    upper = q * (count - 1) - low
    places = low + np.arange(2) if np.ndim(q) == 0 else np.ravel(low[:, None] + np.arange(2))
    return np.argsort(x, -1, "stable")[..., places], np.stack((1 - upper, upper), -1)


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
    if np.ndim(q) > 1 or (keepdims and np.ndim(q) > 0):
        raise NotImplementedError("the derivative of quantiles is not known for such shares, or with keepdims=")
    x, slope = gathered(a, axis), slope_by_share(a, q, axis)
    places, parts = pairs_around(x, q)
    if np.ndim(q) == 0:
        bars = np.reshape(r_bar, np.shape(slope))
        halves = bars * parts if np.ndim(slope) == 0 else bars[..., None] * parts
        return scattered(put_along_axis(halves, np.shape(x), places, -1), a, axis), np.sum(bars * slope)
    bars = np.moveaxis(r_bar, 0, -1)
    halves = np.reshape(bars[..., None] * parts, np.shape(places))
    q_bar = np.sum(np.reshape(bars * slope, (-1, np.size(q))), axis=0)
    return scattered(put_along_axis(halves, np.shape(x), places, -1), a, axis), q_bar


@inline
def quantile_forward(r, a, q, a_dot, q_dot, axis, keepdims):
    """The terms of the tangent."""
    if np.ndim(q) > 1 or (keepdims and np.ndim(q) > 0):
        raise NotImplementedError("the derivative of quantiles is not known for such shares, or with keepdims=")
    slope = slope_by_share(a, q, axis)
    places, parts = pairs_around(gathered(a, axis), q)
    pairs = np.take_along_axis(gathered(a_dot, axis), places, -1)
    if np.ndim(q) == 0:
        return np.reshape(pairs @ parts, np.shape(r)), np.reshape(slope * q_dot, np.shape(r))
    by_numbers = np.sum(np.reshape(pairs, (*np.shape(slope), 2)) * parts, axis=-1)
    return np.moveaxis(by_numbers, -1, 0), np.moveaxis(slope * q_dot, -1, 0)


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
    """Some of the same samples, in percent."""
    return [call(a, 100 * q, *more, **options) for (a, q, *more), options in shares()[1::4]]


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
