"""Products of vectors and matrices."""

from __future__ import annotations

import operator

import numpy as np

from adcompile.rules.registry import inline, pullback, static
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast


def matrices():
    """Samples of every combination of ranks that matmul takes."""
    v, w, m, n = numbers(3), numbers(3, seed=1), numbers(2, 3), numbers(3, 2)
    stack = numbers(2, 2, 3)
    return [
        call(v, w),
        call(m, v),
        call(v, n),
        call(m, n),
        call(stack, n),
        call(stack, v),
        call(stack, numbers(2, 3, 2)),
        call(m, numbers(2, 3, 2)),
        call(v, numbers(2, 3, 2)),
        call(numbers(1, 2, 3), numbers(4, 3, 2)),
        call(numbers(2, 1, 2, 3), numbers(3, 3, 2)),
    ]


@pullback(np.matmul, operator.matmul, linear=("x", "y"), samples=matrices)
def matmul(r, x, y, r_bar):
    if np.ndim(x) == 2 and np.ndim(y) == 2:
        return r_bar @ y.T, x.T @ r_bar
    if np.ndim(x) == 1 or np.ndim(y) == 1:
        return matmul_of_vector(x, y, r_bar)
    return unbroadcast(r_bar @ y.mT, x), unbroadcast(x.mT @ r_bar, y)


@inline
def matmul_of_vector(x, y, r_bar):
    """The cotangents of both factors, of which one is a vector or both are."""
    if np.ndim(x) == 1 and np.ndim(y) == 1:
        return r_bar * y, r_bar * x
    if np.ndim(y) == 2:
        return y @ r_bar, np.outer(x, r_bar)
    if np.ndim(x) == 2:
        return np.outer(r_bar, y), r_bar @ x
    if np.ndim(y) == 1:
        return r_bar[..., None] * y, unbroadcast(r_bar[..., None] * x, y)
    columns = r_bar[..., None, :]
    return unbroadcast((y * columns).sum(axis=-1), x), x[:, None] * columns


def tensors():
    """Samples of every combination of ranks up to 3 with the same last axis but one."""
    s, v, m, t = 1.5, numbers(3), numbers(3, 3), numbers(2, 3, 3)
    others = 0.5, numbers(3, seed=1), numbers(3, 3, seed=1), numbers(2, 3, 3, seed=1)
    more = [call(numbers(2, 3), numbers(4, 3, 2)), call(numbers(2, 2, 2, 3), v)]
    return [call(x, y) for x in (s, v, m, t) for y in others] + more


@static
def free_of_dot(rank):
    """The axes of the second factor of `dot` over which it does not sum."""
    return (*range(rank - 2), rank - 1)


@static
def last(count, rank):
    """The last `count` of `rank` axes."""
    return tuple(range(rank - count, rank))


@static
def first(count):
    """The first `count` axes."""
    return tuple(range(count))


@pullback(np.dot, linear=("a", "b"), samples=tensors)
def dot(r, a, b, r_bar):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(r_bar * b, a), unbroadcast(r_bar * a, b)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return r_bar * b, r_bar * a
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return np.outer(r_bar, b), r_bar @ a
    if np.ndim(a) == 1 and np.ndim(b) == 2:
        return b @ r_bar, np.outer(a, r_bar)
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return r_bar @ b.T, a.T @ r_bar
    if np.ndim(b) == 1:
        return r_bar[..., None] * b, np.tensordot(r_bar, a, np.ndim(r))
    rows = first(np.ndim(a) - 1)
    a_bar = np.tensordot(r_bar, b, (last(np.ndim(b) - 1, np.ndim(r)), free_of_dot(np.ndim(b))))
    b_bar = np.moveaxis(np.tensordot(a, r_bar, (rows, rows)), 0, -2)
    return a_bar, b_bar


@pullback(
    np.inner,
    linear=("a", "b"),
    samples=lambda: [
        *[call(x, y) for x in (1.5, numbers(3), numbers(2, 3)) for y in (0.5, numbers(3, seed=1), numbers(4, 3))],
        call(numbers(2, 4, 3), numbers(2, 3)),
        call(numbers(3), numbers(2, 2, 3)),
    ],
)
def inner(r, a, b, r_bar):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(r_bar * b, a), unbroadcast(r_bar * a, b)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return r_bar * b, r_bar * a
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return r_bar @ b, r_bar.T @ a
    rows = first(np.ndim(a) - 1)
    return np.tensordot(r_bar, b, np.ndim(b) - 1), np.tensordot(r_bar, a, (rows, rows))


@pullback(
    np.outer,
    linear=("a", "b"),
    samples=lambda: [
        call(numbers(3), numbers(2)),
        call(numbers(2, 2), numbers(3)),
        call(1.5, numbers(2)),
        call(numbers(2), numbers(2, 2)),
    ],
)
def outer(r, a, b, r_bar):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return r_bar @ b, a @ r_bar
    return np.reshape(r_bar @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ r_bar, np.shape(b))


