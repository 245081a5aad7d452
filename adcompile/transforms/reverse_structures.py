"""Reverse what reads, makes and changes items: subscripts, displays, unpacking, updates.

The cotangent of a tuple is a tuple, of a list a list, of a dict a dict. Reading an item adds
to that item of the holder's cotangent; making a structure hands each item its part.

relies on: infer, activity.  ensures: as `reverse`.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from adcompile.analyses.distinct import is_mask
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.nodes import NONE, Atom, Call, Const, Star, Var
from adcompile.ir.types import Array, Dict, List, Scalar, Static, Tuple, Type, kind_of, may_carry_derivative
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack, unpack_star
from adcompile.transforms.cotangents import Cotangents


def subscript(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse a subscript that the program reads; refuse one by which an object computes."""
    holder, index = call.operands
    plain = isinstance(sweep.b.type_of(holder), (Array, List, Tuple, Dict))
    whole = kind_of(getattr(sweep.b.type_of(index), "dtype", "?")) in ("int", "bool")
    if sweep.is_active(index) and not plain and not whole:
        sweep.found.add(
            "the subscript is active, and what it is a subscript of is no array, list, tuple or dict",
            call.origin,
            "nothing says how its items depend on the subscript",
            "call a function: np.concatenate for np.r_, np.linspace for np.mgrid",
        )
        return
    add_item(sweep, holder, index, bar)


def add_item(sweep: Cotangents, holder: Atom, index: Atom, bar: Atom, first: bool = False) -> None:
    """Reverse `holder[index]`: add to that item of the holder's cotangent. `first` says that
    the item is still zero."""
    if not (isinstance(holder, Var) and holder in sweep.active):
        return
    type_ = sweep.types.get(holder)
    if isinstance(type_, Tuple) and isinstance(index, Const) and isinstance(index.value, slice):
        chosen = range(len(type_.items))[index.value]
        bars = {k: sweep.b.call(operator.getitem, bar, Const(j)) for j, k in enumerate(chosen)}
        add_tuple_items(sweep, holder, type_, bars)
        return
    if isinstance(type_, Tuple) and isinstance(index, Const) and type(index.value) is int:
        add_tuple_items(sweep, holder, type_, {index.value % len(type_.items): bar})
        return
    fresh = first or holder not in sweep.bars
    so_far = sweep.cotangent(holder)
    if isinstance(type_, Array) and (basic := is_basic_index(sweep.b.type_of(index))) is not None:
        fn: Any = updates.increment if basic or is_mask(sweep.b.type_of(index)) else updates.add_at
        if fresh and fn is updates.increment:
            fn = updates.update  # nothing is there yet
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(fn, so_far, index, bar))
    elif fresh and isinstance(type_, List):
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(updates.update, so_far, index, bar))
    elif isinstance(type_, (List, Dict)) and not _is_slice(sweep, index) and _is_number(_item_type(type_, index)):
        item = sweep.b.call(operator.getitem, so_far, index)
        summed = sweep.b.call(operator.add, item, bar)
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(updates.update, so_far, index, summed))
    else:
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(broadcasting.add_item, so_far, index, bar))


def _is_slice(sweep: Cotangents, index: Atom) -> bool:
    """Whether a subscript of a list may name several items."""
    type_ = sweep.b.type_of(index)
    return not (isinstance(type_, Scalar) or (isinstance(type_, Static) and not isinstance(type_.value, slice)))


def add_tuple_items(sweep: Cotangents, holder: Atom, type_: Tuple, bars: Mapping[int, Atom]) -> None:
    """The cotangent of a tuple is a tuple; passive items have None."""
    if not (isinstance(holder, Var) and holder in sweep.active):
        return
    before = sweep.bars.get(holder)
    items: list[Atom] = []
    for i, item in enumerate(type_.items):
        if before is not None:
            old: Atom | None = sweep.b.call(operator.getitem, before, Const(i))
        else:
            old = None
        if i in bars:
            if old is None or old is NONE:
                items.append(bars[i])
            elif isinstance(item, (Scalar, Array)):
                items.append(sweep.b.call(operator.add, old, bars[i]))
            else:
                items.append(sweep.b.call(broadcasting.add, old, bars[i]))
        elif old is not None:
            items.append(old)
        elif may_carry_derivative(item):
            part = sweep.b.call(operator.getitem, holder, Const(i))
            items.append(Const(0.0) if isinstance(item, Scalar) else sweep.b.call(broadcasting.zeros_like, part))
        else:
            items.append(NONE)
    sweep.bars[holder] = sweep.b.call(make_tuple, *items)


