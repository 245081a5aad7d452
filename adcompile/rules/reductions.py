"""Sums, products, and what runs along an axis.

A cotangent of a reduction has the axes that were reduced put back, with size 1, and is then
spread over the array.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

from adcompile.rules.axes import gathered, known_rank, part_along, put_back_axes, scattered, sum_along
from adcompile.rules.creation import is_discrete
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct, over_axes, some_missing
from adcompile.runtime.broadcasting import items_of, match_dtype, unbroadcast


def sums():
    """Samples of sums, some of chosen elements."""
    x, mask = distinct(2, 3), np.array([[True, False, True], [True, True, False]])
    return [*over_axes(), call(x, where=mask), call(x, axis=1, where=mask, initial=2.0), call(x, axis=0, where=mask)]


@pullback(np.sum, linear="a", constants=("initial",), samples=sums)
def sum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=None):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a sum is not known with out= or a dtype of whole numbers")
    r_bar = put_back_axes(r_bar, axis, keepdims)
    if where is not None:
        r_bar = np.where(where, r_bar, 0)
    a_bar = np.broadcast_to(r_bar, np.shape(a))
    return a_bar if dtype is None else match_dtype(a_bar, a)


@pullback(np.nansum, samples=some_missing)
def nansum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a sum is not known with out= or a dtype of whole numbers")
    a_bar = np.where(np.isnan(a), 0, put_back_axes(r_bar, axis, keepdims))
    return a_bar if dtype is None else match_dtype(a_bar, a)


@pushforward(np.nansum)
def nansum_tangent(r, a, a_dot, *, axis=None, dtype=None, out=None, keepdims=False):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of a sum is not known with out= or a dtype of whole numbers")
    return sum_along(np.where(np.isnan(a), 0, a_dot), axis, keepdims)


def sequences():
    """Samples of sums of lists and arrays."""
    return [
        call([0.3, 1.2, -0.7]),
        call(distinct(4)),
        call(distinct(2, 3)),
        call([distinct(3), distinct(3, seed=1)]),
        call([0.3, 1.2], np.ones(3)),
        call(distinct(3), np.ones((2, 2))),
        call(distinct(2, 3), np.ones((4, 3))),
        call([distinct(3), distinct(3, seed=1)], 1.5),
    ]


@pullback(builtins.sum, samples=sequences)
def sum_of(r, iterable, r_bar, *, start=0):
    if isinstance(iterable, np.ndarray):
        if np.shape(r_bar) != np.shape(iterable)[1:]:  # that of `start`
            r_bar = unbroadcast(r_bar, np.zeros(np.shape(iterable)[1:], iterable.dtype))
        return np.broadcast_to(r_bar, np.shape(iterable))
    if np.ndim(r_bar) == 0:
        return [r_bar] * len(iterable)
    return [unbroadcast(r_bar, item) for item in iterable]


@pushforward(builtins.sum)
def sum_of_tangent(r, iterable, iterable_dot, *, start=0):
    if np.ndim(start) == 0:
        return builtins.sum(iterable_dot)
    return builtins.sum(iterable_dot, np.zeros(np.shape(start)))


@pullback(math.fsum, linear="seq", samples=lambda: [call([0.3, 1.2, -0.7]), call(distinct(4))])
def fsum(r, seq, r_bar):
    if isinstance(seq, np.ndarray):
        return np.full(len(seq), r_bar)
    return [r_bar] * len(seq)


def with_zeros():
    """Samples of products, some of them of zeros."""
    x = distinct(2, 3)
    one, two = distinct(4), distinct(4)
    one[1] = two[1] = two[3] = 0
    ends = [call(np.array([1.5])), call(1.5), call(one, axis=())]
    return [*over_axes(), call(one), call(two), call(x * (x > 0), axis=1), *ends]


@inline
def product_of_others(x):
    """For each element along the last axis, the product of all others: of those before, and of
    those behind; so it is right at zeros too."""
    if np.ndim(x) == 1:
        one = np.ones_like(x[:1])
        before = np.cumprod(np.concatenate((one, x[:-1])))
        return before * np.cumprod(np.concatenate((one, x[:0:-1])))[::-1]
    one = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate((one, x[..., :-1]), axis=-1), axis=-1)
    return before * np.cumprod(np.concatenate((one, x[..., :0:-1]), axis=-1), axis=-1)[..., ::-1]


@pullback(np.prod, samples=with_zeros)
def prod(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a product is not known with dtype= or out=")
    if np.ndim(a) == 0:
        return r_bar
    if np.ndim(a) == 1 and axis != ():
        return r_bar * product_of_others(a)
    return put_back_axes(r_bar, axis, keepdims) * scattered(product_of_others(gathered(a, axis)), a, axis)


@pushforward(np.prod)
def prod_tangent(r, a, a_dot, *, axis=None, dtype=None, out=None, keepdims=False):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of a product is not known with dtype= or out=")
    if np.ndim(a) == 0:
        return a_dot
    if np.ndim(a) == 1 and axis != ():
        return np.sum(product_of_others(a) * a_dot, keepdims=keepdims)
    others = scattered(product_of_others(gathered(a, axis)), a, axis)
    return sum_along(others * a_dot, axis, keepdims)


@pullback(math.prod, samples=lambda: [call([0.3, 1.2, -0.7]), call([0.3, 0.0, 2.0]), call(distinct(4), start=2.0)])
def prod_of(r, iterable, r_bar, *, start=1):
    return items_of(r_bar * start * product_of_others(np.array(iterable)), iterable)


@pushforward(math.prod)
def prod_of_tangent(r, iterable, iterable_dot, *, start=1):
    return start * (product_of_others(np.array(iterable)) @ np.array(iterable_dot))


def along():
    """Samples of functions that run along an axis."""
    return [call(distinct(4)), call(distinct(2, 3)), call(distinct(2, 3), axis=0), call(distinct(2, 3), -1)]


@pullback(np.cumsum, linear="a", samples=along)
def cumsum(r, a, r_bar, *, axis=None, dtype=None, out=None):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of np.cumsum is not known with out= or a dtype of whole numbers")
    if known_rank(a) == 0 and axis is not None:
        raise NotImplementedError("the derivative of np.cumsum is not known along an axis of a number")
    if dtype is not None:
        r_bar = r_bar.astype(np.result_type(a))
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
        raise NotImplementedError("the derivative of np.cumprod is not known with dtype= or out=")
    if known_rank(a) == 0 and axis is not None:
        raise NotImplementedError("the derivative of np.cumprod is not known along an axis of a number")
    x = gathered(a, axis)
    before = np.cumprod(np.concatenate((np.ones_like(x[..., :1]), x[..., :-1]), axis=-1), axis=-1)
    # behind[k]: what r_bar weighs of the running product from k on, without the factor x[k].
    behind = np.copy(gathered(r_bar, axis))
    for k in range(np.shape(x)[-1] - 2, -1, -1):
        behind[..., k] += x[..., k + 1] * behind[..., k + 1]
    return scattered(before * behind, a, axis)


@pushforward(np.cumprod)
def cumprod_tangent(r, a, a_dot, *, axis=None, dtype=None, out=None):
    if dtype is not None or out is not None:
        raise NotImplementedError("the derivative of np.cumprod is not known with dtype= or out=")
    if known_rank(a) == 0 and axis is not None:
        raise NotImplementedError("the derivative of np.cumprod is not known along an axis of a number")
    x = gathered(a, axis)
    before = np.cumprod(np.concatenate((np.ones_like(x[..., :1]), x[..., :-1]), axis=-1), axis=-1)
    tangent = np.copy(before * gathered(a_dot, axis))
    for k in range(1, np.shape(x)[-1]):
        tangent[..., k] += x[..., k] * tangent[..., k - 1]
    return tangent if axis is None else scattered(tangent, a, axis)


if hasattr(np, "cumulative_sum"):

    @pullback(
        np.cumulative_sum,
        linear="x",
        samples=lambda: [
            call(distinct(4)),
            call(distinct(4), include_initial=True),
            call(distinct(2, 3), axis=0),
            call(distinct(2, 3), axis=-1, include_initial=True),
        ],
    )
    def cumulative_sum(r, x, r_bar, *, axis=None, dtype=None, out=None, include_initial=False):
        if dtype is not None or out is not None:
            raise NotImplementedError("the derivative of np.cumulative_sum is not known with dtype= or out=")
        if include_initial:
            r_bar = part_along(r_bar, axis, 1, None)
        if np.ndim(x) == 1:
            return np.cumsum(r_bar[::-1])[::-1]
        return np.flip(np.cumsum(np.flip(r_bar, axis), axis=axis), axis)
