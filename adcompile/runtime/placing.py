"""Arrays of zeros with values in the places where other calls take them: what cotangents of those are made by."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def on_diagonal(values: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of a shape, with `values` on a diagonal."""
    x = np.zeros(shape, np.result_type(values))
    matrices = np.moveaxis(x, (axis1, axis2), (-2, -1))
    i = np.arange(np.shape(values)[-1])
    matrices[..., i + max(-offset, 0), i + max(offset, 0)] = values
    return x


def along_diagonal(value: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of a shape, with one value for each matrix all along its diagonal."""
    count = np.diagonal(np.empty(shape), offset, axis1, axis2).shape[-1]
    return on_diagonal(np.repeat(np.expand_dims(value, -1), count, -1), shape, offset, axis1, axis2)


def put_back(r: Any, shape: tuple[int, ...], indices: Any, axis: int | None) -> Any:
    """Zeros of a shape, with elements added where `np.take` took them."""
    if axis is None:
        return np.reshape(put_back(r, (math.prod(shape),), indices, 0), shape)
    sums = np.zeros(shape, np.result_type(r))
    indices = np.asarray(indices, np.intp)  # a tuple would be one subscript, and truth values a mask
    rank = np.ndim(indices)
    axis = axis % len(shape)
    moved = np.moveaxis(r, range(axis, axis + rank), range(rank))
    np.add.at(np.moveaxis(sums, axis, 0), indices, moved)
    return sums


def put_along_axis(r: Any, shape: tuple[int, ...], indices: Any, axis: int | None) -> Any:
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


def cut_off(mode: str, n: int, m: int, turned: bool = False) -> tuple[int, int]:
    """How many numbers of the convolution of `n` and `m` numbers with all that overlaps a mode leaves out, in
    front and behind; `turned`: of `np.correlate`, which turns a correlation around where `m` is the larger."""
    shorter = min(n, m)
    if mode == "valid":
        return shorter - 1, shorter - 1
    front, behind = (shorter - 1) // 2, shorter // 2
    return (behind, front) if turned and n < m else (front, behind)
