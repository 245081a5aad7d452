"""Joined and split arrays: their cotangents are cut apart, or joined, at the same places."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.rules.axes import after, before, is_number, known_rank, part_along
from adcompile.rules.creation import is_discrete
from adcompile.rules.registry import inline, pullback
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import items_of, match_dtype, split_like


@pullback(
    split_like,
    linear="r_bar",
    samples=lambda: [
        call(numbers(3), [numbers(2), numbers(1)], 0),
        call(numbers(2, 3), [numbers(2, 2), numbers(2, 1)], 1),
        call(numbers(5), [numbers(2, 2), numbers(1)], None),
    ],
)
def split_like_back(s, r_bar, arrays, s_bar, *, axis):
    return np.concatenate(s_bar, axis), None


@inline
def side_by_side(r_bar, arrays, axis):
    """The cotangent of an array of which the parts along the first axis were joined along `axis`."""
    if axis is None or axis == 0:
        return np.reshape(r_bar, np.shape(arrays))
    at = axis % (np.ndim(arrays) - 1)
    sizes = np.shape(arrays)
    apart = np.reshape(r_bar, (*sizes[1 : at + 1], sizes[0], *sizes[at + 1 :]))
    return np.moveaxis(apart, at, 0)


def joins():
    """Samples: along every axis, of two and three arrays, of one, of lists and tuples."""
    x, y = numbers(2, 3), numbers(1, 3, seed=1)
    return [
        call((x, y)),
        call([x, y]),
        call((x, numbers(2, 1)), axis=1),
        call((x, numbers(2, 1)), -1),
        call((x, y, x), axis=0),
        call((x, numbers(4)), axis=None),
        call((x,)),
        call((numbers(2), numbers(0), numbers(3))),
        *[call((numbers(2, 3, 2), numbers(2, 3, 2, seed=1)), axis) for axis in (1, -2, -3)],
        call(x),
        *[call(numbers(2, 3, 2, 2), axis) for axis in (0, 1, -1, None)],
    ]


@pullback(np.concatenate, linear="arrays", samples=joins)
def concatenate(r, arrays, r_bar, *, axis=0, out=None, dtype=None):
    if out is not None or (dtype is not None and is_discrete(dtype)):
        raise NotImplementedError("the derivative of np.concatenate is not known with out= or a dtype of whole numbers")
    if isinstance(arrays, np.ndarray):
        a_bar = side_by_side(r_bar, arrays, axis)
        return a_bar if dtype is None else match_dtype(a_bar, arrays)
    if not isinstance(arrays, tuple):
        bars = split_like(r_bar, arrays, axis)
        return bars if dtype is None else match_dtype(bars, arrays)
    if axis is not None and not is_number(axis):
        raise TypeError("an axis is a number")
    pieces: tuple[Any, ...] = ()
    start: Any = None
    for i, a in enumerate(arrays):
        size = np.size(a) if axis is None else np.shape(a)[axis]
        stop = None if i + 1 == len(arrays) else size if i == 0 else start + size
        if axis is None:
            piece = np.reshape(r_bar[start:stop], np.shape(a))
        elif axis == 0:
            piece = r_bar[start:stop]
        else:
            piece = r_bar[(*before(axis), slice(start, stop), *after(axis))]
        pieces = (*pieces, piece if dtype is None else match_dtype(piece, a))
        start = stop
    return pieces


def stacks():
    """Samples: along every axis, of two and three arrays, of numbers, of lists and tuples."""
    x, y = numbers(2, 3), numbers(2, 3, seed=1)
    return [
        call((x, y)),
        call([x, y]),
        call([x, y], axis=1),
        call((x, y, x), axis=-1),
        call((x,), 2),
        call((x, y), 1),
        call((x, y), -2),
        call((x, y), -3),
        call((0.5, 1.5)),
    ]


@pullback(np.stack, linear="arrays", samples=stacks)
def stack(r, arrays, r_bar, *, axis=0):
    if not isinstance(arrays, tuple):
        return items_of(np.moveaxis(r_bar, axis, 0), arrays)
    if not is_number(axis):
        raise TypeError("an axis is a number")
    pieces: tuple[Any, ...] = ()
    for i, _ in enumerate(arrays):
        pieces = (*pieces, r_bar[i] if axis == 0 else r_bar[(*before(axis), i, *after(axis))])
    return pieces


def sheets():
    """Samples of `vstack`, `hstack` and `column_stack`: vectors, matrices, numbers."""
    x, y = numbers(2, 3), numbers(2, 3, seed=1)
    return [
        call((x, y)),
        call([numbers(3), numbers(3, seed=1)]),
        call((x, y, x)),
        call((numbers(2, 3, 4), numbers(2, 3, 4))),
        *[call(numbers(*shape)) for shape in ((3,), (2, 3), (2, 3, 4), (2, 3, 2, 2))],
    ]


@pullback(
    np.vstack,
    linear="tup",
    samples=lambda: [*sheets(), call((numbers(3), numbers(3), numbers(3), numbers(2, 3))), call((0.5, 1.5))],
)
def vstack(r, tup, r_bar):
    if isinstance(tup, np.ndarray):
        return np.reshape(r_bar, np.shape(tup))
    pieces: tuple[Any, ...] = ()
    start = 0
    for a in tup:
        if np.ndim(a) < 2:
            piece = np.reshape(r_bar[start], np.shape(a))
            start = start + 1
        else:
            stop = start + np.shape(a)[0]
            piece = r_bar[start:stop]
            start = stop
        pieces = (*pieces, piece)
    return pieces


@pullback(
    np.hstack,
    linear="tup",
    samples=lambda: [
        *sheets(),
        call((numbers(3), numbers(2))),
        call((numbers(2, 3), numbers(2, 1))),
        call((0.5, 1.5, 2.5, numbers(2))),
    ],
)
def hstack(r, tup, r_bar):
    if isinstance(tup, np.ndarray):
        return side_by_side(r_bar, tup, 0 if np.ndim(tup) < 3 else 1)
    pieces: tuple[Any, ...] = ()
    start = 0
    for a in tup:
        if np.ndim(a) == 0:
            piece = r_bar[start]
            start = start + 1
        elif np.ndim(r) == 1:
            stop = start + np.shape(a)[0]
            piece = r_bar[start:stop]
            start = stop
        else:
            stop = start + np.shape(a)[1]
            piece = r_bar[:, start:stop]
            start = stop
        pieces = (*pieces, piece)
    return pieces


@pullback(
    np.column_stack,
    linear="tup",
    samples=lambda: [*sheets()[:3], *sheets()[4:], call((numbers(2), numbers(2), numbers(2), numbers(2, 3)))],
)
def column_stack(r, tup, r_bar):
    if isinstance(tup, np.ndarray):
        return np.reshape(r_bar.T, np.shape(tup)) if np.ndim(tup) < 3 else side_by_side(r_bar, tup, 1)
    pieces: tuple[Any, ...] = ()
    start = 0
    for a in tup:
        if np.ndim(a) < 2:
            piece = np.reshape(r_bar[:, start], np.shape(a))
            start = start + 1
        else:
            stop = start + np.shape(a)[1]
            piece = r_bar[:, start:stop]
            start = stop
        pieces = (*pieces, piece)
    return pieces


@pullback(
    np.dstack,
    linear="tup",
    samples=lambda: [
        *sheets(),
        call((numbers(2, 3), numbers(2, 3, 2))),
        call((numbers(2, 3), numbers(2, 3, 2), numbers(2, 3))),
        call((0.5, 1.5)),
        call((numbers(1, 2), numbers(2))),
    ],
)
def dstack(r, tup, r_bar):
    if isinstance(tup, np.ndarray):
        return side_by_side(r_bar, tup, 2) if np.ndim(tup) > 3 else np.reshape(np.moveaxis(r_bar, 2, 0), np.shape(tup))
    pieces: tuple[Any, ...] = ()
    start = 0
    for a in tup:
        if np.ndim(a) < 3:
            piece = np.reshape(r_bar[:, :, start], np.shape(a))
            start = start + 1
        else:
            stop = start + np.shape(a)[2]
            piece = r_bar[:, :, start:stop]
            start = stop
        pieces = (*pieces, piece)
    return pieces


@pullback(
    np.append,
    together=("arr", "values"),
    samples=lambda: [
        call(numbers(3), numbers(2)),
        call(numbers(3), 1.5),
        call(1.5, numbers(2)),
        call(numbers(2, 3), numbers(2, 2)),
        call(numbers(2, 3), numbers(1, 3), axis=0),
        call(numbers(2, 3), numbers(2, 1), 1),
        call(numbers(2, 3), numbers(2, 2), axis=-1),
        call(numbers(2, 3, 2), numbers(2, 1, 2), axis=-2),
    ],
)
def append(r, arr, values, r_bar, *, axis=None):
    if axis is None:
        count = np.size(arr)
        arr_bar = r_bar[0] if known_rank(arr) == 0 else np.reshape(r_bar[:count], np.shape(arr))
        values_bar = r_bar[count] if known_rank(values) == 0 else np.reshape(r_bar[count:], np.shape(values))
        return arr_bar, values_bar
    count = np.shape(arr)[axis]
    return part_along(r_bar, axis, None, count), part_along(r_bar, axis, count, None)


def cuts():
    """Samples of `split`: sections and indices, along every axis."""
    return [call(numbers(4), 2), call(numbers(4, 2), (1, 3)), call(numbers(2, 4), 2, axis=1), call(numbers(3), [1, 1])]


@pullback(np.split, np.array_split, linear="ary", samples=cuts)
def split(r, ary, r_bar, *, indices_or_sections, axis=0):
    return np.concatenate(r_bar, axis)


@pullback(
    np.hsplit,
    linear="ary",
    samples=lambda: [call(numbers(4), 2), call(numbers(2, 4), [1, 3]), call(numbers(2, 2, 3), 2)],
)
def hsplit(r, ary, r_bar, *, indices_or_sections):
    return np.concatenate(r_bar, 0 if np.ndim(ary) == 1 else 1)


@pullback(np.vsplit, linear="ary", samples=lambda: [call(numbers(4, 2), 2), call(numbers(3, 2, 2), [1])])
def vsplit(r, ary, r_bar, *, indices_or_sections):
    return np.concatenate(r_bar, 0)


@pullback(np.dsplit, linear="ary", samples=lambda: [call(numbers(2, 3, 4), 2), call(numbers(2, 1, 3), [1, 2])])
def dsplit(r, ary, r_bar, *, indices_or_sections):
    return np.concatenate(r_bar, 2)
