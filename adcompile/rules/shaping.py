"""Shapes: what moves, repeats, joins or splits the elements of arrays without changing them.

Each of these is linear, and its pullback puts every cotangent back where the element came
from: views are undone by the opposite view, copies of an element are summed, joined arrays
are cut apart again.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adcompile.ir.nodes import Method
from adcompile.rules.registry import pullback, static, zero
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast, zeros_like

# ------------------------------------------------------------------------------------ reshape


def reshapes():
    """Samples: a shape, a size that is found, one number, another order."""
    x = numbers(2, 3)
    return [call(x, (3, 2)), call(x, (6,)), call(x, -1), call(x, (1, -1, 2)), call(x, (3, 2), order="F")]


@static
def is_text(value):
    """Whether an option is a string."""
    return isinstance(value, str)


# A method takes the sizes one by one, `x.reshape(2, 3)`: `n1`, `n2`, ... are those after the first.
@pullback(np.reshape, samples=reshapes)
def reshape(
    r, a, r_bar, *, shape=None, n1=None, n2=None, n3=None, n4=None, n5=None, n6=None, n7=None, order="C", copy=None
):
    if is_text(n1):  # np.reshape(a, shape, 'F')
        order = n1
    if order == "C":
        return np.reshape(r_bar, np.shape(a))
    if order == "F":
        return np.reshape(r_bar, np.shape(a), order="F")
    raise NotImplementedError("the derivative of reshape is known for the orders 'C' and 'F'")


@pullback(np.ravel, samples=lambda: [call(numbers(2, 3)), call(numbers(3)), call(numbers(2, 3), order="F")])
def ravel(r, a, r_bar, *, order="C"):
    if order == "C":
        return np.reshape(r_bar, np.shape(a))
    if order == "F":
        return np.reshape(r_bar, np.shape(a), order="F")
    raise NotImplementedError("the derivative of ravel is known for the orders 'C' and 'F'")


@pullback(
    np.expand_dims,
    samples=lambda: [
        call(numbers(2, 3), 0),
        call(numbers(2, 3), -1),
        call(numbers(2, 3), axis=(0, 2)),
        call(numbers(2), 1),
    ],
)
def expand_dims(r, a, r_bar, *, axis):
    return np.reshape(r_bar, np.shape(a))


@pullback(
    np.squeeze,
    samples=lambda: [
        call(numbers(1, 3)),
        call(numbers(2, 1, 1)),
        call(numbers(2, 1, 1), axis=1),
        call(numbers(1, 2, 1), axis=(0, -1)),
        call(numbers(1, 1)),
    ],
)
def squeeze(r, a, r_bar, *, axis=None):
    return np.reshape(r_bar, np.shape(a))


@pullback(
    np.atleast_1d, np.atleast_2d, np.atleast_3d, samples=lambda: [call(numbers(3)), call(numbers(2, 3)), call(1.5)]
)
def at_least(r, a, r_bar):
    if np.ndim(a) == 0:
        return r_bar.sum()
    return np.reshape(r_bar, np.shape(a))


# ---------------------------------------------------------------------------------- transpose


@static
def inverse_permutation(axes, *more):
    """The axes that undo a transposition; None if it only turns their order around."""
    order = (axes, *[axis for axis in more if axis is not None]) if isinstance(axes, int) else axes
    if order is None or len(order) == 0:
        return None
    rank = len(order)
    order = [axis % rank for axis in order]
    if order == list(range(rank))[::-1]:
        return None
    return tuple(order.index(axis) for axis in range(rank))


def transposes():
    """Samples: matrices, vectors, stacks, with the axes and without."""
    stack = numbers(2, 3, 4)
    return [
        call(numbers(3)),
        call(numbers(2, 3)),
        call(numbers(2, 3), (1, 0)),
        call(numbers(2, 3), (0, 1)),
        call(stack),
        call(stack, (1, 2, 0)),
        call(stack, axes=(2, 0, -2)),
    ]


# A method takes the axes one by one, `x.transpose(1, 0)`: `n1`, `n2`, ... are those after the first.
@pullback(np.transpose, samples=transposes)
def transpose(r, a, r_bar, *, axes=None, n1=None, n2=None, n3=None, n4=None, n5=None, n6=None, n7=None):
    order = inverse_permutation(axes, n1, n2, n3, n4, n5, n6, n7)
    if order is None:
        return r_bar.T
    return np.transpose(r_bar, order)


@pullback(np.matrix_transpose, samples=lambda: [call(numbers(2, 3)), call(numbers(2, 3, 4))])
def matrix_transpose(r, x, r_bar):
    if np.ndim(x) == 2:
        return r_bar.T
    return r_bar.mT


@pullback(
    np.swapaxes,
    samples=lambda: [
        call(numbers(2, 3), 0, 1),
        call(numbers(2, 3, 4), 0, -1),
        call(numbers(2, 3, 4), axis1=1, axis2=2),
    ],
)
def swapaxes(r, a, r_bar, *, axis1, axis2):
    return np.swapaxes(r_bar, axis1, axis2)


@pullback(
    np.moveaxis,
    samples=lambda: [call(numbers(2, 3, 4), 0, -1), call(numbers(2, 3, 4), (0, 1), (-1, 0)), call(numbers(2, 3), 1, 0)],
)
def moveaxis(r, a, r_bar, *, source, destination):
    return np.moveaxis(r_bar, destination, source)


@pullback(
    np.rollaxis, samples=lambda: [call(numbers(2, 3, 4), 2), call(numbers(2, 3, 4), 0, 3), call(numbers(2, 3, 4), 1, 2)]
)
def rollaxis(r, a, r_bar, *, axis, start=0):
    rank = np.ndim(a)
    return np.moveaxis(r_bar, rolled_to(axis, start, rank), axis)


@static
def rolled_to(axis, start, rank):
    """Where `np.rollaxis` puts an axis."""
    start = start + rank if start < 0 else start
    return start - 1 if axis % rank < start else start


# ------------------------------------------------------------------------------------ reorder


@pullback(
    np.flip,
    samples=lambda: [
        call(numbers(3)),
        call(numbers(2, 3)),
        call(numbers(2, 3), 1),
        call(numbers(2, 3, 2), axis=(0, -1)),
    ],
)
def flip(r, m, r_bar, *, axis=None):
    if axis is None:
        return np.flip(r_bar)
    return np.flip(r_bar, axis)


@pullback(np.fliplr, samples=lambda: [call(numbers(2, 3)), call(numbers(2, 3, 2))])
def fliplr(r, m, r_bar):
    return np.fliplr(r_bar)


@pullback(np.flipud, samples=lambda: [call(numbers(3)), call(numbers(2, 3))])
def flipud(r, m, r_bar):
    return np.flipud(r_bar)


@pullback(
    np.rot90,
    samples=lambda: [
        call(numbers(2, 3)),
        call(numbers(2, 3), 2),
        call(numbers(2, 3), -1),
        call(numbers(2, 3, 4), 3, axes=(2, 0)),
    ],
)
def rot90(r, m, r_bar, *, k=1, axes=(0, 1)):
    return np.rot90(r_bar, -k, axes)


@static
def negative(shift):
    """The shift back: of a number or a tuple of numbers."""
    return tuple(-s for s in shift) if isinstance(shift, tuple) else -shift


@pullback(
    np.roll,
    samples=lambda: [
        call(numbers(4), 1),
        call(numbers(2, 3), -2),
        call(numbers(2, 3), 1, axis=1),
        call(numbers(2, 3), (1, 2), axis=(0, 1)),
        call(numbers(2, 3), 1, (0, 1)),
    ],
)
def roll(r, a, r_bar, *, shift, axis=None):
    return np.roll(r_bar, negative(shift), axis)


@pullback(
    np.sort,
    samples=lambda: [call(numbers(5)), call(numbers(3, 4)), call(numbers(3, 4), 0), call(numbers(3, 4), axis=None)],
)
def sort(r, a, r_bar, *, axis=-1):
    if axis is None:
        return np.reshape(r_bar[np.argsort(np.argsort(a, None))], np.shape(a))
    back = np.argsort(np.argsort(a, axis), axis)
    return np.take_along_axis(r_bar, back, axis)


# --------------------------------------------------------------------------- copies and dtypes


@pullback(np.copy, np.ascontiguousarray, samples=lambda: [call(numbers(3)), call(numbers(2, 3)), call(1.5)])
def copy(r, a, r_bar):
    return unbroadcast(r_bar, a)


@static
def is_discrete(dtype):
    """Whether a dtype has no derivatives: whole numbers, truth values."""
    return dtype.kind not in "fc"


@pullback(
    np.ndarray.astype,
    Method("astype"),
    samples=lambda: [call(numbers(3), float), call(numbers(2, 3), np.float64), call(numbers(3), np.int64)],
)
def astype(r, x, r_bar, *, dtype=None):
    if is_discrete(r.dtype):
        return np.zeros_like(x)
    return unbroadcast(r_bar, x)


@pullback(
    np.array,
    np.asarray,
    samples=lambda: [
        call(numbers(2, 3)),
        call(numbers(3), dtype=float),
        call((1.5, -0.5)),
        call([0.5, 2.5, 1.0]),
        call([numbers(3), numbers(3, seed=1)]),
        call([[0.5, 1.0], [2.0, -1.0]]),
    ],
)
def array(r, a, r_bar, *, dtype=None, copy=True):
    if np.ndim(r) == 0:
        return unbroadcast(r_bar, a)
    if isinstance(a, tuple):
        parts: tuple[Any, ...] = ()
        for i, _ in enumerate(a):
            parts = (*parts, r_bar[i])
        return parts
    if isinstance(a, list):
        return items_of(r_bar, a)
    return unbroadcast(r_bar, a)


def items_of(r_bar, a):
    """The cotangent of a sequence that was made an array: a sequence of cotangents."""
    if isinstance(a, (list, tuple)):
        return [items_of(g, item) for g, item in zip(r_bar, a, strict=True)]
    return r_bar


@pullback(
    items_of, samples=lambda: [call(numbers(2), [0.5, 1.5]), call(numbers(2, 3), [numbers(3), numbers(3, seed=1)])]
)
def items_of_back(s, r_bar, a, s_bar):
    return np.array(s_bar), zeros_like(a)


# ------------------------------------------------------------------------------------- joining


@static
def is_number(axis):
    """Whether an axis is a whole number."""
    return isinstance(axis, int | np.integer)


@static
def before(axis):
    """The part of a subscript that stands before the one of `axis`."""
    return (slice(None),) * axis if axis >= 0 else (Ellipsis,)


@static
def after(axis):
    """The part of a subscript that stands after the one of a negative `axis`."""
    return () if axis >= 0 else (slice(None),) * (-axis - 1)


def split_like(r_bar, arrays, axis):
    """The pieces of a cotangent that belong to the arrays that were joined along `axis`."""
    if axis is None:
        flat = np.split(r_bar, np.cumsum([np.size(a) for a in arrays])[:-1])
        return [np.reshape(piece, np.shape(a)) for piece, a in zip(flat, arrays, strict=True)]
    return list(np.split(r_bar, np.cumsum([np.shape(a)[axis] for a in arrays])[:-1], axis))


@pullback(
    split_like,
    samples=lambda: [
        call(numbers(3), [numbers(2), numbers(1)], 0),
        call(numbers(2, 3), [numbers(2, 2), numbers(2, 1)], 1),
        call(numbers(5), [numbers(2, 2), numbers(1)], None),
    ],
)
def split_like_back(s, r_bar, arrays, s_bar, *, axis):
    return np.concatenate(s_bar, axis), zeros_like(arrays)


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
    ]


@pullback(np.concatenate, samples=joins)
def concatenate(r, arrays, r_bar, *, axis=0):
    if not isinstance(arrays, tuple):
        return split_like(r_bar, arrays, axis)
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
        pieces = (*pieces, piece)
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
        call((0.5, 1.5)),
    ]


@pullback(np.stack, samples=stacks)
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
    ]


@pullback(np.vstack, samples=lambda: [*sheets(), call((numbers(3), numbers(2, 3))), call((0.5, 1.5))])
def vstack(r, tup, r_bar):
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


@pullback(np.hstack, samples=lambda: [*sheets(), call((numbers(3), numbers(2))), call((numbers(2, 3), numbers(2, 1)))])
def hstack(r, tup, r_bar):
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


@pullback(np.column_stack, samples=lambda: [*sheets()[:3], call((numbers(2), numbers(2, 3)))])
def column_stack(r, tup, r_bar):
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


def cuts():
    """Samples of `split`: sections and indices, along every axis."""
    return [call(numbers(4), 2), call(numbers(4, 2), (1, 3)), call(numbers(2, 4), 2, axis=1), call(numbers(3), [1, 1])]


@pullback(np.split, np.array_split, samples=cuts)
def split(r, ary, r_bar, *, indices_or_sections, axis=0):
    return np.concatenate(r_bar, axis)


# ---------------------------------------------------------------------------------- repetition


@pullback(
    np.broadcast_to,
    samples=lambda: [
        call(numbers(3), (2, 3)),
        call(numbers(2, 1), (2, 3)),
        call(1.5, (2,)),
        call(numbers(2, 3), shape=(2, 3)),
    ],
)
def broadcast_to(r, array, r_bar, *, shape):
    return unbroadcast(r_bar, array)


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


@pullback(np.repeat, samples=repetitions)
def repeat(r, a, r_bar, *, repeats, axis=None):
    if np.ndim(repeats) == 0 and axis is None:
        return np.reshape(np.reshape(r_bar, (-1, repeats)).sum(axis=1), np.shape(a))
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
        return np.reshape(r_bar, (reps, -1)).sum(axis=0)
    return sum_tiles(r_bar, np.shape(A), reps)


def sum_tiles(r, shape, reps):
    """An array of a shape that is the sum of the tiles in `np.tile`'s result."""
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    rank = max(len(shape), len(reps))
    whole = (1,) * (rank - len(shape)) + tuple(shape)
    reps = (1,) * (rank - len(reps)) + reps
    tiles = np.reshape(r, tuple(n for pair in zip(reps, whole, strict=True) for n in pair))
    return np.reshape(tiles.sum(axis=tuple(range(0, 2 * rank, 2))), shape)


