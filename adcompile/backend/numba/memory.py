"""Functions of `runtime` for compiled programs.

Whether arrays share memory is decided here by the bounds of their memory. Imported only where Numba is
asked for.
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit
def may_share(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether the bounds of two arrays' memory overlap."""

    def bounds(x: np.ndarray) -> tuple[int, int]:
        low = x.ctypes.data
        high = low + x.itemsize
        for size, stride in zip(x.shape, x.strides):  # noqa: B905  (numba has no strict=)
            if stride < 0:
                low += (size - 1) * stride
            else:
                high += (size - 1) * stride
        return low, high

    first, last = bounds(a)
    low, high = bounds(b)
    return a.size > 0 and b.size > 0 and first < high and low < last


@numba.njit
def require_apart(changed: np.ndarray, other: np.ndarray) -> None:
    """Raise ValueError if `changed`, an argument that is about to be changed, may share memory with
    another one."""
    if may_share(changed, other):
        raise ValueError(
            "an argument that the function changes in place shares memory with another one; pass a copy of it"
        )


@numba.njit
def require_view(view: np.ndarray, base: np.ndarray) -> None:
    """Raise ValueError if `view` is a copy of `base`: a store into one would not be seen in the other."""
    if view.size > 0 and not may_share(view, base):
        raise ValueError("reshape or ravel makes a copy here, and the program was compiled for a view; copy first")


@numba.njit
def to_int(number: float) -> int:
    """`int(number)`; ValueError where that is not an int of 31 bits: products of two have to fit."""
    if not -(2.0**31) < number < 2.0**31:
        raise ValueError("a float is too large to be made an int")
    return int(number)


@numba.njit
def unbroadcast(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Sum the cotangent `g`, an array, over the axes along which the array `x` was broadcast."""
    extra = g.ndim - x.ndim
    for axis in range(x.ndim):
        if extra < 0 or (x.shape[axis] != 1 and x.shape[axis] != g.shape[axis + extra]):
            raise ValueError("a cotangent does not have the shape to which its value was broadcast")
    summed = np.zeros(x.size)
    for place in np.ndindex(g.shape):
        into = 0
        for axis in range(x.ndim):
            into = into * x.shape[axis] + (0 if x.shape[axis] == 1 else place[axis + extra])
        summed[into] += g[place]
    return summed.reshape(x.shape)
