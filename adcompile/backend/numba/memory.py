"""The checks of shared memory, compiled: what `runtime.checks` decides in full is decided here by
the bounds of the arrays' memory.

Imported only where Numba is asked for.
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
