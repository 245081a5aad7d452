"""Products of vectors and matrices."""

from __future__ import annotations

import operator

import numpy as np

from adcompile.rules.registry import pullback
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast


def matrices():
    """Samples of every combination of ranks that matmul takes."""
    v, w, m, n = numbers(3), numbers(3, seed=1), numbers(2, 3), numbers(3, 2)
    stack = numbers(2, 2, 3)
    return [call(v, w), call(m, v), call(v, n), call(m, n), call(stack, n), call(stack, v), call(stack, numbers(2, 3, 2))]


@pullback(np.matmul, operator.matmul, samples=matrices)
def matmul(r, x, y, r_bar):
    if np.ndim(x) == 1 and np.ndim(y) == 1:
        return r_bar * y, r_bar * x
    if np.ndim(x) == 1 and np.ndim(y) == 2:
        return y @ r_bar, np.outer(x, r_bar)
    if np.ndim(x) == 2 and np.ndim(y) == 1:
        return np.outer(r_bar, y), r_bar @ x
    if np.ndim(x) == 2 and np.ndim(y) == 2:
        return r_bar @ y.T, x.T @ r_bar
    if np.ndim(y) == 1:
        return r_bar[..., None] * y, unbroadcast(r_bar[..., None] * x, y)
    if np.ndim(x) == 1:
        columns = r_bar[..., None, :]
        return unbroadcast((y * columns).sum(axis=-1), x), x[:, None] * columns
    return unbroadcast(r_bar @ y.mT, x), unbroadcast(x.mT @ r_bar, y)


@pullback(np.dot, samples=lambda: [call(numbers(3), numbers(3, seed=1)), call(numbers(2, 3), numbers(3))])
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
    left = np.tensordot(r_bar, b, (tuple(range(np.ndim(a) - 1, np.ndim(r_bar))), (0,)))
    return left, left


@pullback(np.outer, samples=lambda: [call(numbers(3), numbers(2))])
def outer(r, a, b, r_bar):
    return np.reshape(r_bar @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ r_bar, np.shape(b))


@pullback(np.linalg.norm, samples=lambda: [call(numbers(3))])
def norm(r, x, r_bar, *, ord=None, axis=None, keepdims=False):  # noqa: A002
    return r_bar / r * x
