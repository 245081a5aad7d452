"""Shapes: what moves the elements of an array without changing them.

Each of these is linear, and its pullback is the opposite view.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import pullback, static
from adcompile.rules.samples import call, numbers


def reshapes():
    """Samples: a shape, a size that is found, one number, another order."""
    x = numbers(2, 3)
    return [call(x, (3, 2)), call(x, (6,)), call(x, -1), call(x, (1, -1, 2)), call(x, (3, 2), order="F")]


@static
def is_text(value):
    """Whether an option is a string."""
    return isinstance(value, str)


# A method takes the sizes one by one, `x.reshape(2, 3)`: `n1`, `n2`, ... are those after the first.
@pullback(np.reshape, linear="a", samples=reshapes)
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


@pullback(np.ravel, linear="a", samples=lambda: [call(numbers(2, 3)), call(numbers(3)), call(numbers(2, 3), order="F")])
def ravel(r, a, r_bar, *, order="C"):
    if order == "C":
        return np.reshape(r_bar, np.shape(a))
    if order == "F":
        return np.reshape(r_bar, np.shape(a), order="F")
    raise NotImplementedError("the derivative of ravel is known for the orders 'C' and 'F'")


@pullback(
    np.expand_dims,
    linear="a",
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
    linear="a",
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
    np.atleast_1d,
    np.atleast_2d,
    np.atleast_3d,
    linear="a",
    samples=lambda: [call(numbers(3)), call(numbers(2, 3)), call(1.5)],
)
def at_least(r, a, r_bar):
    if np.ndim(a) == 0:
        return r_bar.sum()
    return np.reshape(r_bar, np.shape(a))


@static
def inverse_permutation(axes, *more):
    """The axes that undo a transposition; None if it only turns their order around."""
    order = (axes, *[axis for axis in more if axis is not None]) if isinstance(axes, int) else axes
    if order is None:
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
@pullback(np.transpose, linear="a", samples=transposes)
def transpose(r, a, r_bar, *, axes=None, n1=None, n2=None, n3=None, n4=None, n5=None, n6=None, n7=None):
    order = inverse_permutation(axes, n1, n2, n3, n4, n5, n6, n7)
    if order is None:
        return r_bar.T
    return np.transpose(r_bar, order)


@pullback(np.matrix_transpose, linear="x", samples=lambda: [call(numbers(2, 3)), call(numbers(2, 3, 4))])
def matrix_transpose(r, x, r_bar):
    if np.ndim(x) == 2:
        return r_bar.T
    return r_bar.mT


@pullback(
    np.swapaxes,
    linear="a",
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
    linear="a",
    samples=lambda: [call(numbers(2, 3, 4), 0, -1), call(numbers(2, 3, 4), (0, 1), (-1, 0)), call(numbers(2, 3), 1, 0)],
)
def moveaxis(r, a, r_bar, *, source, destination):
    return np.moveaxis(r_bar, destination, source)


@pullback(
    np.rollaxis,
    linear="a",
    samples=lambda: [
        call(numbers(2, 3, 4), 2),
        call(numbers(2, 3, 4), -2, 1),
        call(numbers(2, 3, 4), 0, 3),
        *[call(numbers(2, 3, 4), 1, n) for n in (1, 2, -1)],
        call(numbers(2, 3, 4), -1),
    ],
)
def rollaxis(r, a, r_bar, *, axis, start=0):
    rank = np.ndim(a)
    return np.moveaxis(r_bar, rolled_to(axis, start, rank), axis)


@static
def rolled_to(axis, start, rank):
    """Where `np.rollaxis` puts an axis."""
    start = start + rank if start < 0 else start
    return start - 1 if axis % rank < start else start


@pullback(
    np.flip,
    linear="m",
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


@pullback(np.fliplr, linear="m", samples=lambda: [call(numbers(2, 3)), call(numbers(2, 3, 2))])
def fliplr(r, m, r_bar):
    return np.fliplr(r_bar)


@pullback(np.flipud, linear="m", samples=lambda: [call(numbers(3)), call(numbers(2, 3))])
def flipud(r, m, r_bar):
    return np.flipud(r_bar)


@pullback(
    np.rot90,
    linear="m",
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
    """The shift back: of a number, or of several."""
    return -shift if np.ndim(shift) == 0 else tuple(-s for s in shift)


@pullback(
    np.roll,
    linear="a",
    samples=lambda: [
        call(numbers(4), 1),
        call(numbers(2, 3), -2),
        call(numbers(2, 3), 1, axis=1),
        call(numbers(2, 3), (1, 2), axis=(0, 1)),
        call(numbers(2, 3), 1, (0, 1)),
    ],
)
def roll(r, a, r_bar, *, shift, axis=None):
    if axis is None:
        return np.roll(r_bar, negative(shift))
    return np.roll(r_bar, negative(shift), axis)
