"""Means, variances, extremes, medians.

Where an extreme is reached more than once, each place has its share.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import pullback
from adcompile.rules.samples import call, distinct, over_axes, some_missing


@pullback(np.mean, samples=over_axes)
def mean(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a mean with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    if axis is None:
        count = np.size(a)
    elif isinstance(axis, int):
        count = np.shape(a)[axis]
    else:
        count = np.size(a) // np.size(r)
    return np.broadcast_to(r_bar / count, np.shape(a))


@pullback(np.nanmean, samples=some_missing)
def nanmean(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a mean with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    missing = np.isnan(a)
    if axis is None:
        count = np.sum(~missing)
    else:
        count = np.sum(~missing, axis=axis, keepdims=True)
    return np.where(missing, 0, r_bar / count)


def weighted():
    """Samples of averages."""
    x = distinct(2, 3)
    return [
        call(x),
        call(x, axis=1),
        call(x, axis=0, weights=np.array([0.3, 0.9])),
        call(x, axis=-1, weights=np.array([0.3, 0.9, 1.1]), keepdims=True),
        call(x, weights=np.array([[0.3, 0.9, 1.1], [0.2, 0.5, 0.7]])),
        call(distinct(4), weights=np.array([0.3, 0.9, 1.1, 0.2])),
    ]


@pullback(np.average, samples=weighted)
def average(r, a, r_bar, *, axis=None, weights=None, returned=False, keepdims=False):
    if returned or isinstance(axis, tuple):
        raise NotImplementedError("the derivative of np.average with returned= or several axes")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    if weights is None:
        return np.broadcast_to(r_bar / (np.size(a) // np.size(r)), np.shape(a))
    if axis is None:
        share = weights / np.sum(weights)
    elif np.ndim(weights) == 1:
        share = np.moveaxis(np.broadcast_to(weights / np.sum(weights), np.shape(np.swapaxes(a, axis, -1))), -1, axis)
    else:
        share = weights / np.sum(weights, axis=axis, keepdims=True)
    return np.broadcast_to(r_bar * share, np.shape(a))


def spreads():
    """Samples of variances."""
    return [*over_axes(), call(distinct(4), ddof=1), call(distinct(2, 3), axis=1, ddof=1)]


@pullback(np.var, samples=spreads)
def var(r, a, r_bar, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, mean=None, correction=None):
    if dtype is not None or out is not None or mean is not None:
        raise NotImplementedError("the derivative of a variance with dtype=, out= or mean=")
    if correction is not None:
        ddof = correction
    if axis is None:
        return 2 * r_bar / (np.size(a) - ddof) * (a - np.mean(a))
    count = np.shape(a)[axis] if isinstance(axis, int) else np.size(a) // np.size(r)
    if not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return 2 * r_bar / (count - ddof) * (a - np.mean(a, axis=axis, keepdims=True))


@pullback(np.std, samples=spreads)
def std(r, a, r_bar, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, mean=None, correction=None):
    if dtype is not None or out is not None or mean is not None:
        raise NotImplementedError("the derivative of a standard deviation with dtype=, out= or mean=")
    if correction is not None:
        ddof = correction
    slope = r_bar / (r + (r == 0))  # equal numbers: slope 0
    if axis is None:
        return slope / (np.size(a) - ddof) * (a - np.mean(a))
    count = np.shape(a)[axis] if isinstance(axis, int) else np.size(a) // np.size(r)
    if not keepdims:
        slope = np.expand_dims(slope, axis)
    return slope / (count - ddof) * (a - np.mean(a, axis=axis, keepdims=True))


@pullback(np.max, np.min, samples=over_axes)
def extreme(r, a, r_bar, *, axis=None, out=None, keepdims=False):
    if out is not None:
        raise NotImplementedError("the derivative of an extreme with out=")
    if axis is None:
        hits = a == r
        return r_bar / np.sum(hits) * hits
    if not keepdims:
        r = np.expand_dims(r, axis)
        r_bar = np.expand_dims(r_bar, axis)
    hits = a == r
    return r_bar / np.sum(hits, axis=axis, keepdims=True) * hits


@pullback(np.nanmax, np.nanmin, samples=some_missing)
def nanextreme(r, a, r_bar, *, axis=None, out=None, keepdims=False):
    if out is not None:
        raise NotImplementedError("the derivative of an extreme with out=")
    if axis is None:
        hits = a == r
        return r_bar / np.sum(hits) * hits
    if not keepdims:
        r = np.expand_dims(r, axis)
        r_bar = np.expand_dims(r_bar, axis)
    hits = a == r
    return r_bar / np.sum(hits, axis=axis, keepdims=True) * hits


@pullback(np.ptp, samples=over_axes)
def ptp(r, a, r_bar, *, axis=None, out=None, keepdims=False):
    if out is not None:
        raise NotImplementedError("the derivative of np.ptp with out=")
    if axis is None:
        top = a == np.max(a)
        bottom = a == np.min(a)
        return r_bar * (top / np.sum(top) - bottom / np.sum(bottom))
    if not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    top = a == np.max(a, axis=axis, keepdims=True)
    bottom = a == np.min(a, axis=axis, keepdims=True)
    shares = top / np.sum(top, axis=axis, keepdims=True) - bottom / np.sum(bottom, axis=axis, keepdims=True)
    return r_bar * shares


def middles():
    """Samples of medians: even and odd counts."""
    return [
        call(distinct(2, 3)),
        call(distinct(5)),
        call(distinct(2, 3), axis=1),
        call(distinct(2, 3), axis=0, keepdims=True),
        call(distinct(3, 4), axis=-1),
    ]


@pullback(np.median, samples=middles)
def median(r, a, r_bar, *, axis=None, out=None, overwrite_input=False, keepdims=False):
    if out is not None or overwrite_input or isinstance(axis, tuple):
        raise NotImplementedError("the derivative of np.median with out=, overwrite_input= or several axes")
    if axis is None:
        ordered = np.sort(np.ravel(a))
        count = np.size(a)
        low = a == ordered[(count - 1) // 2]
        high = a == ordered[count // 2]
        return r_bar / 2 * (low / np.sum(low) + high / np.sum(high))
    if not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    ordered = np.sort(a, axis=axis)
    count = np.shape(a)[axis]
    low = a == np.take(ordered, [(count - 1) // 2], axis=axis)
    high = a == np.take(ordered, [count // 2], axis=axis)
    shares = low / np.sum(low, axis=axis, keepdims=True) + high / np.sum(high, axis=axis, keepdims=True)
    return r_bar / 2 * shares
