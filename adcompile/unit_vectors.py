"""The unit vectors that the sweeps of a Jacobian start from, and the rows or columns that come of them.

The numbers in an argument, or in a result, are counted in C order; a result may be a list, tuple or
dict of arrays, whose numbers follow one another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from adcompile.errors import UsageError

Parts = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Numbers:
    """The shape and the dtype of an array; of a number, too."""

    shape: tuple[int, ...]
    dtype: Any

    @cached_property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    def units(self, parts: Parts, first: int = 0) -> Iterator[np.ndarray]:
        """For each part of the numbers from `first` on, its unit vectors, in one array that changes
        from one part to the next; zeros where there is no such number."""
        if len(parts) == 1 and parts[0] == (first, first + self.size):
            made = np.zeros(self.size * self.size, self.dtype)
            made[:: self.size + 1] = 1.0
            yield made.reshape(self.size, *self.shape)
            return
        made = np.zeros((max((stop - start for start, stop in parts), default=0), self.size), self.dtype)
        for start, stop in parts:
            low, high = max(start, first), min(stop, first + self.size)
            own = np.arange(low - start, max(low, high) - start), np.arange(low - first, max(low, high) - first)
            made[own] = 1.0
            yield made[: stop - start].reshape(stop - start, *self.shape)
            made[own] = 0.0

    def by(self, other: Numbers) -> np.ndarray:
        """The Jacobian of these numbers by others, not filled in."""
        return np.zeros(self.shape + other.shape, self._dtype_by(other))

    def from_rows(self, other: Numbers, rows: np.ndarray) -> np.ndarray:
        """The Jacobian by others, of all its rows, in memory of its own."""
        copy = not rows.flags.owndata
        return rows.astype(self._dtype_by(other), order="C", copy=copy).reshape(self.shape + other.shape)

    def from_columns(self, other: Numbers, columns: np.ndarray) -> np.ndarray:
        """The Jacobian by others, of all its columns, in memory of its own."""
        rows = columns.reshape(other.size, self.size).T
        return rows.astype(self._dtype_by(other), order="C").reshape(self.shape + other.shape)

    def _dtype_by(self, other: Numbers) -> Any:
        return self.dtype if self.dtype is other.dtype else np.result_type(self.dtype, other.dtype)


_numbers = lru_cache(maxsize=1024)(Numbers)


def numbers_of(value: Any, what: str) -> Numbers:
    """Those of an argument or a result.

    Raises:
        UsageError: if it is neither a number nor an array of numbers.
    """
    made = value
    if not isinstance(value, np.ndarray):
        made = np.asarray(value) if isinstance(value, (bool, int, float, complex, np.generic)) else None
    if made is not None and made.dtype.kind == "c":
        raise UsageError(f"{what} is complex; a Jacobian is of real numbers: take z.real and z.imag, or use jvp")
    if made is None or made.dtype.kind not in "biuf":
        raise UsageError(f"{what} is of type {type(value).__name__}; a Jacobian is of numbers and arrays")
    return _numbers(made.shape, made.dtype if made.dtype.kind == "f" else np.dtype(float))


def parts_of(count: int, most: int) -> Parts:
    """`count` things in parts of about one size, of at most `most` each."""
    if count <= most:
        return [(0, count)] if count else []
    number = -(-count // most)
    return [(count * i // number, count * (i + 1) // number) for i in range(number)]


def leaves_of(value: Any) -> list[Any]:
    """The numbers and arrays in a value, in order."""
    if not isinstance(value, (list, tuple, dict)):
        return [value]
    return [leaf for item in (value.values() if isinstance(value, dict) else value) for leaf in leaves_of(item)]


def with_leaves(value: Any, leaves: Iterator[Any]) -> Any:
    """The structure of a value with other leaves."""
    if not isinstance(value, (list, tuple, dict)):
        return next(leaves)
    if isinstance(value, dict):
        return {key: with_leaves(item, leaves) for key, item in value.items()}
    items = [with_leaves(item, leaves) for item in value]
    return items if isinstance(value, list) else tuple(items)
