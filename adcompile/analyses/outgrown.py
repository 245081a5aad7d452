"""The lists and dicts whose types a change outgrows while another name of them is read.

    items = []                   a list of nothing, under both names
    same = items
    items.append(x)              `items` is a list of arrays from here on
    return same[0]               and so is `same`

A type is a value's, and a change makes a new value. What reads the object under a name that it had before
reads the changed object as well: its type has to hold of both.

relies on: types.  ensures: a type for the first value of each such object that holds of it before and after.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from copy import copy, deepcopy
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.infer import Types, atom_type, sizes_of_object
from adcompile.analyses.liveness import Liveness
from adcompile.analyses.places import Place, Places
from adcompile.inference.registry import infer_call, join_items
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Call, Each, For, Function, If, Method, Stmt, Syntax, Var, While, With
from adcompile.ir.traverse import count_uses, walk
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Never, Passive, Scalar, Static, Type, join
from adcompile.runtime import structures, updates

# Methods that change what a list holds, or which keys a dict has, and are no updates.
ADDING = {"insert": 2, "append": 1}  # to a list: and which operand they add
OF_DICT = ("update", "setdefault", "pop", "popitem", "clear", "__delitem__")
# Calls that give items of a container, or another one that holds the same items.
OF_ITEMS: tuple[Any, ...] = (
    *(operator.getitem, structures.unpack, structures.unpack_star, operator.add, operator.mul, operator.or_),
    *(list, tuple, dict, copy, deepcopy, Method("copy"), Method("get"), Method("values"), Method("items")),
)


def outgrown(function: Function, types: Types, round_: int) -> Types:
    """For the first value of each object that outgrows its type under another name: the type that holds
    of it all along. In a later round less is told apart, so that the rounds come to an end."""
    calls = [s for s in walk(function.body) if isinstance(s, Call) and _changes_container(s, types)]
    if not calls:
        return {}
    places = Places(function.body, types)
    changes = [c for call in calls if (c := _change(call, places, types, round_)) is not None]
    uses = count_uses(function.body)
    members: dict[Var, int] = {}  # of each object, how often one of its values is read at most
    for var in uses:
        root = places.at(var).root
        members[root] = max(members.get(root, 0), uses[var])
    changes = [c for c in changes if members.get(c.root, 0) > 1]
    if not changes:
        return {}
    live = Liveness(function).live_after
    held = {inside: _Held(function, places, types, inside) for inside in {c.inside for c in changes}}
    found: Types = {}
    for change in changes:
        others = live[change.call] - set(change.call.results)
        if any(change.root in held[change.inside].by(var) for var in others):
            found[change.root] = join(found.get(change.root, change.type), change.type, sizes_of_object(change.root))
    return found


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of an object, and the type that holds of it before and after."""

    call: Call
    root: Var
    type: Type
    inside: bool  # of what the object holds


def _changes_container(call: Call, types: Types) -> bool:
    fn: Any = call.fn
    if isinstance(fn, Syntax) or not call.operands:
        return False
    target = atom_type(types, call.operands[0])
    if isinstance(fn, Method):
        return fn.name in ADDING if isinstance(target, List) else isinstance(target, Dict) and fn.name in OF_DICT
    return isinstance(target, (List, Dict)) and is_update(call)


def _change(call: Call, places: Places, types: Types, round_: int) -> _Change | None:
    """What a call changes, if its type does not hold of that afterwards."""
    place = places.place(call.operands[0])
    if place is None:
        return None
    now = _with_part(types.get(place.root, UNKNOWN), place, 0, _type_after(call, types), types)
    before = types.get(place.root, UNKNOWN)
    both = join(before, now, sizes_of_object(place.root) if round_ < 2 else None)
    return None if both == before else _Change(call, place.root, both if round_ < 3 else UNKNOWN, bool(place.path))


def _type_after(call: Call, types: Types) -> Type:
    """The type of what a call changes, once it has."""
    fn: Any = call.fn
    target, *given = (atom_type(types, a) for a in call.operands)
    if not isinstance(fn, Method):
        return types.get(call.result, UNKNOWN)
    if isinstance(target, List) and len(given) >= ADDING[fn.name]:
        return List(join_items([target.item, given[ADDING[fn.name] - 1]]))
    return UNKNOWN


def _with_part(whole: Type, place: Place, depth: int, part: Type, types: Types) -> Type:
    """The type of an object, once what the path of a place leads to is of another type."""
    if depth == len(place.path):
        return part
    step = place.path[depth]
    if step.view.fn is not operator.getitem or isinstance(whole, Array):
        return whole
    key = atom_type(types, step.atoms[0])
    inner = infer_call(operator.getitem, [whole, key], {})
    return infer_call(updates.update, [whole, key, _with_part(inner, place, depth + 1, part, types)], {})


class _Held:
    """The objects that each value is, or may hold: a list holds what was put into it. What is `inside` of
    them is also held by a copy, and may be what is taken out."""

    def __init__(self, function: Function, places: Places, types: Types, inside: bool) -> None:
        self._places = places
        self._types = types
        self._inside = inside
        self._found: dict[Var, frozenset[Var]] = {}
        before = -1
        while before != (before := sum(map(len, self._found.values()))):
            for stmt in walk(function.body):
                for var, atoms in self._handed_on(stmt):
                    if atoms and self._may_hold(var):
                        self._found[var] = self.by(var).union(*map(self.by, atoms))

    def by(self, atom: Atom) -> frozenset[Var]:
        """The first values of the objects that a value is or holds."""
        if not isinstance(atom, Var) or not self._may_hold(atom):
            return frozenset()
        return self._found.get(atom) or frozenset([self._places.at(atom).root])

    def _may_hold(self, var: Var) -> bool:
        return not isinstance(self._types.get(var, UNKNOWN), (Array, Scalar, Static, Never, Passive))

    def _handed_on(self, stmt: Stmt) -> Iterator[tuple[Var, tuple[Atom, ...]]]:
        if isinstance(stmt, Call):
            if self._inside or isinstance(stmt.fn, Syntax) or stmt.fn not in OF_ITEMS:
                yield from ((result, stmt.operands) for result in stmt.results)
        elif isinstance(stmt, If):
            yield from zip(stmt.results, zip(stmt.then.yields, stmt.orelse.yields, strict=True), strict=True)
        elif isinstance(stmt, With):
            yield from zip(stmt.results, zip(stmt.body.yields, strict=True), strict=True)
        elif isinstance(stmt, (For, While)):
            handed = tuple(zip(stmt.inits, stmt.body.yields, strict=True))
            yield from zip((*stmt.params, *stmt.results), handed * 2, strict=True)
            if isinstance(stmt, For) and self._inside:
                pairs = zip(stmt.items, stmt.sources, strict=True)
                yield from ((item, (source.sequence,)) for item, source in pairs if isinstance(source, Each))
