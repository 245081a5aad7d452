"""Which variable a name means: nested functions and comprehensions have variables of their own.

A variable is known by a key: in the function itself its name, in a nested function or a
comprehension that is lowered in place its name with a number. So variables of one name are
kept apart, and a nested function reads and changes those of the function that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from adcompile.frontend.jumps import assigned_names, bound_names, parts_of_scope

FUNCTIONS = (gast.FunctionDef, gast.Lambda)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The variables of one scope, and the scope around it. `outside` are names that are
    declared to be the module's (`global`)."""

    own: dict[str, str] = field(default_factory=dict)
    around: Names | None = None
    outside: frozenset[str] = frozenset()

    def key(self, name: str) -> str | None:
        """The key of the variable that a name means; None for one from outside the function."""
        if name in self.outside:
            return None
        if name in self.own:
            return self.own[name]
        return self.around.key(name) if self.around is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class LocalFunction:
    """A lambda or a nested def: inlined where it is called. `names` is the scope that it stands
    in, `defaults` the keys of the values that its parameters' defaults had there."""

    node: Any  # gast.FunctionDef or gast.Lambda
    name: str
    names: Names
    defaults: dict[str, str]
    made_by: tuple[Any, ...] = ()  # the transformations of it, the first one first (lifting.py)

    @property
    def body(self) -> list[Any]:
        """Its statements; a lambda returns its expression."""
        return body_of(self.node)


def body_of(function: Any) -> list[Any]:
    """The statements of a def or lambda."""
    return function.body if isinstance(function, gast.FunctionDef) else [gast.Return(function.body)]


def parameters_of(function: Any) -> list[str]:
    """The names of the parameters of a def or lambda."""
    args = function.args
    several = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [a.id for a in several if a is not None]


def declared(function: Any, kind: Any) -> frozenset[str]:
    """The names that a function declares with `global` or `nonlocal`."""
    parts = (p for s in body_of(function) for p in parts_of_scope(s))
    return frozenset(name for part in parts if isinstance(part, kind) for name in part.names)


def own_names(function: Any) -> set[str]:
    """The names of a def's or lambda's own variables."""
    own = assigned_names(body_of(function)) | set(parameters_of(function))
    return own - declared(function, gast.Nonlocal) - declared(function, gast.Global)


def target_names(generators: Iterable[Any]) -> set[str]:
    """The names of a comprehension's own variables."""
    parts = (p for g in generators for p in gast.walk(g.target))
    return {p.id for p in parts if isinstance(p, gast.Name) and isinstance(p.ctx, gast.Store)}


def changed_keys(
    nodes: Sequence[Any], names: Names, function_of: Callable[[str], LocalFunction | None]
) -> list[str]:
    """The keys of the variables that a piece of the function may bind, or whose object it may
    change, itself or through the nested functions that it names."""
    found: dict[str, None] = {}
    seen: set[LocalFunction] = set()

    def visit(nodes: Sequence[Any], names: Names) -> None:
        found.update((key, None) for name in bound_names(nodes) if (key := names.key(name)))
        for part in (p for node in nodes for p in parts_of_scope(node)):
            if isinstance(part, FUNCTIONS):
                visit(body_of(part), without(own_names(part), names))
            elif isinstance(part, gast.Name):
                function = function_of(names.key(part.id) or "")
                if function is not None and function not in seen:
                    seen.add(function)
                    visit(function.body, without(own_names(function.node), function.names))

    def without(own: set[str], around: Names) -> Names:
        return Names(dict.fromkeys(own, ""), around)

    visit(nodes, names)
    return list(found)