@pullback(sum_tiles, samples=lambda: [call(numbers(6), (3,), 2), call(numbers(4, 3), (2, 3), (2, 1))])
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
    ]


@static
def interior(rank, width):
    """The slices of the array within its padding."""
    if isinstance(width, int):
        pairs = ((width, width),) * rank
    elif isinstance(width[0], int):
        pairs = (width if len(width) == 2 else (width[0], width[0]),) * rank
    else:
        pairs = tuple((w[0], w[-1]) for w in width)
        pairs = pairs * rank if len(pairs) == 1 else pairs
    slices = tuple(slice(low or None, -high if high else None) for low, high in pairs)
    return slices[0] if rank == 1 else slices


@pullback(np.pad, samples=paddings)
def pad(r, array, r_bar, *, pad_width, mode="constant", constant_values=0):
    if mode == "constant":
        return r_bar[interior(np.ndim(array), pad_width)]
    return sum_padding(r_bar, np.shape(array), pad_width, mode)


def sum_padding(r, shape, pad_width, mode):
    """An array of a shape whose elements are the sums of their copies in `np.pad`'s result."""
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise NotImplementedError(f"the derivative of pad is not known for the mode {mode!r}")
    source = np.pad(np.reshape(np.arange(math.prod(shape)), shape), pad_width, mode)
    sums = np.zeros(math.prod(shape), np.result_type(r))
    np.add.at(sums, source, r)
    return np.reshape(sums, shape)


