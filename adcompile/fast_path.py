"""Functions that are generated so that a call finds its specialisation in about a microsecond.

`look_up` is made for one pattern of arguments: their kinds, and those of what containers among
them hold. It reads a table by all else that a specialisation may depend on. What it finds there
is `guarded`: the compiled function behind the checks that what it took from outside is as it was.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np

from adcompile.frontend.hidden_methods import hides_method, may_hide_methods
from adcompile.frontend.scope import MISSING, HeldScope, OutsideScope

MOST_VALUES = 64  # of a pattern, with those that containers hold
CONTAINERS = (list, tuple, dict)
Function = Callable[..., Any]


def exact_key(value: Any) -> Any:
    """A key under which a value's type is the same. Values of one key differ only in what is read
    at run time: numbers, and the elements of arrays."""
    kind = type(value)
    if kind is np.ndarray:
        return value.dtype, value.shape
    if kind in (bool, str, bytes) or value is None:
        return value
    if kind is tuple or kind is list:
        return kind, tuple(map(exact_key, value))
    if kind is dict:
        return kind, tuple((k, exact_key(v)) for k, v in value.items())
    if kind is slice:
        return kind, repr(value)
    if isinstance(value, np.dtype):
        return np.dtype, value
    if kind is types.MethodType:  # made anew at each access
        return id(value.__self__), value.__func__
    key = id(value) if callable(value) or kind is types.ModuleType else kind
    return (key, "with methods of its own") if hides_method(value) else key


def kinds_of(value: Any) -> Any:
    """The kind of a value, and for a container those of what it holds."""
    kind = type(value)
    if kind is dict:
        return kind, tuple(value), tuple(map(kinds_of, value.values()))
    return (kind, tuple(map(kinds_of, value))) if kind in CONTAINERS else kind


def count_values(values: Collection[Any]) -> int:
    """How many values there are, with those that containers among them hold."""
    held = [v.values() if type(v) is dict else v for v in values if type(v) in CONTAINERS]
    return len(values) + sum(map(count_values, held))


class _Text:
    """The text of a function that is generated, and what its names are bound to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.namespace: dict[str, Any] = {}
        self._made = 0

    def name(self, letter: str) -> str:
        """A name that is not in use."""
        self._made += 1
        return f"{letter}{self._made}"

    def bind(self, value: Any) -> str:
        """A name for an object."""
        name = self.name("v")
        self.namespace[name] = value
        return name

    def function(self) -> Function:
        """The function `call` that the lines define."""
        exec(compile("\n".join(self.lines), "<adcompile dispatch>", "exec"), self.namespace)
        return self.namespace["call"]  # type: ignore[no-any-return]


def look_up(values: Sequence[Any], floats: Collection[int], table: dict[Any, Function], miss: Function) -> Function:
    """A function of arguments of the kinds that `values` have. It calls what `table` holds for
    them, or `miss`. The arguments at the positions `floats` are ints that are taken as floats."""
    text = _Text()
    names = [text.name("a") for _ in values]
    text.lines.append(f"def call({', '.join(names)}):")
    parts: list[str] = []
    level = list(zip(names, values, strict=True))
    indent = "    "
    while level:
        conditions, unpacked, level = _level(text, level, parts)
        text.lines.append(f"{indent}if {' and '.join(conditions)}:")
        indent += "    "
        text.lines += [indent + line for line in unpacked]
    key = f"({', '.join(parts)},)" if parts else "None"
    taken = ", ".join(f"float({name})" if i in floats else name for i, name in enumerate(names))
    text.lines += [
        f"{indent}found = {text.bind(table.get)}({key})",
        f"{indent}if found is not None:",
        f"{indent}    return found({taken})",
        f"    return {text.bind(miss)}({', '.join(names)})",
    ]
    return text.function()


