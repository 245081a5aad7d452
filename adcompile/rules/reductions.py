"""Reductions: sums, products, means, extremes, norms, and what runs along an axis.

A cotangent of a reduction has the axes that were reduced put back, with size 1, and is then
spread over the array. Where an extreme is reached more than once, each place has its share.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

from adcompile.rules.registry import pullback, static, zero
from adcompile.rules.samples import call, distinct
from adcompile.runtime.broadcasting import unbroadcast


def over_axes():
    """Samples with every form of `axis` and `keepdims`."""
    x = distinct(2, 3)
    return [
        call(x),
        call(x, axis=0),
        call(x, 1),
        call(x, axis=-1, keepdims=True),
        call(x, axis=(0, 1)),
        call(x, keepdims=True),
        call(distinct(2, 3, 2), axis=(0, 2)),
        call(distinct(2, 3, 2), axis=(0, -1), keepdims=True),
        call(distinct(4)),
        call(distinct(4), axis=0, keepdims=True),
    ]


@static
def as_tuple(axis):
    """The axes as a tuple."""
    return axis if isinstance(axis, tuple) else (axis,)


@static
def last_axes(count):
    """The numbers of the last `count` axes."""
    return tuple(range(-count, 0))


@static
def inner_slice(axis, first, last):
    """The index that leaves out the first or the last elements along a negative or positive axis."""
    middle = slice(int(first), -1 if last else None)
    if axis < 0:
        return (Ellipsis, middle, *[slice(None)] * (-1 - axis))
    return (*[slice(None)] * axis, middle)


# -------------------------------------------------------------------------------------- sums


@pullback(np.sum, samples=over_axes)
def sum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a sum with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return np.broadcast_to(r_bar, np.shape(a))


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


def some_missing():
    """Samples with nan in them."""
    x = distinct(2, 3)
    x[0, 1] = np.nan
    return [call(x), call(x, axis=0), call(x, axis=1, keepdims=True), call(distinct(4))]


@pullback(np.nansum, samples=some_missing)
def nansum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a sum with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return np.where(np.isnan(a), 0, r_bar)


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


# --------------------------------------------------------------------------------- extremes


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


# --------------------------------------------------------------------------------- products


def with_zeros():
    """Samples of products, some of them of zeros."""
    x = distinct(2, 3)
    one, two = distinct(4), distinct(4)
    one[1] = two[1] = two[3] = 0
    return [*over_axes(), call(one), call(two), call(x * (x > 0), axis=1), call(np.array([1.5]))]


@pullback(np.prod, samples=with_zeros)
def prod(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a product with dtype= or out=")
    # The others' product is that of those before times that of those behind: right at zeros too.
    if np.ndim(a) == 0:
        return r_bar
    if np.ndim(a) == 1:
        one = np.ones_like(a[:1])
        before = np.cumprod(np.concatenate((one, a[:-1])))
        behind = np.cumprod(np.concatenate((one, a[:0:-1])))[::-1]
        return r_bar * before * behind
    if axis is None:
        x = np.ravel(a)
        one = np.ones_like(x[:1])
        before = np.cumprod(np.concatenate((one, x[:-1])))
        behind = np.cumprod(np.concatenate((one, x[:0:-1])))[::-1]
        return r_bar * np.reshape(before * behind, np.shape(a))
    if not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    if isinstance(axis, int):
        x = np.moveaxis(a, axis, -1)
        one = np.ones_like(x[..., :1])
        before = np.cumprod(np.concatenate((one, x[..., :-1]), axis=-1), axis=-1)
        behind = np.cumprod(np.concatenate((one, x[..., :0:-1]), axis=-1), axis=-1)[..., ::-1]
        return r_bar * np.moveaxis(before * behind, -1, axis)
    moved = np.moveaxis(a, axis, last_axes(len(axis)))
    x = np.reshape(moved, (*np.shape(moved)[: -len(axis)], -1))
    one = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate((one, x[..., :-1]), axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate((one, x[..., :0:-1]), axis=-1), axis=-1)[..., ::-1]
    others = np.reshape(before * behind, np.shape(moved))
    return r_bar * np.moveaxis(others, last_axes(len(axis)), axis)


# ----------------------------------------------------------------------------- along an axis


def along():
    """Samples of functions that run along an axis."""
    return [call(distinct(4)), call(distinct(2, 3)), call(distinct(2, 3), axis=0), call(distinct(2, 3), -1)]


@pullback(np.cumsum, samples=along)
def cumsum(r, a, r_bar, *, axis=None, dtype=None, out=None):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of np.cumsum with dtype= or out=")
    if np.ndim(a) == 1:
        return np.cumsum(r_bar[::-1])[::-1]
    if axis is None:
        return np.reshape(np.cumsum(r_bar[::-1])[::-1], np.shape(a))
    return np.flip(np.cumsum(np.flip(r_bar, axis), axis=axis), axis)


def running_products():
    """Samples of cumprod, some with zeros."""
    one, two = distinct(4), distinct(2, 4)
    one[1] = two[0, 2] = two[1, 0] = two[1, 3] = 0
    return [*along(), call(one), call(two, axis=1), call(two, axis=0), call(two)]


@pullback(np.cumprod, samples=running_products)
def cumprod(r, a, r_bar, *, axis=None, dtype=None, out=None):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of np.cumprod with dtype= or out=")
    if axis is None:
        x = np.ravel(a)
        g = r_bar
    else:
        x = np.moveaxis(a, axis, -1)
        g = np.moveaxis(r_bar, axis, -1)
    # behind[k]: what g weighs of the running product from k on, without the factor x[k].
    count = np.shape(x)[-1]
    before = np.cumprod(np.concatenate((np.ones_like(x[..., :1]), x[..., :-1]), axis=-1), axis=-1)
    behind = np.copy(g)
    for k in range(count - 2, -1, -1):
        behind[..., k] += x[..., k + 1] * behind[..., k + 1]
    x_bar = before * behind
    if axis is None:
        return np.reshape(x_bar, np.shape(a))
    return np.moveaxis(x_bar, -1, axis)


def differences():
    """Samples of np.diff."""
    x = distinct(3, 4)
    return [
        call(distinct(5)),
        call(distinct(5), 2),
        call(distinct(5), n=0),
        call(x),
        call(x, axis=0),
        call(x, n=2, axis=-2),
        call(distinct(4), prepend=0.3),
        call(x, axis=0, prepend=0, append=0),
    ]


@pullback(np.diff, samples=differences)
def diff(r, a, r_bar, *, n=1, axis=-1, prepend=None, append=None):
    if np.ndim(0 if prepend is None else prepend) > 0 or np.ndim(0 if append is None else append) > 0:
        raise NotImplementedError("the derivative of np.diff with arrays to prepend or append")
    if n == 0:
        return r_bar
    for _ in range(n):
        r_bar = -np.diff(r_bar, axis=axis, prepend=0, append=0)
    if prepend is not None or append is not None:
        r_bar = r_bar[inner_slice(axis, prepend is not None, append is not None)]
    return r_bar


# ------------------------------------------------------------------------------------- norms


def norms():
    """Samples of vector norms, and of matrices' Frobenius norms."""
    v, m, stack = distinct(4), distinct(2, 3), distinct(2, 3, 2)
    return [
        call(v),
        *[call(v, order) for order in (2, 1, 3, 2.5, np.inf, -np.inf)],
        call(v, keepdims=True),
        call(m),
        call(m, "fro"),
        call(m, "fro", keepdims=True),
        *[call(m, order, axis=1) for order in (None, 2, 1, 3, np.inf)],
        *[call(m, order, axis=0, keepdims=True) for order in (None, 2, 1, 3, np.inf)],
        call(stack),
        call(stack, axis=(0, 2)),
        call(stack, "fro", axis=(1, 2), keepdims=True),
    ]


