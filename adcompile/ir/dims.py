"""Sizes: what is known of the length of an axis before the program runs.

A dim is an int, or an affine form of symbols (`n`, `n - 1`). Equal forms are equal sizes; of different
ones nothing is known but their lower bounds.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Symbol:
    """An unknown size. `least` is a proven lower bound; symbols of parameters start at 2,
    because sizes 0 and 1 are part of the signature as numbers."""

    key: Any
    least: int = 0

    def __str__(self) -> str:
        return self.key if isinstance(self.key, str) else f"d{zlib.crc32(repr(self.key).encode()) % 9973}"


@dataclass(frozen=True, slots=True)
class Affine:
    """`const + sum(coefficient * symbol)`, the terms sorted by their text."""

    terms: tuple[tuple[Symbol, int], ...]
    const: int = 0

    @property
    def least(self) -> int | None:
        """A proven lower bound of the value, or None."""
        if any(coefficient < 0 for _, coefficient in self.terms):
            return None
        return self.const + sum(coefficient * symbol.least for symbol, coefficient in self.terms)

    def __str__(self) -> str:
        parts = [(f"{c}*" if c != 1 else "") + str(s) for s, c in self.terms]
        if self.const or not parts:
            parts.append(str(self.const))
        return " + ".join(parts).replace("+ -", "- ").replace("-1*", "-")


Dim = int | Affine


EACH = "each item"  # begins the key of a size that each item of a list has for itself


def symbol(key: Any, least: int = 0) -> Affine:
    """The dim that is the symbol `key`."""
    return Affine(((Symbol(key, least), 1),))


def add_dims(a: Dim, b: Dim) -> Dim:
    """The sum of two dims as affine forms (no clamping)."""
    if isinstance(a, int) and isinstance(b, int):
        return a + b
    terms: dict[Symbol, int] = {}
    const = 0
    for dim in (a, b):
        if isinstance(dim, int):
            const += dim
            continue
        const += dim.const
        for sym, coefficient in dim.terms:
            terms[sym] = terms.get(sym, 0) + coefficient
    kept = tuple(sorted(((s, c) for s, c in terms.items() if c), key=lambda t: repr(t[0].key)))
    return Affine(kept, const) if kept else const


def scale_dim(a: Dim, factor: int) -> Dim:
    """A dim times an int."""
    if isinstance(a, int):
        return a * factor
    if factor == 0:
        return 0
    return Affine(tuple((s, c * factor) for s, c in a.terms), a.const * factor)


def is_one(dim: Dim) -> bool | None:
    """Whether a size is 1; None where that is not known."""
    if isinstance(dim, int):
        return dim == 1
    return False if dim.least is not None and dim.least > 1 else None