def unpacking(sweep: Cotangents, call: Call) -> None:
    """Reverse `a, b = holder`: each name gives to its item."""
    holder = call.operands[0]
    type_ = sweep.b.type_of(holder)
    if call.fn is unpack and isinstance(type_, Tuple):
        bars = {i: sweep.bars.pop(r) for i, r in enumerate(call.results) if r in sweep.bars}
        add_tuple_items(sweep, holder, type_, bars)
        return
    star = call.operands[1].value if call.fn is unpack_star else len(call.results)  # type: ignore[union-attr]
    for i, result in enumerate(call.results):
        if result in sweep.bars:
            behind = i - len(call.results)
            index: object = i if i < star else behind
            if i == star:
                index = slice(i, behind + 1 or None)
            add_item(sweep, holder, Const(index), sweep.bars.pop(result))


def _display(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `(a, b, *c)` or `[a, b]`: each item takes its part."""
    if any(isinstance(a, Star) for a in call.args):
        sweep.refuse_call(call)
        return
    for i, atom in enumerate(call.operands):
        if sweep.is_active(atom):
            sweep.accumulate(atom, sweep.b.call(operator.getitem, bar, Const(i)))


def _dict_display(sweep: Cotangents, call: Call, bar: Atom) -> None:
    for key, atom in zip(call.operands[::2], call.operands[1::2], strict=True):
        if sweep.is_active(atom):
            sweep.accumulate(atom, sweep.b.call(operator.getitem, bar, key))


def _appended(sweep: Cotangents, call: Call, bar: Atom) -> None:
    sequence, value = call.operands
    if sweep.is_active(value):
        sweep.accumulate(value, sweep.b.call(operator.getitem, bar, Const(-1)))
    sweep.accumulate(sequence, sweep.b.call(updates.without_last, bar))


def give_stored(sweep: Cotangents, fn: Any, whole: Atom, index: Atom, value: Atom) -> None:
    """Give the value that `fn` stored, or added, at `index` its part of `whole`, the cotangent of
    what it was stored into. Of several values for one element, the last counts, but for `add_at`."""
    if not sweep.is_active(value):
        return
    item = sweep.b.call(operator.getitem, whole, index)
    if fn is not updates.add_at and sweep.distinct.may_repeat(sweep.b.type_of(whole), index):
        item = sweep.b.call(np.where, sweep.b.call(updates.written_last, whole, index), item, Const(0.0))
    sweep.accumulate(value, sweep.b.call(broadcasting.unbroadcast, item, value))


def _updated(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `a[i] = v`: `v` takes what stands at `i`, and `a` gets nothing from there."""
    a, index, value = call.operands
    give_stored(sweep, call.fn, bar, index, value)
    if sweep.is_active(a):
        if isinstance(sweep.b.type_of(a), (List, Dict)) and isinstance(value, Var):
            cleared: Atom = sweep.zeros(value)
        else:
            cleared = Const(0.0)
        sweep.accumulate(a, sweep.b.call(updates.update, bar, index, cleared))


def _incremented(sweep: Cotangents, call: Call, bar: Atom) -> None:
    a, index, value = call.operands
    give_stored(sweep, call.fn, bar, index, value)
    sweep.accumulate(a, bar)


def _shortened(sweep: Cotangents, call: Call, bar: Atom) -> None:
    (sequence,) = call.operands
    last = sweep.b.call(operator.getitem, sequence, Const(-1))
    sweep.accumulate(sequence, sweep.b.call(updates.append, bar, sweep.b.call(broadcasting.zeros_like, last)))


def spread(sweep: Cotangents, atom: Atom) -> Atom:
    """A display of the forward sweep as a tuple whose items are known."""
    items = sweep.items_of(atom)
    return atom if items is None else sweep.b.call(make_tuple, *(spread(sweep, item) for item in items))


def accumulate_items(sweep: Cotangents, atom: Atom, cotangent: Atom) -> None:
    """Add a contribution to the cotangent of a value, or of each item of a display."""
    items = sweep.items_of(atom)
    if items is None:
        sweep.accumulate(atom, sweep.b.match_dtype(cotangent, atom))
        return
    for i, item in enumerate(items):
        if sweep.is_active(item):
            accumulate_items(sweep, item, sweep.b.call(operator.getitem, cotangent, Const(i)))


def _is_number(type_: Type | None) -> bool:
    return isinstance(type_, (Scalar, Array))


def _item_type(type_: List | Dict, index: Atom) -> Type | None:
    if isinstance(type_, List):
        return type_.item
    return dict(type_.items).get(index.value) if isinstance(index, Const) else None


STRUCTURAL: dict[Any, Any] = {
    make_tuple: _display,
    make_list: _display,
    make_dict: _dict_display,
    updates.append: _appended,
    updates.update: _updated,
    updates.increment: _incremented,
    updates.add_at: _incremented,
    updates.without_last: _shortened,
}