@pullback(sum_padding, samples=lambda: [call(numbers(5), (3,), 1, "edge"), call(numbers(4, 5), (2, 3), 1, "wrap")])
def sum_padding_back(s, r, s_bar, *, shape, pad_width, mode):
    return np.pad(s_bar, pad_width, mode)


# ----------------------------------------------------------------------------------- diagonals


def corners():
    """Samples: matrices of all forms and vectors, every diagonal."""
    x = numbers(3, 3)
    return [call(x), call(x, 1), call(x, k=-1), call(numbers(2, 4), 1), call(numbers(4, 2), -1)]


@pullback(np.tril, samples=lambda: [*corners(), call(numbers(2, 3, 3))])
def tril(r, m, r_bar, *, k=0):
    if np.ndim(m) == 1:
        return np.tril(r_bar, k).sum(axis=0)
    return np.tril(r_bar, k)


@pullback(np.triu, samples=lambda: [*corners(), call(numbers(2, 3, 3))])
def triu(r, m, r_bar, *, k=0):
    if np.ndim(m) == 1:
        return np.triu(r_bar, k).sum(axis=0)
    return np.triu(r_bar, k)


@pullback(np.diag, samples=lambda: [*corners(), call(numbers(3)), call(numbers(3), 1), call(numbers(2), k=-2)])
def diag(r, v, r_bar, *, k=0):
    if np.ndim(v) == 1:
        return np.diag(r_bar, k)
    if k == 0 and np.shape(v)[0] - np.shape(v)[1] == 0:
        return np.diag(r_bar)
    return on_diagonal(r_bar, np.shape(v), k, 0, 1)


