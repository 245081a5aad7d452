"""What a name means outside the function: resolved at compile time, or captured.

Functions, classes and modules are resolved when the function is compiled, and guarded by
identity at every call. Every other global or closure variable becomes a `Capture`: an
implicit parameter that is read again at every call.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.frontend.transformations import is_transformed
from adcompile.ir.nodes import Atom, Capture, Const, Var

RESOLVED = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    types.MethodType,
    type,
    np.ufunc,
    type(np.sum),  # NumPy's dispatched functions
    type(np.mgrid),
    type(np.r_),
    type(Ellipsis),
    type(NotImplemented),
)
# What is read of a module or class and cannot change itself. (A bound method is new at each look.)
CONSTANTS = (bool, int, float, complex, str, bytes, np.generic)
LIBRARIES = sys.stdlib_module_names | {"numpy", "scipy"}
MISSING = object()


def is_resolved(value: Any) -> bool:
    """Whether an outside value is bound at compile time rather than captured."""
    return isinstance(value, RESOLVED) or value is None or is_transformed(value)


def is_settled(value: Any) -> bool:
    """Whether an attribute of a module or class is bound at compile time, and guarded by identity."""
    return (is_resolved(value) and not isinstance(value, types.MethodType)) or isinstance(value, CONSTANTS)


def is_fixed(holder: Any) -> bool:
    """Whether the attributes of something known stay what they are: of a constant, and of a library's
    module or class."""
    if not isinstance(holder, (types.ModuleType, type, types.FunctionType)):
        return True
    name = holder.__name__ if isinstance(holder, types.ModuleType) else holder.__module__
    return isinstance(name, str) and name.partition(".")[0] in LIBRARIES


@dataclass(frozen=True, slots=True)
class HeldScope:
    """The attributes of one class, module or function, by their dotted names."""

    holder: Any

    def value(self, name: str) -> Any:
        """The object that an attribute, or one of its attributes (`make.__func__`), is now, or `MISSING`."""
        return attribute_of(self.holder, name.split("."))


def attribute_of(held: Any, names: Iterable[str]) -> Any:
    """What the last of some attributes of one another is, or `MISSING`."""
    for name in names:
        held = getattr(held, name, MISSING)
    return held


class OutsideScope:
    """The globals, closure cells and builtins of one Python function."""

    def __init__(self, holder: types.FunctionType) -> None:
        self.holder = holder
        self.captures: dict[str, Capture] = {}
        self.resolved: dict[str, Any] = {}
        code = holder.__code__
        self._cells = dict(zip(code.co_freevars, holder.__closure__ or (), strict=True))

    def value(self, name: str) -> Any:
        """The object that a name, or one of its attributes (`settings.rate`), is now, or `MISSING`."""
        name, *attributes = name.split(".")
        return attribute_of(self._bound(name), attributes)

    def _bound(self, name: str) -> Any:
        if name in self._cells:
            try:
                return self._cells[name].cell_contents
            except ValueError:
                return MISSING
        if name in self.holder.__globals__:
            return self.holder.__globals__[name]
        return getattr(builtins, name, MISSING)

    def cell(self, name: str) -> types.CellType | None:
        """The closure's cell that holds `name`, if one does."""
        return self._cells.get(name)

    def names(self) -> list[str]:
        """The names that are bound outside."""
        return [*self._cells, *self.holder.__globals__, *vars(builtins)]

    def atom(self, name: str) -> Atom | None:
        """The atom that stands for an outside name; None if the name is bound nowhere."""
        value = self.value(name)
        if value is MISSING:
            return None
        if is_resolved(value):
            if not hasattr(builtins, name) or name in self.holder.__globals__:
                self.resolved[name] = value
            return Const(value)
        if name not in self.captures:
            self.captures[name] = Capture(Var(name), name, self.holder)
        return self.captures[name].var


def scope_of(holder: types.FunctionType | HeldScope) -> OutsideScope | HeldScope:
    """Where the names are looked up that a function reads, or that something holds."""
    return holder if isinstance(holder, HeldScope) else OutsideScope(holder)
