"""Reverse what reads and makes items: subscripts, displays, unpacking.

The cotangent of a tuple is a tuple, of a list a list, of a dict a dict. Reading an item adds
to that item of the holder's cotangent; making a structure hands each item its part.

relies on: infer, activity.  ensures: as `reverse`.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import NONE, Atom, Block, Call, Const, For, Loop, Star, Stmt, Through, Var, View, same_atom
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.ir.types import (
    Array,
    Dict,
    List,
    Scalar,
    Tuple,
    Type,
    Unknown,
    is_complex,
    kind_of,
    may_carry_derivative,
)
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack, unpack_star
from adcompile.transforms.cotangents import Cotangents
from adcompile.transforms.new_axes import without_new_axes
from adcompile.transforms.reverse_updates import (
    appended,
    incremented,
    is_slice,
    item_type,
    shortened,
    updated,
)
from adcompile.transforms.still_zero import is_still_zero

# Functions whose result shows all of an array, in another order of its axes.
TURNING = frozenset([np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis])


def subscript(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse a subscript that the program reads; refuse one by which an object computes."""
    holder, index = call.operands
    plain = isinstance(sweep.b.type_of(holder), (Array, List, Tuple, Dict))
    plain |= isinstance(holder, Var) and isinstance(sweep.b.type_of(holder), Unknown)  # check_numbers asks then
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
    if isinstance(type_, Dict) and isinstance(index, Const) and index.value in dict(type_.items):
        so_far = sweep.bars.get(holder)
        if so_far is None or sweep.b.definition(so_far, make_dict) is not None:
            _add_dict_item(sweep, holder, type_, index.value, bar)
            return
    if isinstance(type_, Scalar):  # a number of NumPy's takes `[None]`, `[...]` and `[()]`
        sweep.accumulate(holder, sweep.b.call(np.sum, bar))
        return
    if isinstance(type_, Array):
        part, bar = without_new_axes(sweep, holder, index, bar)
        if part is None:
            sweep.accumulate(holder, bar)
            return
        index = part
    if isinstance(type_, Array) and is_basic_index(sweep.b.type_of(index)) and _add_through(sweep, holder, index, bar):
        return
    so_far = sweep.cotangent(holder)
    fresh = first or holder not in sweep.bars or is_still_zero(sweep.b, so_far, index)
    if isinstance(type_, Array) and (basic := is_basic_index(sweep.b.type_of(index))) is not None:
        once = basic or sweep.distinct.names_no_element_twice(index)
        fn: Any = updates.increment if once else updates.add_at
        if fresh and fn is updates.increment:
            fn = updates.update  # nothing is there yet
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(fn, so_far, index, bar))
    elif isinstance(type_, List) and (fresh or _is_cleared(sweep, so_far, index)):
        if not fresh:
            so_far = sweep.b.definitions[so_far].operands[0]  # type: ignore[index]  # nothing else reads the zero
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(updates.update, so_far, index, bar))
    elif isinstance(type_, (List, Dict)) and not is_slice(sweep, index) and _is_number(item_type(type_, index)):
        item = sweep.b.call(operator.getitem, so_far, index)
        summed = sweep.b.call(operator.add, item, bar)
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(updates.update, so_far, index, summed))
    else:
        sweep.bars[holder] = sweep.named(holder, sweep.b.call(broadcasting.add_item, so_far, index, bar))


def _is_cleared(sweep: Cotangents, bar: Atom, index: Atom) -> bool:
    """Whether an item of a cotangent was set to zero last: the program had stored there."""
    made = sweep.b.definition(bar, updates.update)
    return made is not None and same_atom(made.operands[1], index) and _is_zero(sweep, made.operands[2])


def views_of(stmts: Sequence[Stmt], types: Types) -> dict[Var, Call]:
    """The calls that take a view of an array, through which an element of it can be changed."""
    found: dict[Var, Call] = {}
    for stmt in walk(Block(tuple(stmts))):
        if isinstance(stmt, Call) and len(stmt.results) == 1 and isinstance(types.get(stmt.result), Array):
            is_part = stmt.fn is operator.getitem and is_basic_index(atom_type(types, stmt.operands[1]))
            if (is_part or canonical(stmt.fn) in TURNING) and isinstance(atom_type(types, stmt.operands[0]), Array):
                found[stmt.result] = stmt
    return found


def _add_through(sweep: Cotangents, holder: Var, index: Atom, bar: Atom) -> bool:
    """Add to an item of a view in the cotangent of the array that it is a view of: no cotangent
    of the whole view is made for it. Done only where that array has a cotangent already."""
    steps: list[tuple[View, tuple[Atom, ...]]] = []
    whole: Atom = holder
    while isinstance(whole, Var) and whole in sweep.views and whole not in sweep.bars:
        call = sweep.views[whole]
        fn: Any = call.fn
        view = View(fn, len(call.operands) - 1, tuple(k or "" for k, _ in call.kwargs))
        steps.insert(0, (view, call.operands[1:]))
        whole = call.operands[0]
    if not steps or not isinstance(whole, Var) or whole not in sweep.bars:
        return False
    through = Through(updates.increment, tuple(view for view, _ in steps))
    operands = [a for _, atoms in steps for a in atoms]
    sweep.bars[whole] = sweep.named(whole, sweep.b.call(through, sweep.bars[whole], *operands, index, bar))
    return True


def add_tuple_items(sweep: Cotangents, holder: Atom, type_: Tuple, bars: Mapping[int, Atom]) -> None:
    """The cotangent of a tuple is a tuple; passive items have None."""
    if isinstance(holder, Var) and holder in sweep.active:
        items = _items_with(sweep, holder, list(enumerate(type_.items)), bars)
        sweep.bars[holder] = sweep.b.call(make_tuple, *items)