def on_diagonal(values, shape, offset, axis1, axis2):
    """Zeros of a shape, with `values` on a diagonal."""
    x = np.zeros(shape, np.result_type(values))
    matrices = np.moveaxis(x, (axis1, axis2), (-2, -1))
    i = np.arange(np.shape(values)[-1])
    matrices[..., i + max(-offset, 0), i + max(offset, 0)] = values
    return x


@pullback(on_diagonal, samples=lambda: [call(numbers(3), (3, 4), 1, 0, 1), call(numbers(4, 2), (2, 3, 4), 0, 1, 0)])
def on_diagonal_back(x, values, x_bar, *, shape, offset, axis1, axis2):
    return np.diagonal(x_bar, offset, axis1, axis2)


@pullback(
    np.diagonal,
    samples=lambda: [
        *[call(*args, **({"offset": options["k"]} if options else {})) for args, options in corners()],
        call(numbers(2, 3, 4)),
        call(numbers(2, 3, 4), 1, axis1=2, axis2=0),
    ],
)
def diagonal(r, a, r_bar, *, offset=0, axis1=0, axis2=1):
    return on_diagonal(r_bar, np.shape(a), offset, axis1, axis2)


@pullback(
    np.trace,
    samples=lambda: [
        call(numbers(3, 3)),
        call(numbers(2, 4), 1),
        call(numbers(4, 3), offset=-1),
        call(numbers(2, 3, 4)),
        call(numbers(2, 3, 4), 0, 1, 2),
    ],
)
def trace(r, a, r_bar, *, offset=0, axis1=0, axis2=1):
    if np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return r_bar * np.eye(np.shape(a)[0], np.shape(a)[1], offset)
    return along_diagonal(r_bar, np.shape(a), offset, axis1, axis2)


