"""The signature of a call: what a specialisation depends on, and the types that it gives.

Two calls have one signature if their arguments have the same kinds, dtypes and ranks, the
same dims of sizes 0 and 1, and the same dims equal to each other. Sizes do not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from adcompile.ir.types import (
    NEVER,
    PYTHON_NUMBERS,
    UNKNOWN,
    Array,
    Dict,
    Dim,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    join_all,
    symbol,
)

LETTERS = "nmkpqrs"


class Sizes:
    """Gives each different size a symbol, the same size the same symbol."""

    def __init__(self) -> None:
        self._known: dict[int, Dim] = {}
        self._names: Iterator[str] = itertools.chain(LETTERS, (f"n{i}" for i in itertools.count(1)))

    def dim(self, size: int) -> Dim:
        """The dim of a size: a number for 0 and 1, else a symbol of at least 2."""
        if size < 2:
            return size
        if size not in self._known:
            self._known[size] = symbol(next(self._names), 2)
        return self._known[size]


def type_of_value(value: Any, name: str = "", sizes: Sizes | None = None) -> Type:
    """The type of an argument or capture."""
    sizes = sizes if sizes is not None else Sizes()
    kind = type(value)
    if kind is np.ndarray:
        if value.dtype.kind not in "biufc":
            return Passive("object array") if value.dtype.kind == "O" else Passive("array")
        prefix = f"{name}:" if name else ""
        if prefix:  # captures: sizes of their own
            shape = tuple(s if s < 2 else symbol(f"{prefix}{i}", 2) for i, s in enumerate(value.shape))
            return Array(value.dtype.name, shape)
        return Array(value.dtype.name, tuple(sizes.dim(s) for s in value.shape))
    if kind.__name__ in PYTHON_NUMBERS and kind in (bool, int, float, complex):
        return Scalar(kind.__name__, value if kind is bool else None)
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return Scalar(value.dtype.name)
    if kind is tuple:
        return Tuple(tuple(type_of_value(v, name and f"{name}.{i}", sizes) for i, v in enumerate(value)))
    if kind is list:
        return List(join_all(type_of_value(v, name and f"{name}.{i}", sizes) for i, v in enumerate(value)))
    if kind is dict:
        return Dict(tuple((k, type_of_value(v, name and f"{name}.{k}", sizes)) for k, v in value.items()))
    if value is None or kind in (str, bytes, slice, np.dtype) or callable(value):
        return Static(value)
    return UNKNOWN if hasattr(value, "__array_function__") else Passive(kind.__name__)


__all__ = ["NEVER", "Sizes", "type_of_value"]
