"""Python's own operations on lists and tuples, and adcompile's markers."""

from __future__ import annotations

import builtins
from copy import copy, deepcopy

import numpy as np

from adcompile.rules.registry import pullback, zero
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import add, add_item, match_dtype, unbroadcast, zeros_like
from adcompile.runtime.checks import (
    require_complex_scalar,
    require_floats,
    require_real,
    require_scalar,
    require_shape,
)
from adcompile.runtime.markers import detach
from adcompile.runtime.tangents import spread, zero_tangent
from adcompile.runtime.updates import extend, where_replaced, written_last


def concatenate_lists(a, b):
    """`a + b` for lists or tuples: what `operator.add` means on them."""
    return a + b


def repeat_list(a, count):
    """`a * count` for a list or tuple: what `operator.mul` means on it."""
    return a * count


def multiply_or_repeat(a, b):
    """`a * b` for a whole number, and what may be a list or tuple, a number or an array."""
    return a * b


@pullback(concatenate_lists, together=("a", "b"), samples=lambda: [call([1.5, 2.0], [0.5])])
def concatenated(r, a, b, r_bar):
    return r_bar[: len(a)], r_bar[len(a) :]


@pullback(repeat_list, linear="a", samples=lambda: [call([1.5, 2.0], k) for k in (3, 1, 0)])
def repeated(r, a, count, r_bar):
    if count < 1:
        return zeros_like(a), None
    a_bar = r_bar[: len(a)]
    for k in range(1, count):
        a_bar = add(a_bar, r_bar[k * len(a) : (k + 1) * len(a)])
    return a_bar, None


@pullback(
    multiply_or_repeat,
    linear=("a", "b"),
    samples=lambda: [call([1.5, 2.0], 2), call(3, (1.5, 2.0)), call(numbers(3), 2), call(2, 1.5)],
)
def multiplied(r, a, b, r_bar):
    if isinstance(a, (list, tuple)):
        return repeated(r, a, b, r_bar)
    if isinstance(b, (list, tuple)):
        return repeated(r, b, a, r_bar)[::-1]
    return unbroadcast(r_bar * b, a), unbroadcast(a * r_bar, b)


@pullback(extend, together=("sequence", "values"), samples=lambda: [call([1.5, 2.0], [0.5])])
def extended(r, sequence, values, r_bar):
    return r_bar[: len(sequence)], r_bar[len(sequence) :]


@pullback(
    copy,
    deepcopy,
    linear="x",
    samples=lambda: [call(1.5), call(numbers(3)), call([numbers(3), numbers(2)]), call([1.5, 2.0])],
)
def copied(r, x, r_bar):
    return r_bar


def _sequences():
    """Samples: lists and tuples of numbers and of arrays, vectors, and a matrix by its rows."""
    held = [[1.5, 2.0], (1.5, 2.0), [numbers(3), numbers(2)], (numbers(3), numbers(2)), numbers(3), numbers(2, 3)]
    return [call(x) for x in held]


@pullback(builtins.list, builtins.tuple, linear="x", samples=_sequences)
def collected(r, x, r_bar):
    if isinstance(x, tuple):
        return tuple(r_bar)
    if isinstance(x, list):
        return list(r_bar)
    items = np.array(r_bar)
    return match_dtype(items if np.ndim(x) == 1 else np.reshape(items, np.shape(x)), x)  # there may be none


def _broadcasts():
    """Samples: a cotangent with more axes, with longer ones, with fewer, with shorter ones."""
    shapes = [((2, 3), (3,)), ((2, 3), (2, 1)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((4, 1, 3), (2, 1))]
    return [call(numbers(*g), numbers(*x)) for g, x in shapes]


@pullback(unbroadcast, linear="g", samples=_broadcasts)
def unbroadcasted(r, g, x, r_bar):
    return unbroadcast(r_bar, g), None


@pullback(match_dtype, linear="g", samples=lambda: [call(numbers(3), numbers(3))])
def matched(r, g, x, r_bar):
    return r_bar, None


@pullback(add, together=("a", "b"), samples=lambda: [call(numbers(3), numbers(3, seed=1))])
def added(r, a, b, r_bar):
    return r_bar, r_bar


@pullback(add_item, together=("g", "value"), samples=lambda: [call(numbers(3), 1, 0.5)])
def added_item(r, g, index, value, r_bar):
    return r_bar, None, r_bar[index]


@pullback(spread, linear="tangent", samples=lambda: [call(numbers(3), numbers(2, 3)), call(0.5, numbers(2))])
def spread_back(r, tangent, x, r_bar):
    return unbroadcast(r_bar, tangent), None


zero(detach, zeros_like, zero_tangent, where_replaced, written_last)
zero(require_complex_scalar, require_floats, require_real, require_scalar, require_shape)
