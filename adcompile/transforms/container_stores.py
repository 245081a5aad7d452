"""Calls that change a list or dict, written as updates: `items.insert(0, v)` is `items[0:0] = [v]`.

Of a dict all keys have to be known.

relies on: infer, resolve_calls.  ensures: what an update stands for changes the container as the call did.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import NONE, Atom, Attribute, Call, Const, Method, Var
from adcompile.ir.types import Array, Dict, List, Scalar, kind_of
from adcompile.runtime import updates
from adcompile.runtime.structures import make_dict, make_list
from adcompile.transforms.build import Builder

ALL = Const(Ellipsis)
EVERY, BACKWARDS = Const(slice(None)), Const(slice(None, None, -1))
Store = Callable[[Builder, Call], "Atom | None"]


def store_of_container(call: Call, types: Types) -> Store | None:
    """How a call that changes a list, or dict with known keys, is written; None for other calls."""
    target = atom_type(types, call.operands[0])
    if isinstance(target, List):
        known = isinstance(call.fn, Method) and (not call.kwargs or call.fn.name == "sort")
        return LIST_METHODS.get(call.fn.name) if known else None  # type: ignore[union-attr]
    return _of_dict(call, types) if isinstance(target, Dict) else None


# ------------------------------------------------------------------------------------ lists


def _replace(b: Builder, items: Atom, where: Atom, *values: Atom) -> Atom:
    """`items[where] = [*values]`."""
    return _become(b, items, where, b.make(make_list, values))


def _become(b: Builder, items: Atom, where: Atom, values: Atom) -> Atom:
    """`items[where] = values`."""
    return b.make(updates.update, (items, where, values), name=items.name if isinstance(items, Var) else "")


def _place_of(b: Builder, items: Atom, index: Atom) -> Atom | None:
    """The slice that one item is; None for what is no position."""
    if isinstance(index, Const):
        at = index.value
        return Const(slice(at, at + 1 if at != -1 else None)) if type(at) is int else None
    type_ = b.type_of(index)
    if not (isinstance(type_, Scalar) and kind_of(type_.dtype) == "int"):
        return None
    at = b.call(operator.mod, index, b.call(len, items))  # counted from the start
    return b.call(slice, at, b.call(operator.add, at, Const(1)))


def _insert(b: Builder, call: Call) -> Atom | None:
    if len(call.operands) != 3:
        return None
    items, index, value = call.operands
    where = Const(slice(index.value, index.value)) if isinstance(index, Const) else b.call(slice, index, index)
    _replace(b, items, where, value)
    return NONE


def _pop(b: Builder, call: Call) -> Atom | None:
    items, index = call.operands if len(call.operands) == 2 else (call.operands[0], Const(-1))
    where = _place_of(b, items, index)
    if where is None:
        return None
    item = b.make(operator.getitem, (items, index))
    _replace(b, items, where)
    return item


def _delete(b: Builder, call: Call) -> Atom | None:
    items, index = call.operands
    part = index.value if isinstance(index, Const) else None
    if isinstance(part, slice) and part.step in (None, 1):
        _replace(b, items, index)
        return NONE
    where = _place_of(b, items, index)
    if where is None:
        return None
    b.make(operator.getitem, (items, index))  # an error where there is no such item
    _replace(b, items, where)
    return NONE


def _clear(b: Builder, call: Call) -> Atom | None:
    _replace(b, call.operands[0], EVERY)
    return NONE


def _reverse(b: Builder, call: Call) -> Atom | None:
    items = call.operands[0]
    _become(b, items, EVERY, b.call(operator.getitem, items, BACKWARDS))
    return NONE


def _sort(b: Builder, call: Call) -> Atom | None:
    items = call.operands[0]
    _become(b, items, EVERY, b.call(builtins.sorted, items, kwargs=call.kwargs))
    return NONE


LIST_METHODS: dict[str, Store] = {
    "insert": _insert,
    "pop": _pop,
    "__delitem__": _delete,
    "clear": _clear,
    "reverse": _reverse,
    "sort": _sort,
}


# ------------------------------------------------------------------------------------ dicts


def _of_dict(call: Call, types: Types) -> Store | None:
    """How `d | e`, `d |= e` or `d.update(e)` is written, and what an emitted program gives back, where
    the keys of both are known."""
    fn: Any = call.fn
    if not all(isinstance(atom_type(types, a), Dict) for a in call.args[1:]):  # type: ignore[arg-type]
        return None
    if fn in (Method("update"), updates.merge):
        return _update_dict
    if isinstance(fn, (Method, Attribute)) or len(call.args) != 2:
        return None
    return DICT_FUNCTIONS.get(fn)


def _entries(b: Builder, mapping: Atom) -> list[tuple[Const, Atom]]:
    """The keys and values of a dict whose keys are known."""
    type_ = b.type_of(mapping)
    assert isinstance(type_, Dict)
    return [(Const(key), b.call(operator.getitem, mapping, Const(key))) for key, _ in type_.items]


def _update_dict(b: Builder, call: Call) -> Atom | None:
    changed, *others = call.operands[: len(call.args)]
    name = changed.name if isinstance(changed, Var) else ""
    entries = [entry for other in others for entry in _entries(b, other)]
    for key, value in [*entries, *((Const(key), value) for key, value in call.kwargs)]:
        changed = b.make(updates.update, (changed, key, value), name=name)
    return NONE if isinstance(call.fn, Method) else changed


def _merge_dicts(b: Builder, call: Call) -> Atom | None:
    merged = {key.value: (key, value) for d in call.operands for key, value in _entries(b, d)}
    return b.make(make_dict, [a for entry in merged.values() for a in entry])


def _give_back(b: Builder, call: Call) -> Atom | None:
    """What an emitted program leaves its caller's dict with."""
    held, new = map(b.type_of, call.operands)
    assert isinstance(held, Dict) and isinstance(new, Dict)
    return _update_dict(b, call) if set(dict(held.items)) <= set(dict(new.items)) else None


def _give_items_back(b: Builder, call: Call) -> Atom | None:
    """What an emitted program leaves the objects in its caller's dict with."""
    given, changed = call.operands
    held, new = b.type_of(given), b.type_of(changed)
    assert isinstance(held, Dict) and isinstance(new, Dict)
    known = all(isinstance(t, (Array, Scalar, List, Dict)) for _, t in held.items)
    if not known or dict(held.items).keys() != dict(new.items).keys():
        return None
    name = given.name if isinstance(given, Var) else ""
    for key, type_ in held.items:
        old, value = (b.call(operator.getitem, mapping, Const(key)) for mapping in (given, changed))
        if isinstance(type_, Array):
            b.make(updates.update, (old, ALL, value))
        elif isinstance(type_, Scalar):
            given = b.make(updates.update, (given, Const(key), value), name=name)
        else:
            b.make(updates.write_back_items, (old, value))
    return given


DICT_FUNCTIONS: dict[Any, Store] = {
    operator.ior: _update_dict,
    operator.or_: _merge_dicts,
    updates.write_back: _give_back,
    updates.write_back_items: _give_items_back,
}
