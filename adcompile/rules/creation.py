"""Arrays made from numbers, and functions that ask about arrays and carry no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.rules.registry import pullback, zero
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast


@pullback(
    np.full,
    samples=lambda: [call((2, 3), 1.5), call(4, 0.5), call((2, 3), numbers(3)), call((2,), 1.5, dtype=float)],
)
def full(r, shape, fill_value, r_bar, *, dtype=None):
    return None, unbroadcast(r_bar, fill_value)


@pullback(
    np.full_like, samples=lambda: [call(numbers(2, 3), 1.5), call(numbers(3), 0.5), call(numbers(2, 3), numbers(3))]
)
def full_like(r, a, fill_value, r_bar):
    return np.zeros_like(a), unbroadcast(r_bar, fill_value)


@pullback(
    np.linspace,
    samples=lambda: [
        call(0.5, 2.0, 4),
        call(-1.0, 1.0, num=5),
        call(0.5, 2.0, 1),
        call(1.0, 2.0, 0),
        call(numbers(2), 2.0, 3),
    ],
)
def linspace(r, start, stop, r_bar, *, num=50):
    weights = np.linspace(0, 1, num)
    if np.ndim(start) == 0 and np.ndim(stop) == 0:
        return (1 - weights) @ r_bar, weights @ r_bar
    start_bar = np.tensordot(1 - weights, r_bar, 1)
    stop_bar = np.tensordot(weights, r_bar, 1)
    return unbroadcast(start_bar, start), unbroadcast(stop_bar, stop)


@pullback(
    np.meshgrid,
    samples=lambda: [
        call(numbers(2), numbers(3)),
        call(numbers(2), numbers(3), indexing="ij"),
        call(numbers(2), numbers(3), numbers(2)),
    ],
)
def meshgrid(r, r_bar, *xi, indexing="xy"):
    cotangents: tuple[Any, ...] = ()
    for i, x in enumerate(xi):
        axis = i
        if indexing == "xy" and len(xi) > 1 and i < 2:
            axis = 1 - i
        g = np.moveaxis(r_bar[i], axis, 0)
        cotangents = (*cotangents, np.reshape(np.reshape(g, (np.size(x), -1)).sum(axis=1), np.shape(x)))
    return cotangents


zero(
    np.zeros,
    np.ones,
    np.empty,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.eye,
    np.identity,
    np.tri,
    np.indices,
    np.shape,
    np.ndim,
    np.size,
    np.searchsorted,
    np.digitize,
    np.nonzero,
    np.flatnonzero,
    np.argwhere,
    np.count_nonzero,
    np.argmax,
    np.argmin,
    np.argsort,
    np.argpartition,
    np.lexsort,
    np.tril_indices,
    np.triu_indices,
    np.tril_indices_from,
    np.triu_indices_from,
    np.diag_indices,
    np.diag_indices_from,
    np.unravel_index,
    np.ravel_multi_index,
    np.result_type,
    np.can_cast,
    np.broadcast_shapes,
    np.iscomplexobj,
    np.isrealobj,
    np.isscalar,
    np.array_equal,
    np.array_equiv,
    np.allclose,
    np.shares_memory,
    np.may_share_memory,
    np.linalg.matrix_rank,
)
