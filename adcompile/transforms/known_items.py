"""What lists, tuples and dicts hold, where it is known at every point of a program.

Each operation on a container whose items are known gives other items, and a result that is one of
them, or a constant. One whose effect on the items is not certain gives `None`.

relies on: nothing.  ensures: `items` are what Python's object would hold.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from adcompile.ir.nodes import NONE, UNDEF, Atom, Call, Const, Method, Star, Syntax
from adcompile.runtime import structures, updates


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a container: of a list or tuple by position, of a dict by key."""

    display: Callable[..., Any]  # `make_list` and kin
    held: tuple[tuple[Hashable, Atom], ...]

    @property
    def values(self) -> tuple[Atom, ...]:
        """The items alone, in their order."""
        return tuple(atom for _, atom in self.held)

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """The keys or positions."""
        return tuple(key for key, _ in self.held)

    @property
    def is_dict(self) -> bool:
        """Whether the items have keys."""
        return self.display is structures.make_dict

    def of(self, *values: Atom) -> Items:
        """The same kind of sequence with other items."""
        return Items(self.display, tuple(enumerate(values)))

    def position(self, index: Atom) -> Hashable | None:
        """The key or position that a constant subscript names; None if there is no such item."""
        if not isinstance(index, Const):
            return None
        key = index.value
        if self.is_dict:
            return key if isinstance(key, (str, int)) and key in self.keys else None
        if type(key) is not int or not -len(self.held) <= key < len(self.held):
            return None
        return key % len(self.held)

    def at(self, key: Hashable) -> Atom:
        """The item of a key or at a position."""
        return dict(self.held)[key]

    def with_item(self, key: Hashable, atom: Atom) -> Items:
        """The container with another item."""
        return Items(self.display, tuple({**dict(self.held), key: atom}.items()))

    def without(self, key: Hashable) -> Items:
        """The container less an item."""
        rest = tuple((k, atom) for k, atom in self.held if k != key)
        return Items(self.display, rest) if self.is_dict else self.of(*(atom for _, atom in rest))


Done = tuple[Items, Atom | None]  # what a container holds then, and what the call gives; None: the container


def items_of_display(call: Call) -> Items | None:
    """What a display makes, if it says so."""
    fn: Any = call.fn
    if fn not in (structures.make_list, structures.make_tuple, structures.make_dict):
        return None
    if any(isinstance(a, Star) for a in call.args) or UNDEF in call.operands:
        return None
    if fn is not structures.make_dict:
        return Items(fn, tuple(enumerate(call.operands)))
    keys = [k.value for k in call.operands[::2] if isinstance(k, Const) and isinstance(k.value, (str, int))]
    if len(keys) != len(call.operands) // 2:
        return None
    return Items(fn, tuple(dict(zip(keys, call.operands[1::2], strict=True)).items()))


def done(items: Items, call: Call, args: tuple[Atom, ...], known: Callable[[Atom], Items | None]) -> Done | None:
    """What a call does to the container that is its first argument; `args` are the others. `known`
    says what another container holds."""
    fn: Any = call.fn
    if isinstance(fn, Method):
        if call.kwargs:
            return None
        table: Mapping[str, Any] = DICT_METHODS if items.is_dict else LIST_METHODS
        method = table.get(fn.name) if items.display is not structures.make_tuple else None
        return None if method is None else method(items, args)
    if isinstance(fn, Syntax) or call.kwargs:
        return None
    if fn is operator.getitem:
        key = items.position(args[0])
        return None if key is None else (items, items.at(key))
    if fn is len:
        return items, Const(len(items.held))
    if fn in (structures.contains, structures.not_contains) and items.is_dict and isinstance(args[0], Const):
        there = args[0].value in items.keys
        return items, Const(there if fn is structures.contains else not there)
    if fn is updates.without_last and items.display is structures.make_list and items.held:
        return items.of(*items.values[:-1]), None
    if fn is updates.update:
        return _stored(items, args, known)
    if fn in (updates.append, updates.extend, operator.iadd) and items.display is structures.make_list:
        more = Items(structures.make_tuple, ((0, args[0]),)) if fn is updates.append else known(args[0])
        return None if more is None or more.is_dict else (items.of(*items.values, *more.values), None)
    return None


def _stored(items: Items, args: tuple[Atom, ...], known: Callable[[Atom], Items | None]) -> Done | None:
    index, value = args
    if not isinstance(index, Const):
        return None
    if items.is_dict:
        return (items.with_item(index.value, value), None) if isinstance(index.value, (str, int)) else None
    if isinstance(index.value, slice) and items.display is structures.make_list:
        part, more = index.value, known(value)
        if part.step not in (None, 1) or more is None or more.is_dict:
            return None
        replaced = list(items.values)
        replaced[part] = more.values
        return items.of(*replaced), None
    key = items.position(index)
    return None if key is None else (items.with_item(key, value), None)


# ---------------------------------------------------------------------------------------- methods


def _insert(items: Items, args: tuple[Atom, ...]) -> Done | None:
    if len(args) != 2 or not (isinstance(args[0], Const) and type(args[0].value) is int):
        return None
    values = list(items.values)
    values.insert(args[0].value, args[1])
    return items.of(*values), NONE


def _pop(items: Items, args: tuple[Atom, ...]) -> Done | None:
    key = items.position(args[0] if args else Const(-1))
    if key is None and len(args) == 2 and isinstance(args[0], Const):
        return items, args[1]
    return None if key is None or (items.is_dict and not args) else (items.without(key), items.at(key))


def _delete(items: Items, args: tuple[Atom, ...]) -> Done | None:
    if isinstance(args[0], Const) and isinstance(args[0].value, slice):
        values = list(items.values)
        del values[args[0].value]
        return items.of(*values), NONE
    key = items.position(args[0])
    return None if key is None else (items.without(key), NONE)


def _get(items: Items, args: tuple[Atom, ...]) -> Done | None:
    if not args or not isinstance(args[0], Const):
        return None
    key = items.position(args[0])
    return items, (items.at(key) if key is not None else args[1] if len(args) > 1 else NONE)


def _setdefault(items: Items, args: tuple[Atom, ...]) -> Done | None:
    if len(args) != 2 or not isinstance(args[0], Const) or not isinstance(args[0].value, (str, int)):
        return None
    key = items.position(args[0])
    return (items.with_item(args[0].value, args[1]), args[1]) if key is None else (items, items.at(key))


def _cleared(items: Items, args: tuple[Atom, ...]) -> Done | None:
    return Items(items.display, ()), NONE


def _reversed(items: Items, args: tuple[Atom, ...]) -> Done | None:
    return items.of(*items.values[::-1]), NONE


LIST_METHODS: Mapping[str, Any] = {
    "insert": _insert,
    "pop": _pop,
    "__delitem__": _delete,
    "clear": _cleared,
    "reverse": _reversed,
}
DICT_METHODS: Mapping[str, Any] = {
    "pop": _pop,
    "__delitem__": _delete,
    "clear": _cleared,
    "get": _get,
    "setdefault": _setdefault,
}


def display_of(items: Items) -> list[Atom]:
    """The operands of a display that makes a container of these items."""
    if not items.is_dict:
        return list(items.values)
    return [a for key, atom in items.held for a in (Const(key), atom)]


def slice_of(items: Items, index: Atom) -> Items | None:
    """The items of `a[i:j]`, which is a new list or tuple."""
    if items.is_dict or not (isinstance(index, Const) and isinstance(index.value, slice)):
        return None
    return items.of(*items.values[index.value])