def table_key(values: Sequence[Any]) -> Any:
    """What the function that `look_up` makes reads its table by, for these values."""
    parts: list[Any] = []
    level = list(values)
    while level:
        held: list[Any] = []
        for value in level:
            if type(value) is np.ndarray:
                parts += [value.dtype, value.shape]
            elif type(value) in CONTAINERS:
                held += value.values() if type(value) is dict else value
            elif _has_key(value):
                parts.append(exact_key(value))
        level = held
    return tuple(parts) or None


def _has_key(value: Any) -> bool:
    """Whether a type depends on more of a value, which is no array or container, than its kind."""
    return value is not None and (exact_key(value) is not type(value) or may_hide_methods(value))


def _level(
    text: _Text, level: Iterable[tuple[str, Any]], parts: list[str]
) -> tuple[list[str], list[str], list[tuple[str, Any]]]:
    """For values that have names: the conditions of their kinds, the lines that unpack containers,
    and what those hold under its names. `parts` receives what else a type depends on."""
    conditions: list[str] = []
    unpacked: list[str] = []
    held: list[tuple[str, Any]] = []
    for name, value in level:
        kind = type(value)
        conditions.append(f"type({name}) is {text.bind(kind)}")
        if kind is np.ndarray:
            parts += [f"{name}.dtype", f"{name}.shape"]
        elif kind in CONTAINERS:
            items = list(value.values() if kind is dict else value)
            names = [text.name("i") for _ in items]
            keys = f"tuple({name}) == {text.bind(tuple(value))}" if kind is dict else f"len({name}) == {len(items)}"
            conditions.append(keys)
            if items:
                unpacked.append(f"{', '.join(names)}, = {name}{'.values()' if kind is dict else ''}")
            held += zip(names, items, strict=True)
        elif _has_key(value):
            parts.append(name if kind in (bool, str, bytes) else f"{text.bind(exact_key)}({name})")
    return conditions, unpacked, held


Guards = Sequence[tuple[OutsideScope | HeldScope, str, Any]]
Captures = Sequence[tuple[OutsideScope, str, Any]]


def guarded(function: Function, count: int, guards: Guards, captures: Captures, miss: Function) -> Function:
    """`function`, of `count` arguments, where each guarded name is the object that stands beside it
    and each captured value has the key beside it, else `miss`."""
    text = _Text()
    conditions = [f"{_read(text, scope, name)} is {text.bind(value)}" for scope, name, value in guards]
    for scope, name, key in captures:
        local = text.name("c")
        read = f"({local} := {_read(text, scope, name)})"
        if isinstance(key, tuple) and isinstance(key[0], np.dtype):
            conditions.append(f"type({read}) is {text.bind(np.ndarray)}")
            conditions += [f"{local}.dtype == {text.bind(key[0])}", f"{local}.shape == {text.bind(key[1])}"]
        elif key in (float, int):
            conditions.append(f"type({read}) is {text.bind(key)}")
        else:
            conditions.append(f"{text.bind(exact_key)}({read}) == {text.bind(key)}")
    if not conditions:
        return function
    arguments = ", ".join(text.name("a") for _ in range(count))
    text.lines = [
        f"def call({arguments}):",
        "    try:",
        f"        same = {' and '.join(conditions)}",
        "    except ValueError:  # a closure variable is not bound any more",
        "        same = False",
        f"    return {text.bind(function)}({arguments}) if same else {text.bind(miss)}({arguments})",
    ]
    return text.function()


def _read(text: _Text, scope: OutsideScope | HeldScope, name: str) -> str:
    """The expression for what a name from outside is now."""
    if isinstance(scope, HeldScope):
        dotted = f"{text.bind(scope.value)}({name!r})"
        return dotted if "." in name else f"getattr({text.bind(scope.holder)}, {name!r}, {text.bind(MISSING)})"
    cell = scope.cell(name)
    if cell is not None:
        return f"{text.bind(cell)}.cell_contents"
    if name in scope.holder.__globals__:
        return f"{text.bind(scope.holder.__globals__.get)}({name!r}, {text.bind(MISSING)})"
    return f"{text.bind(scope.value)}({name!r})"
