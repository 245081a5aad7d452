"""Means, variances, extremes, medians.

Where an extreme is reached more than once, each place has an equal share.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import count_along, gathered, is_number, put_back_axes, scattered, sum_along
from adcompile.rules.creation import is_discrete
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct, over_axes, some_missing
from adcompile.runtime.broadcasting import match_dtype


def means():
    """Samples of means, some of chosen elements."""
    x, mask = distinct(2, 3), np.array([[True, False, True], [True, True, False]])
    return [*over_axes(), call(x, where=mask), call(x, axis=1, where=mask), call(x, axis=0, where=mask[0] | True)]


@pullback(np.mean, linear="a", samples=means)
def mean(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False, where=None):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a mean is not known with out= or a dtype of whole numbers")
    r_bar = put_back_axes(r_bar, axis, keepdims)
    if where is not None:
        where = np.broadcast_to(where, np.shape(a))
        a_bar = np.where(where, r_bar / np.sum(where, axis=axis, keepdims=True), 0)
    else:
        a_bar = np.broadcast_to(r_bar / count_along(a, axis), np.shape(a))
    return a_bar if dtype is None else match_dtype(a_bar, a)


@pullback(np.nanmean, samples=some_missing)
def nanmean(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a mean is not known with out= or a dtype of whole numbers")
    missing = np.isnan(a)
    if axis is None:
        a_bar = np.where(missing, 0, r_bar / np.sum(~missing))
    else:
        counts = np.sum(~missing, axis=axis, keepdims=True)
        a_bar = np.where(missing, 0, put_back_axes(r_bar, axis, keepdims) / counts)
    return a_bar if dtype is None else match_dtype(a_bar, a)


@pushforward(np.nanmean)
def nanmean_tangent(r, a, a_dot, *, axis=None, dtype=None, out=None, keepdims=False):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a mean is not known with out= or a dtype of whole numbers")
    missing = np.isnan(a)
    total = sum_along(np.where(missing, 0, a_dot), axis, keepdims)
    return total / sum_along(~missing, axis, keepdims)


def weighted():
    """Samples of averages."""
    x = distinct(2, 3)
    return [
        call(x),
        call(x, axis=1),
        call(x, axis=0, weights=np.array([0.3, 0.9])),
        call(x, axis=-1, weights=np.array([0.3, 0.9, 1.1]), keepdims=True),
        call(x, weights=np.array([[0.3, 0.9, 1.1], [0.2, 0.5, 0.7]])),
        call(distinct(2, 3, 2), axis=1, weights=np.array([0.3, 0.9, 1.1])),
        call(x, axis=1, weights=np.array([[0.3, 0.9, 1.1], [0.2, 0.5, 0.7]])),
        call(x, axis=()),
        call(distinct(4), weights=np.array([0.3, 0.9, 1.1, 0.2])),
    ]


@pullback(np.average, linear="a", samples=weighted)
def average(r, a, r_bar, *, axis=None, weights=None, returned=False, keepdims=False):
    if returned or (weights is not None and not (axis is None or is_number(axis))):
        raise NotImplementedError(
            "the derivative of np.average is not known with returned=, nor with weights along axes"
        )
    r_bar = put_back_axes(r_bar, axis, keepdims)
    if weights is None:
        return np.broadcast_to(r_bar / count_along(a, axis), np.shape(a))
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


@inline
def from_mean(a, axis):
    """What each number differs from the mean by."""
    if axis is None:
        return a - np.mean(a)
    return a - np.mean(a, axis=axis, keepdims=True)


@inline
def conjugate_from_mean(a, axis):
    """The same for the slope of its square, which is of its size where it is complex."""
    if np.iscomplexobj(a):
        return np.conj(from_mean(a, axis))
    return from_mean(a, axis)


@pullback(np.var, samples=spreads)
def var(
    r, a, r_bar, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None, correction=None
):
    if dtype is not None or out is not None or where is not None or mean is not None:
        raise NotImplementedError("the derivative of a variance is not known with dtype=, out=, where= or mean=")
    count = count_along(a, axis) - (ddof if correction is None else correction)
    return put_back_axes(2 * r_bar / count, axis, keepdims) * conjugate_from_mean(a, axis)


@pushforward(np.var)
def var_tangent(
    r, a, a_dot, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None, correction=None
):
    if dtype is not None or out is not None or where is not None or mean is not None:
        raise NotImplementedError("the derivative of a variance is not known with dtype=, out=, where= or mean=")
    count = count_along(a, axis) - (ddof if correction is None else correction)
    return 2 * sum_along(conjugate_from_mean(a, axis) * a_dot, axis, keepdims) / count


@pullback(np.std, samples=spreads)
def std(
    r, a, r_bar, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None, correction=None
):
    if dtype is not None or out is not None or where is not None or mean is not None:
        raise NotImplementedError("the derivative of a deviation is not known with dtype=, out=, where= or mean=")
    count = count_along(a, axis) - (ddof if correction is None else correction)
    slope = r_bar / (r + (r == 0)) / count  # equal numbers: slope 0
    return put_back_axes(slope, axis, keepdims) * conjugate_from_mean(a, axis)


@pushforward(np.std)
def std_tangent(
    r, a, a_dot, *, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None, correction=None
):
    if dtype is not None or out is not None or where is not None or mean is not None:
        raise NotImplementedError("the derivative of a deviation is not known with dtype=, out=, where= or mean=")
    count = count_along(a, axis) - (ddof if correction is None else correction)
    return sum_along(conjugate_from_mean(a, axis) * a_dot, axis, keepdims) / count / (r + (r == 0))


@inline
def shared_out(r_bar, hits, axis):
    """A cotangent in equal parts for all places that are hit."""
    if axis is None:
        return r_bar / np.sum(hits) * hits
    return r_bar / np.sum(hits, axis=axis, keepdims=True) * hits


@inline
def mean_of_hits(a_dot, hits, axis, keepdims):
    """The mean of the tangents at all places that are hit."""
    return sum_along(hits * a_dot, axis, keepdims) / sum_along(hits, axis, keepdims)


def bounded():
    """Samples of extremes, some of chosen elements, or of one more that bounds them."""
    x, mask = distinct(2, 3), np.array([[True, False, True], [True, True, False]])
    return [
        *over_axes(),
        call(x, initial=0.05),
        call(x, axis=0, initial=0.05, keepdims=True),
        call(x, axis=1, initial=0.05, where=mask),
        call(x, axis=-1, initial=-9.0, where=mask),
        call(x, axis=0, initial=9.0),
    ]


@inline
def hits_of(r, a, axis, keepdims, where):
    """Where the extreme is reached, of what is chosen."""
    hits = a == put_back_axes(r, axis, keepdims)
    return hits if where is None else hits & where


@pullback(np.max, np.min, samples=bounded)
@pullback(np.nanmax, np.nanmin, samples=some_missing)
def extreme(r, a, r_bar, *, axis=None, out=None, keepdims=False, initial=None, where=None):
    if out is not None:
        raise NotImplementedError("the derivative of an extreme is not known with out=")
    hits = hits_of(r, a, axis, keepdims, where)
    if initial is None:
        return shared_out(put_back_axes(r_bar, axis, keepdims), hits, axis)
    shares = r_bar / (sum_along(hits, axis, keepdims) + (r == initial))  # it has a part where it ties
    return put_back_axes(shares, axis, keepdims) * hits


@pushforward(np.max, np.min, np.nanmax, np.nanmin)
def extreme_tangent(r, a, a_dot, *, axis=None, out=None, keepdims=False, initial=None, where=None):
    if out is not None:
        raise NotImplementedError("the derivative of an extreme is not known with out=")
    hits = hits_of(r, a, axis, keepdims, where)
    if initial is None:
        return mean_of_hits(a_dot, hits, axis, keepdims)
    return sum_along(hits * a_dot, axis, keepdims) / (sum_along(hits, axis, keepdims) + (r == initial))


@pullback(np.ptp, samples=over_axes)
def ptp(r, a, r_bar, *, axis=None, out=None, keepdims=False):
    if out is not None:
        raise NotImplementedError("the derivative of np.ptp is not known with out=")
    r_bar = put_back_axes(r_bar, axis, keepdims)
    if axis is None:
        return shared_out(r_bar, a == np.max(a), None) - shared_out(r_bar, a == np.min(a), None)
    top = a == np.max(a, axis=axis, keepdims=True)
    bottom = a == np.min(a, axis=axis, keepdims=True)
    return shared_out(r_bar, top, axis) - shared_out(r_bar, bottom, axis)


@pushforward(np.ptp)
def ptp_tangent(r, a, a_dot, *, axis=None, out=None, keepdims=False):
    if out is not None:
        raise NotImplementedError("the derivative of np.ptp is not known with out=")
    top = a == np.max(a, axis=axis, keepdims=True)
    bottom = a == np.min(a, axis=axis, keepdims=True)
    return mean_of_hits(a_dot, top, axis, keepdims) - mean_of_hits(a_dot, bottom, axis, keepdims)


def middles():
    """Samples of medians: even and odd counts."""
    return [
        call(distinct(2, 3)),
        call(distinct(5)),
        call(distinct(2, 3), axis=1),
        call(distinct(2, 3), axis=0, keepdims=True),
        call(distinct(3, 4), axis=-1),
    ]


@inline
def shares_of_median(a, axis):
    """The slope of the median by each element: the middle ones share it."""
    x = gathered(a, axis)
    ordered = np.sort(x)
    count = np.shape(x)[-1]
    low = x == ordered[..., (count - 1) // 2, None]
    high = x == ordered[..., count // 2, None]
    shares = low / np.sum(low, axis=-1, keepdims=True) + high / np.sum(high, axis=-1, keepdims=True)
    return scattered(shares, a, axis)


@pullback(np.median, samples=middles)
def median(r, a, r_bar, *, axis=None, out=None, overwrite_input=False, keepdims=False):
    if out is not None or overwrite_input:
        raise NotImplementedError("the derivative of np.median is not known with out= or overwrite_input=")
    return put_back_axes(r_bar, axis, keepdims) / 2 * shares_of_median(a, axis)


@pushforward(np.median)
def median_tangent(r, a, a_dot, *, axis=None, out=None, overwrite_input=False, keepdims=False):
    if out is not None or overwrite_input:
        raise NotImplementedError("the derivative of np.median is not known with out= or overwrite_input=")
    return sum_along(shares_of_median(a, axis) * a_dot, axis, keepdims) / 2