def _add_dict_item(sweep: Cotangents, holder: Var, type_: Dict, key: Any, bar: Atom) -> None:
    """The cotangent of a dict whose keys are known is a dict display, while it is put together."""
    items = _items_with(sweep, holder, type_.items, {key: bar})
    pairs = [a for (k, _), item in zip(type_.items, items, strict=True) for a in (Const(k), item)]
    sweep.bars[holder] = sweep.named(holder, sweep.b.make(make_dict, pairs))


def _items_with(
    sweep: Cotangents, holder: Var, items: Sequence[tuple[Any, Type]], bars: Mapping[Any, Atom]
) -> list[Atom]:
    """The items of the cotangent of a tuple or dict, with contributions to some of them added."""
    before = sweep.bars.get(holder)
    made: list[Atom] = []
    for key, type_ in items:
        old = None if before is None else _item_of(sweep, before, key)
        bar = bars.get(key)
        if bar is not None and old is not None and old is not NONE and not _is_zero(sweep, old):
            add: Any = operator.add if isinstance(type_, (Scalar, Array)) else broadcasting.add
            made.append(sweep.b.call(add, old, bar))
        elif bar is not None:
            made.append(bar)
        elif old is not None:
            made.append(old)
        elif not may_carry_derivative(type_):
            made.append(NONE)
        elif isinstance(type_, Scalar):
            made.append(Const(0j if is_complex(type_) else 0.0))
        else:
            item = sweep.b.call(operator.getitem, holder, Const(key))
            zeros = np.zeros_like if isinstance(type_, Array) else broadcasting.zeros_like
            made.append(sweep.b.call(zeros, item))
    return made


def without_unread(sweep: Cotangents, bar: Atom) -> Atom:
    """The cotangent of a tuple with None for the items that nothing has contributed to."""
    made = sweep.b.definition(bar, make_tuple)
    if made is None:
        return bar
    return sweep.b.call(make_tuple, *(NONE if _is_zero(sweep, item) else item for item in made.operands))


def _is_zero(sweep: Cotangents, atom: Atom) -> bool:
    """Whether an item of a cotangent only stands for what nothing has contributed to yet."""
    zeros = (np.zeros_like, broadcasting.zeros_like)
    is_number = same_atom(atom, Const(0.0)) or same_atom(atom, Const(0j))
    return is_number or any(sweep.b.definition(atom, fn) is not None for fn in zeros)


def _item_of(sweep: Cotangents, structure: Atom, key: Any) -> Atom:
    """An item of a tuple, or of a dict that was made with known keys."""
    display = sweep.b.definition(structure, make_dict)
    if display is None:
        return sweep.b.call(operator.getitem, structure, Const(key))
    keys = [k.value for k in display.operands[::2] if isinstance(k, Const)]
    return display.operands[2 * keys.index(key) + 1]


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


def spread(sweep: Cotangents, atom: Atom) -> Atom:
    """A display of the forward sweep as a tuple whose items are known."""
    items = sweep.items_of(atom)
    return atom if items is None else sweep.b.call(make_tuple, *(spread(sweep, item) for item in items))


def accumulate_items(sweep: Cotangents, atom: Atom, cotangent: Atom, bar: Atom) -> None:
    """Add a contribution to the cotangent of a value, or of each item of a display. It was computed
    from `bar`."""
    items = sweep.items_of(atom)
    if items is None:
        of_items = isinstance(sweep.b.type_of(atom), (Tuple, List, Dict)) and not sweep.b.real
        matched = sweep.b.make(broadcasting.match_dtype, (cotangent, atom)) if of_items else cotangent
        sweep.accumulate(atom, sweep.handed_on(bar, sweep.b.match_dtype(matched, atom)))
        return
    for i, item in enumerate(items):
        if sweep.is_active(item):
            accumulate_items(sweep, item, sweep.b.call(operator.getitem, cotangent, Const(i)), bar)


def _is_number(type_: Type | None) -> bool:
    return isinstance(type_, (Scalar, Array))


def gathering(loop: Loop, position: int, displays: Mapping[Var, Call], counts: Mapping[Var, int]) -> Call | None:
    """The call that appends one item to a list in each trip of a loop, from a display on that nothing else
    reads: then the number of the trip tells the position of the item. None if the carried value is no such
    list. `counts` says how often the program reads a value."""
    init, param, after = loop.inits[position], loop.params[position], loop.body.yields[position]
    made = displays.get(init) if isinstance(init, Var) else None
    if not isinstance(loop, For) or loop.index is None or made is None or made.fn is not make_list:
        return None
    if made.args and counts[made.result] > 1:
        return None
    appends = [s for s in loop.body.stmts if isinstance(s, Call) and s.fn is updates.append and after in s.results]
    append = appends[0] if appends else None
    if append is None or append.operands[0] is not param:
        return None
    reads = [a for s in walk(loop.body) for a in (*atoms_of(s), *(y for b in blocks_of(s) for y in b.yields))]
    others = sum(a is param or a is after for a in reads) + sum(y is param or y is after for y in loop.body.yields)
    return append if others == 2 else None  # the append, and the end of the trip


STRUCTURAL: dict[Any, Any] = {
    make_tuple: _display,
    make_list: _display,
    make_dict: _dict_display,
    updates.append: appended,
    updates.update: updated,
    updates.increment: incremented,
    updates.add_at: incremented,
    updates.without_last: shortened,
}
