"""The signature of a call: what a specialisation depends on, and the types that it gives.

Two calls have one signature if their arguments have the same kinds, dtypes and ranks, the
same dims of sizes 0 and 1, and the same dims equal to each other. Sizes do not matter.
"""

from __future__ import annotations

import inspect
import itertools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.frontend.hidden_methods import hides_method
from adcompile.frontend.transformations import is_transformed
from adcompile.ir.dims import EACH, Dim, symbol
from adcompile.ir.types import (
    NEVER,
    PYTHON_NUMBERS,
    UNKNOWN,
    Array,
    Dict,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    join,
)

LETTERS = "nmkpqrs"


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The signature of a function; its annotations are not evaluated, since they may name what is
    there for type checkers alone."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format

        return inspect.signature(function, annotation_format=Format.STRING)
    return inspect.signature(function)


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
    if kind is not np.ndarray and _has_rules_of_its_own(value):
        where = f"'{name}' is" if name else "an argument is"
        instead = "np.asarray(m), and @ for products" if isinstance(value, np.matrix) else "m.filled(0.0), and the mask"
        raise UsageError(f"{where} a {kind.__name__}, which has rules of its own; pass {instead}")
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
        item: Type = NEVER
        for i, v in enumerate(value):
            item = join(item, type_of_value(v, name and f"{name}.{i}", sizes), (EACH, name))
        return List(item)
    if kind is dict:
        return Dict(tuple((k, type_of_value(v, name and f"{name}.{k}", sizes)) for k, v in value.items()))
    if is_static(value):
        return Static(value)
    if hasattr(value, "__array_function__") and getattr(getattr(value, "dtype", None), "kind", "") == "c":
        where = f"'{name}' is" if name else "an argument is"
        raise UsageError(f"{where} a complex {kind.__name__}; complex numbers are known in NumPy's own arrays")
    return UNKNOWN if hasattr(value, "__array_function__") else Passive(kind.__name__, class_of(value))


def _has_rules_of_its_own(value: Any) -> bool:
    """Whether a value is an array of a class that computes in another way than NumPy's own. Where
    `np.ma`, which takes long to import, has not been imported, there is no masked array."""
    return isinstance(value, np.matrix) or ("numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray))


def is_static(value: Any) -> bool:
    """Whether a value is known by what it is: None, a string, a function, a class, a module. An
    object that is called by a method of its class is not: it has a state."""
    if value is None or type(value) in (str, bytes, slice, np.dtype, types.ModuleType):
        return True
    if not callable(value) or is_transformed(value):
        return callable(value)
    return not isinstance(inspect.getattr_static(type(value), "__call__", None), types.FunctionType)


def class_of(value: Any) -> type | None:
    """An object's class, if its methods are those of its class and nothing in the object hides one."""
    kind = type(value)
    if inspect.getattr_static(kind, "__getattribute__") is not object.__getattribute__:
        return None
    return None if hides_method(value) else kind


__all__ = ["NEVER", "Sizes", "class_of", "is_static", "signature_of", "type_of_value"]
