"""Sums, products, and what runs along an axis.

A cotangent of a reduction has the axes that were reduced put back, with size 1, and is then
spread over the array.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

from adcompile.rules.registry import pullback, static
from adcompile.rules.samples import call, distinct, over_axes, some_missing
from adcompile.runtime.broadcasting import unbroadcast


@static
def last_axes(count):
    """The numbers of the last `count` axes."""
    return tuple(range(-count, 0))


@pullback(np.sum, samples=over_axes)
def sum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a sum with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return np.broadcast_to(r_bar, np.shape(a))


@pullback(np.nansum, samples=some_missing)
def nansum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a sum with dtype= or out=")
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return np.where(np.isnan(a), 0, r_bar)


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


@pullback(math.prod, samples=lambda: [call([0.3, 1.2, -0.7]), call([0.3, 0.0, 2.0]), call(distinct(4))])
def prod_of(r, iterable, r_bar, *, start=1):
    x = np.array(iterable)
    one = np.ones_like(x[:1])
    before = np.cumprod(np.concatenate((one, x[:-1])))
    behind = np.cumprod(np.concatenate((one, x[:0:-1])))[::-1]
    return r_bar * start * before * behind


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


@static
def inner_slice(axis, first, last):
    """The index that leaves out the first or the last elements along a negative or positive axis."""
    middle = slice(int(first), -1 if last else None)
    if axis < 0:
        return (Ellipsis, middle, *[slice(None)] * (-1 - axis))
    return (*[slice(None)] * axis, middle)


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
