"""The unit vectors that the sweeps of a Jacobian start from, and the rows or columns that come of them.

The numbers in an argument, or in a result, are counted in C order; a result may be a list, tuple or
dict of arrays, whose numbers follow one another. A complex number can move in two directions, so
there are two unit vectors for it: along 1, and, behind all of those, along 1j. What they give are the
real part of its derivative and the imaginary one with the other sign. For a function that is holomorphic
the first tells all.
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
HOLOMORPHIC = "{what} is real, and holomorphic=True is of complex numbers; leave it out, or pass x * (1 + 0j)"


@dataclass(frozen=True)
class Numbers:
    """The shape and the dtype of an array, or of a number, and in how many directions each number moves."""

    shape: tuple[int, ...]
    dtype: Any
    directions: int

    @cached_property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    @cached_property
    def count(self) -> int:
        """How many unit vectors there are."""
        return self.size * self.directions

    def units(self, parts: Parts, first: int = 0) -> Iterator[np.ndarray]:
        """For each part of the unit vectors from `first` on, these vectors, in one array that changes
        from one part to the next; zeros where there is no such vector."""
        if len(parts) == 1 and parts[0] == (first, first + self.count):
            made = np.zeros(self.count * self.size, self.dtype)
            made[: self.size**2 : self.size + 1] = 1.0
            if self.directions > 1:
                made[self.size**2 :: self.size + 1] = 1j
            yield made.reshape(self.count, *self.shape)
            return
        made = np.zeros((max((stop - start for start, stop in parts), default=0), self.size), self.dtype)
        for start, stop in parts:
            low, high = max(start, first), max(start, first, min(stop, first + self.count))
            numbers = np.arange(low - first, high - first)
            own = np.arange(low - start, high - start), numbers % max(self.size, 1)
            made[own] = 1.0 if self.directions == 1 else np.where(numbers < self.size, 1.0, 1j)
            yield made[: stop - start].reshape(stop - start, *self.shape)
            made[own] = 0.0

    def rows_by(self, other: Numbers) -> np.ndarray:
        """What the sweeps from these numbers give for others, not filled in: a row for each unit vector."""
        return np.zeros((self.count, other.size), self._swept_dtype(other))

    def columns_by(self, other: Numbers) -> np.ndarray:
        """The same for sweeps from the others, transposed."""
        return np.zeros((self.size, other.count), other._swept_dtype(self))

    def from_rows(self, other: Numbers, rows: np.ndarray) -> np.ndarray:
        """The Jacobian of these numbers by others, of all its rows, in memory of its own."""
        copy = not rows.flags.owndata
        if self.directions > 1:
            rows = rows.reshape(self.count, other.size)
            rows = _complex(rows[: self.size], rows[self.size :])
        return rows.astype(self._dtype_by(other), order="C", copy=copy).reshape(self.shape + other.shape)

    def from_columns(self, other: Numbers, columns: np.ndarray) -> np.ndarray:
        """The Jacobian of these numbers by others, of all its columns, in memory of its own."""
        copy = not columns.flags.owndata
        if other.directions > 1:
            columns = _complex(columns[:, : other.size], columns[:, other.size :])
        return columns.astype(self._dtype_by(other), order="C", copy=copy).reshape(self.shape + other.shape)

    def _dtype_by(self, other: Numbers) -> Any:
        return self.dtype if self.dtype is other.dtype else np.result_type(self.dtype, other.dtype)

    def _swept_dtype(self, other: Numbers) -> Any:
        """Of what one sweep from these numbers gives for others: a part, if two make a complex number."""
        dtype = self._dtype_by(other)
        return dtype if self.directions == 1 else np.zeros(0, dtype).real.dtype


def _complex(real: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Derivatives along 1 and along 1j as complex numbers, by the convention of gradients."""
    made = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    made.real = real
    np.negative(other, out=made.imag)
    return made


_numbers = lru_cache(maxsize=1024)(Numbers)


def numbers_of(value: Any, what: str, holomorphic: bool = False) -> Numbers:
    """Those of an argument or a result.

    Raises:
        UsageError: if it is neither a number nor an array of numbers, or real where it is to be complex.
    """
    made = value
    if not isinstance(value, np.ndarray):
        made = np.asarray(value) if isinstance(value, (bool, int, float, complex, np.generic)) else None
    if made is None or made.dtype.kind not in "biufc":
        raise UsageError(f"{what} is of type {type(value).__name__}; a Jacobian is of numbers and arrays")
    if made.dtype.kind == "c":
        return _numbers(made.shape, made.dtype, 1 if holomorphic else 2)
    if holomorphic:
        raise UsageError(HOLOMORPHIC.format(what=what))
    return _numbers(made.shape, made.dtype if made.dtype.kind == "f" else np.dtype(float), 1)


def check_one_complex(inputs: Sequence[Numbers], results: Sequence[Numbers]) -> None:
    """Refuse complex results of complex arguments, if each can move in two directions.

    Raises:
        UsageError: if there are both.
    """
    if [one for one in results if one.directions > 1] and [one for one in inputs if one.directions > 1]:
        raise UsageError(
            "an argument is complex, and a result; then the derivative is one complex number only for a "
            "holomorphic function: write holomorphic=True if it is one, else take z.real and z.imag, or use jvp or vjp"
        )


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
