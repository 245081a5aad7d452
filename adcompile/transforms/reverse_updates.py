"""Reverse what changes items: stores, additions, appended and removed items.

relies on: infer, activity.  ensures: the cotangents of what was stored, and of what it was stored into.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from adcompile.ir.nodes import Atom, Call, Const, Var
from adcompile.ir.types import Array, Dict, List, Scalar, Static, Tuple, Type, is_complex
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_dict
from adcompile.transforms.cotangents import Cotangents


def appended(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `items.append(v)`: `v` takes the last item of the cotangent, and `items` the others."""
    sequence, value = call.operands
    if sweep.is_active(value):
        sweep.accumulate(value, sweep.b.call(operator.getitem, bar, Const(-1)))
    sweep.accumulate(sequence, sweep.b.call(updates.without_last, bar))


def give_stored(sweep: Cotangents, fn: Any, holder: Type, whole: Atom, index: Atom, value: Atom) -> None:
    """Give the value that `fn` stored, or added, at `index` its part of `whole`, the cotangent of
    what it was stored into, which is of type `holder`. Of several values for one element, the last
    counts, but for `add_at`."""
    if not sweep.is_active(value):
        return
    item = whole if is_all_of(holder, index) else sweep.b.call(operator.getitem, whole, index)
    if fn is not updates.add_at and sweep.distinct.may_repeat(sweep.b.type_of(whole), index):
        item = sweep.b.call(np.where, sweep.b.call(updates.written_last, whole, index), item, Const(0.0))
    if fn is updates.update and isinstance(holder, (List, Dict)):
        item = sweep.b.match_dtype(item, value)  # a list or dict holds what is stored, an array as many as it takes
    elif not isinstance(sweep.b.type_of(value), (List, Dict, Tuple)):
        item = sweep.b.call(broadcasting.unbroadcast, item, value)
    sweep.accumulate(value, item)


def is_all_of(holder: Type, index: Atom) -> bool:
    """Whether `index` takes all of an array. Nothing may be taken of the cotangent of one without an
    axis, which is a number."""
    key = index.value if isinstance(index, Const) else None
    everything = key is Ellipsis or key == slice(None) or (type(key) is tuple and not key)
    return everything and isinstance(holder, Array)


def updated(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `a[i] = v`: `v` takes what stands at `i`, and `a` gets nothing from there."""
    a, index, value = call.operands
    if isinstance(sweep.b.type_of(a), List) and is_slice(sweep, index):
        _slice_replaced(sweep, call, bar)
        return
    before = sweep.b.type_of(a)
    give_stored(sweep, call.fn, before, bar, index, value)
    if not sweep.is_active(a) or is_all_of(before, index):
        return
    keys = [key for key, _ in before.items] if isinstance(before, Dict) else []
    if keys and isinstance(index, Const) and index.value not in keys:
        # The dict had no such item, and nor has its cotangent.
        items = [atom for key in keys for atom in (Const(key), sweep.b.call(operator.getitem, bar, Const(key)))]
        sweep.accumulate(a, sweep.b.call(make_dict, *items))
        return
    sweep.accumulate(a, sweep.b.call(updates.update, bar, index, _nothing_at(sweep, a, index, value)))


def _slice_replaced(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `items[i:j] = values`, which may be more or fewer than before."""
    a, index, value = call.operands
    if sweep.is_active(value) and not isinstance(sweep.b.type_of(value), List):
        sweep.found.add(
            "a slice of a list is replaced by something that is no list, as far as types tell",
            call.origin,
            "the list's cotangent has other items there",
            "build a new list of the parts",
        )
        return
    shown = sweep.items_of(value)
    count = Const(len(shown)) if shown is not None else sweep.b.call(len, value)
    part = index.value if isinstance(index, Const) else None
    if isinstance(part, slice) and part.start in (None, 0) and part.step in (None, 1):
        where = sweep.b.call(slice, Const(0), count)
    else:
        where = sweep.b.call(updates.where_replaced, a, index, count)
    if sweep.is_active(value):
        sweep.accumulate(value, sweep.b.call(operator.getitem, bar, where))
    if sweep.is_active(a):
        old = sweep.b.call(broadcasting.zeros_like, sweep.b.call(operator.getitem, a, index))
        sweep.accumulate(a, sweep.b.call(updates.update, bar, where, old))


def _nothing_at(sweep: Cotangents, container: Atom, index: Atom, value: Atom) -> Atom:
    """The cotangent of what `value` replaced: zeros like that, which may have another form."""
    type_ = sweep.b.type_of(container)
    item = item_type(type_, index) if isinstance(type_, (List, Dict)) else None
    if isinstance(item, Scalar) or not isinstance(type_, (List, Dict)):
        return Const(0j if item is not None and is_complex(item) else 0.0)
    same = isinstance(item, Array) and item.shape is not None and item == sweep.b.type_of(value)
    if item is None or same:
        return sweep.zeros(value) if isinstance(value, Var) else Const(0.0)
    return sweep.b.call(broadcasting.zeros_like, sweep.b.call(operator.getitem, container, index))


def incremented(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `a[i] += v`: `v` takes what stands at `i`, and `a` all."""
    a, index, value = call.operands
    give_stored(sweep, call.fn, sweep.b.type_of(a), bar, index, value)
    sweep.accumulate(a, bar)


def shortened(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse what takes the last item off a list: the cotangent has zeros in its place."""
    (sequence,) = call.operands
    last = sweep.b.call(operator.getitem, sequence, Const(-1))
    sweep.accumulate(sequence, sweep.b.call(updates.append, bar, sweep.b.call(broadcasting.zeros_like, last)))


def is_slice(sweep: Cotangents, index: Atom) -> bool:
    """Whether a subscript of a list may name several items."""
    type_ = sweep.b.type_of(index)
    return not (isinstance(type_, Scalar) or (isinstance(type_, Static) and not isinstance(type_.value, slice)))


def item_type(type_: List | Dict, index: Atom) -> Type | None:
    """The type of an item; None where it is not known."""
    if isinstance(type_, List):
        return type_.item
    return dict(type_.items).get(index.value) if isinstance(index, Const) else None
