"""What repeats the elements of an array: the cotangents of an element's copies are summed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adcompile.rules.axes import is_number, known_rank
from adcompile.rules.registry import pullback, pushforward, static
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast


@pullback(
    np.broadcast_to,
    linear="array",
    samples=lambda: [
        call(numbers(3), (2, 3)),
        call(numbers(2, 1), (2, 3)),
        call(1.5, (2,)),
        call(numbers(2, 3), shape=(2, 3)),
    ],
)
def broadcast_to(r, array, r_bar, *, shape):
    return unbroadcast(r_bar, array)


@pullback(
    np.broadcast_arrays,
    together=("*",),
    samples=lambda: [
        call(numbers(3), numbers(2, 3)),
        call(numbers(2, 1), numbers(3), 0.5),
        call(numbers(3)),
    ],
)
def broadcast_arrays(r, r_bar, *args):
    cotangents: tuple[Any, ...] = ()
    for i, x in enumerate(args):
        cotangents = (*cotangents, unbroadcast(r_bar[i], x))
    return cotangents


def repetitions():
    """Samples: one number of repeats, one for each element, every axis, none."""
    x = numbers(2, 3)
    return [
        call(numbers(3), 2),
        call(x, 2),
        call(x, 3, axis=1),
        call(x, 2, axis=-2),
        call(numbers(3), np.array([1, 0, 2])),
        call(x, np.array([1, 2, 0]), axis=1),
        call(1.5, 3),
    ]


@pullback(np.repeat, linear="a", samples=repetitions)
def repeat(r, a, r_bar, *, repeats, axis=None):
    if known_rank(a) == 0 and axis is not None:
        raise NotImplementedError("the derivative of np.repeat is not known along an axis of a number")
    if np.ndim(repeats) == 0 and axis is None:
        return np.reshape(np.reshape(r_bar, (np.size(a), repeats)).sum(axis=1), np.shape(a))
    return sum_repeats(r_bar, np.shape(a), repeats, axis)


def sum_repeats(r, shape, repeats, axis):
    """An array of a shape whose elements are the sums of their copies in `np.repeat`'s result."""
    if axis is None:
        return np.reshape(sum_repeats(r, (math.prod(shape),), repeats, 0), shape)
    sums = np.zeros(shape, np.result_type(r))
    source = np.repeat(np.arange(shape[axis]), repeats)
    np.add.at(np.moveaxis(sums, axis, 0), source, np.moveaxis(r, axis, 0))
    return sums


@pullback(
    sum_repeats,
    linear="r",
    samples=lambda: [
        call(numbers(4), (2,), 2, 0),
        call(numbers(2, 3), (2, 2), np.array([1, 2]), 1),
        call(numbers(6), (3,), 2, None),
    ],
)
def sum_repeats_back(s, r, s_bar, *, shape, repeats, axis):
    return np.repeat(s_bar, repeats, axis)


@pullback(
    np.tile,
    linear="A",
    samples=lambda: [
        call(numbers(3), 2),
        call(numbers(3), (2, 2)),
        call(numbers(2, 3), 2),
        call(numbers(2, 3), (2, 1)),
        call(numbers(2, 3), (2, 1, 3)),
        call(1.5, 3),
    ],
)
def tile(r, A, r_bar, *, reps):
    if np.ndim(A) == 1 and is_number(reps):
        return np.reshape(r_bar, (reps, np.size(A))).sum(axis=0)
    return sum_tiles(r_bar, np.shape(A), reps)


def sum_tiles(r, shape, reps):
    """An array of a shape that is the sum of the tiles in `np.tile`'s result."""
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    rank = max(len(shape), len(reps))
    whole = (1,) * (rank - len(shape)) + tuple(shape)
    reps = (1,) * (rank - len(reps)) + reps
    tiles = np.reshape(r, tuple(n for pair in zip(reps, whole, strict=True) for n in pair))
    return np.reshape(tiles.sum(axis=tuple(range(0, 2 * rank, 2))), shape)


@pullback(sum_tiles, linear="r", samples=lambda: [call(numbers(6), (3,), 2), call(numbers(4, 3), (2, 3), (2, 1))])
def sum_tiles_back(s, r, s_bar, *, shape, reps):
    return np.tile(s_bar, reps)


def paddings():
    """Samples of `pad`: every form of the widths, every mode that is known."""
    x = numbers(2, 3)
    return [
        call(numbers(3), 1),
        call(numbers(3), (1, 2)),
        call(x, 1),
        call(x, ((1, 0), (0, 2))),
        call(x, ((1, 2),), mode="constant", constant_values=3.0),
        call(x, (1, 2), "edge"),
        call(x, 1, mode="reflect"),
        call(numbers(3), 2, mode="wrap"),
        call(x, 1, mode="symmetric"),
        call(x, {0: 1, -1: (1, 2)}),
        call(numbers(2, 1, 2), {-1: (0, 2)}),
        call(numbers(3), ((1,),)),
        call(1.5, 0),
    ]


@static
def interior(rank, width):
    """The slices of the array within its padding."""
    if isinstance(width, dict):
        width = [width.get(i, width.get(i - rank, 0)) for i in range(rank)]
        width = [np.broadcast_to(w, 2) for w in width]
    pairs = np.broadcast_to(width, (rank, 2)).tolist()
    slices = tuple(slice(low or None, -high if high else None) for low, high in pairs)
    return slices[0] if rank == 1 else slices


@static
def copies_elements(mode):
    """Whether all that a mode of `np.pad` puts around an array are elements of it."""
    return mode in ("edge", "reflect", "symmetric", "wrap")


@pullback(np.pad, samples=paddings)
def pad(r, array, r_bar, *, pad_width, mode="constant", constant_values=0):
    if np.ndim(array) == 0:
        return r_bar  # there is nothing to pad
    if mode == "constant":
        return r_bar[interior(np.ndim(array), pad_width)]
    if not copies_elements(mode):
        raise NotImplementedError("the derivative of np.pad is not known for this mode")
    return sum_padding(r_bar, np.shape(array), pad_width, mode)


@pushforward(np.pad)
def pad_tangent(r, array, array_dot, *, pad_width, mode="constant", constant_values=0):
    if mode == "constant":
        return np.pad(array_dot, pad_width)
    if not copies_elements(mode):
        raise NotImplementedError("the derivative of np.pad is not known for this mode")
    return np.pad(array_dot, pad_width, mode)


def sum_padding(r, shape, pad_width, mode):
    """An array of a shape whose elements are the sums of their copies in `np.pad`'s result."""
    source = np.pad(np.reshape(np.arange(math.prod(shape)), shape), pad_width, mode)
    sums = np.zeros(math.prod(shape), np.result_type(r))
    np.add.at(sums, source, r)
    return np.reshape(sums, shape)


@pullback(
    sum_padding, linear="r", samples=lambda: [call(numbers(5), (3,), 1, "edge"), call(numbers(4, 5), (2, 3), 1, "wrap")]
)
def sum_padding_back(s, r, s_bar, *, shape, pad_width, mode):
    return np.pad(s_bar, pad_width, mode)