@pullback(np.linalg.norm, samples=norms)
def norm(r, x, r_bar, *, ord=None, axis=None, keepdims=False):
    if axis is not None and not keepdims:
        r = np.expand_dims(r, axis)
        r_bar = np.expand_dims(r_bar, axis)
    matrix = isinstance(axis, tuple) or (axis is None and np.ndim(x) > 1)
    if ord is None or ord == "fro" or (ord == 2 and not matrix):
        return r_bar / (r + (r == 0)) * x  # slope 0 where all is 0
    if matrix or ord == 0:
        raise NotImplementedError("the derivative of this norm; vectors: ord None, 1, 2, p, inf; matrices: 'fro'")
    if ord == 1:
        return r_bar * np.sign(x)
    if ord == np.inf or ord == -np.inf:
        hits = np.abs(x) == r
        if axis is None:
            return r_bar / np.sum(hits) * hits * np.sign(x)
        return r_bar / np.sum(hits, axis=axis, keepdims=True) * hits * np.sign(x)
    return r_bar * np.sign(x) * (np.abs(x) / (r + (r == 0))) ** (ord - 1)


# --------------------------------------------------------------- Python's own and the rest


def sequences():
    """Samples of sums of lists and arrays."""
    return [
        call([0.3, 1.2, -0.7]),
        call(distinct(4)),
        call(distinct(2, 3)),
        call([distinct(3), distinct(3, seed=1)]),
    ]


@pullback(builtins.sum, samples=sequences)
def sum_of(r, iterable, r_bar, *, start=0):
    if isinstance(iterable, np.ndarray):
        return np.broadcast_to(r_bar, np.shape(iterable))
    if np.ndim(r_bar) == 0:
        return [r_bar] * len(iterable)
    return [unbroadcast(r_bar, item) for item in iterable]


@pullback(math.fsum, samples=lambda: [call([0.3, 1.2, -0.7]), call(distinct(4))])
def fsum(r, seq, r_bar):
    return np.full(len(seq), r_bar)


@pullback(math.prod, samples=lambda: [call([0.3, 1.2, -0.7]), call([0.3, 0.0, 2.0]), call(distinct(4))])
def prod_of(r, iterable, r_bar, *, start=1):
    x = np.array(iterable)
    one = np.ones_like(x[:1])
    before = np.cumprod(np.concatenate((one, x[:-1])))
    behind = np.cumprod(np.concatenate((one, x[:0:-1])))[::-1]
    return r_bar * start * before * behind


@pullback(math.dist, samples=lambda: [call(distinct(3), distinct(3, seed=1)), call([0.3, 1.2], [-0.7, 0.4])])
def dist(r, p, q, r_bar):
    p_bar = r_bar / (r + (r == 0)) * (np.array(p) - np.array(q))
    return p_bar, -p_bar


zero(np.any, np.all, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.lexsort)
zero(np.count_nonzero, np.nonzero, np.flatnonzero, np.argwhere, np.searchsorted, np.digitize)
zero(np.allclose, np.array_equal, np.array_equiv, np.shape, np.ndim, np.size, np.result_type)
zero(np.zeros_like, np.ones_like, np.empty_like)