def along_diagonal(value, shape, offset, axis1, axis2):
    """Zeros of a shape, with one value for each matrix all along its diagonal."""
    count = np.diagonal(np.empty(shape), offset, axis1, axis2).shape[-1]
    return on_diagonal(np.repeat(np.expand_dims(value, -1), count, -1), shape, offset, axis1, axis2)


@pullback(along_diagonal, samples=lambda: [call(1.5, (3, 4), 1, 0, 1), call(numbers(4), (2, 3, 4), 0, 1, 0)])
def along_diagonal_back(x, value, x_bar, *, shape, offset, axis1, axis2):
    return np.trace(x_bar, offset, axis1, axis2)


# ----------------------------------------------------------------------------------- selection


def selections():
    """Samples: numbers, lists and arrays of indices, repeated ones, every axis."""
    x = numbers(3, 4)
    return [
        call(numbers(4), 2),
        call(numbers(4), np.array([0, 2, 2])),
        call(x, np.array([1, 5, 5, -1])),
        call(x, np.array([0, 2, 0]), axis=0),
        call(x, np.array([[0, 1], [3, 3]]), axis=1),
        call(x, 1, axis=-1),
        call(x, [0, 0, 3], 1),
    ]


@pullback(np.take, samples=selections)
def take(r, a, r_bar, *, indices, axis=None):
    return put_back(r_bar, np.shape(a), indices, axis)


def put_back(r, shape, indices, axis):
    """Zeros of a shape, with elements added where `np.take` took them."""
    if axis is None:
        return np.reshape(put_back(r, (math.prod(shape),), indices, 0), shape)
    sums = np.zeros(shape, np.result_type(r))
    rank = np.ndim(indices)
    axis = axis % len(shape)
    moved = np.moveaxis(r, range(axis, axis + rank), range(rank))
    np.add.at(np.moveaxis(sums, axis, 0), indices, moved)
    return sums


@pullback(
    put_back,
    samples=lambda: [
        call(numbers(2), (3,), np.array([1, 1]), 0),
        call(numbers(2, 2), (2, 3), [2, 0], -1),
        call(1.5, (2, 2), 1, None),
    ],
)
def put_back_back(s, r, s_bar, *, shape, indices, axis):
    return np.take(s_bar, indices, axis)


@pullback(
    np.take_along_axis,
    samples=lambda: [
        call(numbers(2, 3), np.array([[0, 0], [2, 1]]), 1),
        call(numbers(2, 3), np.array([[0, 1, 1]]), axis=0),
        call(numbers(2, 3), np.array([0, 5, 5]), axis=None),
    ],
)
def take_along_axis(r, arr, r_bar, *, indices, axis=-1):
    return put_along_axis(r_bar, np.shape(arr), indices, axis)


def put_along_axis(r, shape, indices, axis):
    """Zeros of a shape, with elements added where `np.take_along_axis` took them."""
    if axis is None:
        return np.reshape(put_along_axis(r, (math.prod(shape),), indices, 0), shape)
    sums = np.zeros(shape, np.result_type(r))
    places = [np.arange(n) for n in shape]
    axis = axis % len(shape)
    places = [np.expand_dims(p, tuple(j for j in range(len(shape)) if j != i)) for i, p in enumerate(places)]
    places[axis] = indices
    np.add.at(sums, tuple(places), r)
    return sums


@pullback(put_along_axis, samples=lambda: [call(numbers(2, 2), (2, 3), np.array([[0, 0], [2, 1]]), 1)])
def put_along_axis_back(s, r, s_bar, *, shape, indices, axis):
    return np.take_along_axis(s_bar, indices, axis)


zero(is_text, is_number, inverse_permutation, rolled_to, negative, is_discrete, before, after, interior)
