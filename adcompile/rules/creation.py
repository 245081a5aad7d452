"""Arrays made from values: copies, other dtypes, displays, constants, ranges, grids."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.ir.nodes import Method
from adcompile.rules.registry import pullback, pushforward, static
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import items_of, match_dtype, unbroadcast, zeros_like


@pullback(
    np.copy,
    np.ascontiguousarray,
    np.asfortranarray,
    linear="a",
    samples=lambda: [call(numbers(3)), call(numbers(2, 3)), call(1.5)],
)
def copy(r, a, r_bar, *, order=None, subok=False):
    return unbroadcast(r_bar, a)


@static
def is_discrete(dtype):
    """Whether a dtype has no derivatives: whole numbers, truth values."""
    return np.dtype(dtype).kind not in "fc"


@pullback(
    np.ndarray.astype,
    Method("astype"),
    samples=lambda: [call(numbers(3), float), call(numbers(2, 3), np.float64), call(numbers(3), np.int64)],
)
def astype(r, x, r_bar, *, dtype=None, order="K", casting="unsafe", subok=True, copy=True):
    if np.iscomplexobj(x) and not np.iscomplexobj(r):
        raise NotImplementedError("to make a complex number real loses its imaginary part: write z.real")
    if is_discrete(r.dtype):
        return np.zeros_like(x)
    return unbroadcast(r_bar, x)


@pushforward(np.ndarray.astype, Method("astype"))
def astype_tangent(r, x, x_dot, *, dtype=None, order="K", casting="unsafe", subok=True, copy=True):
    if np.iscomplexobj(x) and not np.iscomplexobj(r):
        raise NotImplementedError("to make a complex number real loses its imaginary part: write z.real")
    if is_discrete(r.dtype):
        return np.zeros(np.shape(x))
    return x_dot.astype(r.dtype)


@pullback(
    np.array,
    np.asarray,
    np.asanyarray,
    linear="a",
    samples=lambda: [
        call(numbers(2, 3)),
        call(numbers(3), dtype=float),
        call(1.5),
        call((1.5, -0.5)),
        call([0.5, 2.5, 1.0]),
        call([numbers(3), numbers(3, seed=1)]),
        call([[0.5, 1.0], [2.0, -1.0]]),
    ],
)
def array(r, a, r_bar, *, dtype=None, order=None, copy=True, ndmin=0):
    if dtype is not None and is_discrete(dtype):
        return zeros_like(a)
    if ndmin > 0 and not isinstance(a, np.ndarray):
        raise NotImplementedError("the derivative of np.array is not known with ndmin= but for arrays")
    if isinstance(a, (list, tuple)):
        bars = items_of(r_bar, a)
        return bars if dtype is None else match_dtype(bars, a)
    return unbroadcast(r_bar, a)


@pullback(
    items_of,
    linear="r_bar",
    samples=lambda: [call(numbers(2), [0.5, 1.5]), call(numbers(2, 3), [numbers(3), numbers(3, seed=1)])],
)
def items_of_back(s, r_bar, a, s_bar):
    return np.array(s_bar), None


@pullback(
    np.full,
    linear="fill_value",
    samples=lambda: [call((2, 3), 1.5), call(4, 0.5), call((2, 3), numbers(3)), call((2,), 1.5, dtype=float)],
)
def full(r, shape, fill_value, r_bar, *, dtype=None):
    return None, unbroadcast(r_bar, fill_value)


@pullback(
    np.full_like,
    linear="fill_value",
    samples=lambda: [call(numbers(2, 3), 1.5), call(numbers(3), 0.5), call(numbers(2, 3), numbers(3))],
)
def full_like(r, a, fill_value, r_bar):
    return None, unbroadcast(r_bar, fill_value)


@pullback(
    np.linspace,
    together=("start", "stop"),
    samples=lambda: [
        call(0.5, 2.0, 4),
        call(-1.0, 1.0, num=5),
        call(0.5, 2.0, 1),
        call(1.0, 2.0, 0),
        call(numbers(2), 2.0, 3),
        call(0.5, numbers(2), 3),
        call(0.5, 2.0),
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
    together=("*",),
    samples=lambda: [
        call(numbers(2), numbers(3)),
        call(numbers(2), numbers(3), indexing="ij"),
        call(numbers(2), numbers(3), numbers(2)),
        call(numbers(3)),
        call(numbers(2), numbers(1), numbers(3), numbers(2)),
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
