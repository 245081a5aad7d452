"""What rules that work along axes share; all of it is written where a rule calls it."""

from __future__ import annotations

import numpy as np

from adcompile.ir.callables import MEANT
from adcompile.rules.registry import inline, static, zero


@static
def is_number(axis):
    """Whether an axis is a whole number."""
    return isinstance(axis, int | np.integer)


@static
def last_axes(count):
    """The numbers of the last `count` axes."""
    return tuple(range(-count, 0))


@static
def are_first(axis):
    """Whether axes are the first of an array: broadcasting puts them back by itself."""
    return axis == 0 or (isinstance(axis, tuple) and axis == tuple(range(len(axis))))


def known_rank(x):
    """The rank of a value; None while a rule is put in place where the types do not tell it."""
    return np.ndim(x)


zero(known_rank)
MEANT[known_rank] = np.ndim  # where a rule is a function that is followed, its types are those of that


def known_square(x):
    """Whether a value is of square matrices; False while a rule is put in place where the types do not
    tell it, so what a rule does otherwise is to hold for these too."""
    return np.ndim(x) > 1 and np.shape(x)[-1] == np.shape(x)[-2]


zero(known_square)


@inline
def put_back_axes(r_bar, axis, keepdims):
    """A cotangent with the axes that were reduced, as axes of size 1, for an operation with an array
    that has them all."""
    if axis is None or keepdims or are_first(axis) or known_rank(r_bar) == 0:
        return r_bar
    return np.expand_dims(r_bar, axis)


@inline
def sum_along(x, axis, keepdims):
    """A sum, written without the options that it does not need."""
    if keepdims is not False:
        return np.sum(x, axis=axis, keepdims=keepdims)
    if axis is None:
        return np.sum(x)
    return np.sum(x, axis=axis)


@inline
def count_along(a, axis):
    """The number of elements that a reduction of `a` makes one."""
    if axis is None or known_rank(a) == 0:
        return np.size(a)
    if is_number(axis):
        return np.shape(a)[axis]
    if len(axis) == 0:
        return 1
    count = np.shape(a)[axis[0]]
    for i in axis[1:]:
        count = count * np.shape(a)[i]
    return count


zero(count_along)


@inline
def gathered(a, axis):
    """An array with the axes that are reduced made one, the last."""
    if axis is None or known_rank(a) == 0:
        return np.ravel(a)
    if is_number(axis):
        return np.moveaxis(a, axis, -1)
    moved = np.moveaxis(a, axis, last_axes(len(axis)))
    return np.reshape(moved, (*np.shape(moved)[: np.ndim(a) - len(axis)], count_along(a, axis)))


@inline
def scattered(x, a, axis):
    """What was gathered from an array like `a`, with its axes where they were."""
    if axis is None or known_rank(a) == 0:
        return np.reshape(x, np.shape(a))
    if is_number(axis):
        return np.moveaxis(x, -1, axis)
    last = last_axes(len(axis))
    return np.moveaxis(np.reshape(x, np.shape(np.moveaxis(a, axis, last))), last, axis)


@static
def before(axis):
    """The part of a subscript that stands before the one of `axis`."""
    return (slice(None),) * axis if axis >= 0 else (Ellipsis,)


@static
def after(axis):
    """The part of a subscript that stands after the one of a negative `axis`."""
    return () if axis >= 0 else (slice(None),) * (-axis - 1)


@inline
def part_along(x, axis, start, stop):
    """The part of an array from one place along an axis to another; of a vector, without an axis."""
    if axis is None or axis == 0 or known_rank(x) == 1:
        return x[start:stop]
    return x[(*before(axis % np.ndim(x)), slice(start, stop))]


@static
def ends_of(axis, rank):
    """The widths of `np.pad` that put one element before and one behind, along one axis."""
    return tuple((1, 1) if i == axis % rank else (0, 0) for i in range(rank))


@inline
def differences_back(x, axis):
    """What the differences along an axis are transposed to: those of the cotangent between zeros, with
    the other sign."""
    if np.ndim(x) == 1:
        return -np.diff(np.pad(x, 1))
    return -np.diff(np.pad(x, ends_of(axis, np.ndim(x))), axis=axis)
