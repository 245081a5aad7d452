"""What picks elements of an array: every cotangent goes back where its element came from."""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import pullback, pushforward
from adcompile.rules.samples import call, numbers
from adcompile.runtime.placing import along_diagonal, on_diagonal, put_along_axis, put_back


@pullback(
    np.sort,
    samples=lambda: [call(numbers(5)), call(numbers(3, 4)), call(numbers(3, 4), 0), call(numbers(3, 4), axis=None)],
)
def sort(r, a, r_bar, *, axis=-1, kind=None, order=None):
    # Where elements are equal, the first of them is the first in the result.
    if axis is None:
        return np.reshape(r_bar[np.argsort(np.argsort(a, None, "stable"))], np.shape(a))
    back = np.argsort(np.argsort(a, axis, "stable"), axis)
    return np.take_along_axis(r_bar, back, axis)


@pushforward(np.sort)
def sort_tangent(r, a, a_dot, *, axis=-1, kind=None, order=None):
    if axis is None:
        return np.ravel(a_dot)[np.argsort(a, None, "stable")]
    return np.take_along_axis(a_dot, np.argsort(a, axis, "stable"), axis)


def corners():
    """Samples: matrices of all forms and vectors, every diagonal."""
    x = numbers(3, 3)
    return [call(x), call(x, 1), call(x, k=-1), call(numbers(2, 4)), call(numbers(2, 4), 1), call(numbers(4, 2), -1)]


def triangles():
    """Samples of triangles: matrices, a stack, vectors."""
    return [*corners(), call(numbers(2, 3, 3)), call(numbers(3)), call(numbers(3), 1)]


@pullback(np.tril, linear="m", samples=triangles)
def tril(r, m, r_bar, *, k=0):
    if np.ndim(m) == 1:
        return np.tril(r_bar, k).sum(axis=0)
    return np.tril(r_bar) if k == 0 else np.tril(r_bar, k)


@pullback(np.triu, linear="m", samples=triangles)
def triu(r, m, r_bar, *, k=0):
    if np.ndim(m) == 1:
        return np.triu(r_bar, k).sum(axis=0)
    return np.triu(r_bar) if k == 0 else np.triu(r_bar, k)


@pullback(
    np.diag, linear="v", samples=lambda: [*corners(), call(numbers(3)), call(numbers(3), 1), call(numbers(2), k=-2)]
)
def diag(r, v, r_bar, *, k=0):
    if np.ndim(v) == 1:
        return np.diag(r_bar, k)
    if k == 0 and np.shape(v)[0] - np.shape(v)[1] == 0:
        return np.diag(r_bar)
    return on_diagonal(r_bar, np.shape(v), k, 0, 1)



@pullback(
    on_diagonal,
    linear="values",
    samples=lambda: [call(numbers(3), (3, 4), 1, 0, 1), call(numbers(4, 2), (2, 3, 4), 0, 1, 0)],
)
def on_diagonal_back(x, values, x_bar, *, shape, offset, axis1, axis2):
    return np.diagonal(x_bar, offset, axis1, axis2)


@pullback(
    np.diagonal,
    linear="a",
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
    linear="a",
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



@pullback(
    along_diagonal, linear="value", samples=lambda: [call(1.5, (3, 4), 1, 0, 1), call(numbers(4), (2, 3, 4), 0, 1, 0)]
)
def along_diagonal_back(x, value, x_bar, *, shape, offset, axis1, axis2):
    return np.trace(x_bar, offset, axis1, axis2)


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
        call(x, (0, 1), axis=0),
        call(numbers(3), (2, 2)),
        call(numbers(3), np.array([True, False])),
    ]


@pullback(np.take, linear="a", samples=selections)
def take(r, a, r_bar, *, indices, axis=None):
    return put_back(r_bar, np.shape(a), indices, axis)



@pullback(
    put_back,
    linear="r",
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
    linear="arr",
    samples=lambda: [
        call(numbers(2, 3), np.array([[0, 0], [2, 1]]), 1),
        call(numbers(2, 3), np.array([[0, 1, 1]]), axis=0),
        call(numbers(2, 3), np.array([0, 5, 5]), axis=None),
        call(numbers(2, 2, 3), np.array([[[2], [0]], [[1], [1]]])),
    ],
)
def take_along_axis(r, arr, r_bar, *, indices, axis=-1):
    return put_along_axis(r_bar, np.shape(arr), indices, axis)



@pullback(
    put_along_axis,
    linear="r",
    samples=lambda: [
        call(numbers(2, 2), (2, 3), np.array([[0, 0], [2, 1]]), 1),
        call(numbers(1, 3), (2, 3), np.array([[0, 1, 1]]), 0),
    ],
)
def put_along_axis_back(s, r, s_bar, *, shape, indices, axis):
    return np.take_along_axis(s_bar, indices, axis)