@pullback(
    np.vdot,
    linear=("a", "b"),
    samples=lambda: [
        call(numbers(3), numbers(3, seed=1)),
        call(numbers(2, 3), numbers(6)),
        call(numbers(6), numbers(2, 3)),
        call(numbers(2, 3), numbers(3, 2)),
    ],
)
def vdot(r, a, b, r_bar):
    if np.iscomplexobj(r):
        a_bar, b_bar = np.conj(r_bar * np.ravel(b)), r_bar * np.conj(np.ravel(a))
        return np.reshape(a_bar, np.shape(a)), np.reshape(b_bar, np.shape(b))
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return r_bar * b, r_bar * a
    return np.reshape(r_bar * np.ravel(b), np.shape(a)), np.reshape(r_bar * np.ravel(a), np.shape(b))


@inline
def with_last(x, axis):
    """An array with an axis put last."""
    return x if axis == -1 else np.moveaxis(x, axis, -1)


@inline
def with_last_back(x, axis):
    """An array with its last axis put back where it was."""
    return x if axis == -1 else np.moveaxis(x, -1, axis)


@inline
def cross_back(a, b, r_bar, axisa, axisb, axisc):
    """The cotangents of the factors of a cross product, each along an axis of its own."""
    x, y, z = with_last(a, axisa), with_last(b, axisb), with_last(r_bar, axisc)
    x_bar, y_bar = unbroadcast(np.cross(y, z), x), unbroadcast(np.cross(z, x), y)
    return with_last_back(x_bar, axisa), with_last_back(y_bar, axisb)


@pullback(
    np.cross,
    linear=("a", "b"),
    samples=lambda: [
        call(numbers(3), numbers(3, seed=1)),
        call(numbers(2, 3), numbers(2, 3, seed=1)),
        call(numbers(2, 3), numbers(3)),
        call(numbers(3, 2), numbers(3, 2, seed=1), axis=0),
        call(numbers(3, 2), numbers(3, 2, seed=1), axis=-2),
        call(numbers(3, 2), numbers(2, 3), 0),
        call(numbers(2, 4, 3), numbers(3, 2, 4), axisb=0, axisc=1),
        call(numbers(2, 3, 4), numbers(2, 3, 4, seed=1), 1, 1, 0),
    ],
)
def cross(r, a, b, r_bar, *, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if np.ndim(r) == 0 or np.ndim(r) < np.ndim(a) or np.ndim(r) < np.ndim(b):
        raise NotImplementedError("the derivative of the cross product of vectors of two components")
    if axis is not None:
        return cross_back(a, b, r_bar, axis, axis, axis)
    return cross_back(a, b, r_bar, axisa, axisb, axisc)


@pullback(
    np.linalg.cross,
    linear=("x1", "x2"),
    samples=lambda: [
        call(numbers(2, 2, 3), numbers(2, 2, 3, seed=1)),
        call(numbers(3, 2), numbers(3, 2, seed=1), axis=0),
    ],
)
def cross_of_linalg(r, x1, x2, r_bar, *, axis=-1):
    return cross_back(x1, x2, r_bar, axis, axis, axis)


@pullback(
    np.kron,
    linear=("a", "b"),
    samples=lambda: [
        call(numbers(2), numbers(3)),
        call(numbers(2, 3), numbers(2, 2)),
        call(numbers(3), numbers(2, 2)),
        call(numbers(2, 1, 2), numbers(3)),
        call(1.5, numbers(2)),
    ],
)
def kron(r, a, b, r_bar):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        blocks = np.reshape(r_bar, (np.size(a), np.size(b)))
        return blocks @ b, a @ blocks
    rank = np.ndim(r)
    blocks = np.reshape(r_bar, interleaved(np.shape(a), np.shape(b)))
    a_bar = (blocks * np.reshape(b, beside(np.shape(b), False))).sum(axis=every_second(rank, 1))
    b_bar = (blocks * np.reshape(a, beside(np.shape(a), True))).sum(axis=every_second(rank, 0))
    return np.reshape(a_bar, np.shape(a)), np.reshape(b_bar, np.shape(b))


@static
def interleaved(rows, columns):
    """The shape of the blocks of a Kronecker product: the sizes of both factors in turn."""
    rank = max(len(rows), len(columns))
    rows, columns = ((1,) * (rank - len(shape)) + tuple(shape) for shape in (rows, columns))
    return tuple(n for pair in zip(rows, columns, strict=True) for n in pair)


@static
def beside(shape, where):
    """A factor's shape among the axes of the blocks: after those of the other, or before them."""
    ones = (1,) * len(shape)
    return interleaved(shape, ones) if where else interleaved(ones, shape)


@static
def every_second(rank, first):
    """The axes of one factor among the axes of the blocks."""
    return tuple(range(first, 2 * rank, 2))
