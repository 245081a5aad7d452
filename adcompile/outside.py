"""What a program takes from outside: globals, closure cells, and the functions it calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adcompile.errors import DiagnosticList
from adcompile.frontend.scope import HeldScope, OutsideScope, is_fixed
from adcompile.frontend.transformations import Emission
from adcompile.ir.nodes import Call, Function
from adcompile.ir.types import Type
from adcompile.signature import type_of_value
from adcompile.transforms.check_mutation import outside_changes


class Outside:
    """The names from outside of all functions of a program, by the function that reads them.

    `guards` are those that were resolved for good (functions, modules): a compiled program holds
    as long as they are the same. `captures` are read again at every call.
    """

    def __init__(self) -> None:
        self.guards: dict[tuple[Any, str], Any] = {}
        self.captures: dict[tuple[Any, str], Any] = {}
        self._changes: dict[int, tuple[Any, str, Any]] = {}
        self._emitted: list[Emission] = []

    @property
    def all_guards(self) -> dict[tuple[Any, str], Any]:
        """The guards, with those of the emitted functions that the program calls."""
        return {**{k: v for one in self._emitted for k, v in one.guards.items()}, **self.guards}

    @property
    def all_captures(self) -> dict[tuple[Any, str], Any]:
        """The captures, with those whose types the emitted functions that it calls were made for."""
        return {**{k: v for one in self._emitted for k, v in one.captures.items()}, **self.captures}

    def take_over(self, emission: Emission) -> None:
        """Remember what an emitted function that the program calls was made from."""
        self._emitted.append(emission)

    def note(self, primal: Function) -> None:
        """Remember what a function takes from outside, for the guards and the captures."""
        holder = primal.holder
        scope = OutsideScope(holder)
        for name, value in primal.resolved:
            self.guards[(holder, name)] = value
        for name in ("__code__", "__defaults__"):  # tools that load changed files anew replace them
            self.note_held(holder, name, getattr(holder, name))
        self.note_changes(primal)
        for capture in primal.captures:
            self.captures[(primal.holder, capture.name)] = scope.value(capture.name)

    def note_changes(self, primal: Function, changes: Callable[[Call], bool] = lambda call: False) -> None:
        """Remember which objects from outside a function may change. `changes` says whether a call of a
        user's function changes its arguments."""
        self._changes |= outside_changes(primal, OutsideScope(primal.holder), changes)

    def note_held(self, holder: Any, name: str, value: Any) -> None:
        """Remember what was found in a class, module or function, for the guards."""
        held = HeldScope(holder)
        if not is_fixed(holder) and held.value(name) is value:
            self.guards[(held, name)] = value

    def capture_type(self, holder: Any, name: str) -> Type:
        """The type of a captured value, as it is now."""
        return type_of_value(self.captures[(holder, name)], name)

    def check_changes(self, found: DiagnosticList) -> None:
        """Refuse a change of an object from outside in one function that another one reads."""
        for (holder, name), value in self.captures.items():
            changed = self._changes.get(id(value))
            if changed is not None and changed[0] is not holder:
                found.add(
                    f"'{name}' is read here, and changed in '{changed[0].__name__}'",
                    changed[2],
                    "the reverse sweep reads it after the change",
                    f"pass '{name}' as an argument",
                )
