"""The tangents of what reads, makes and changes items: subscripts, displays, unpacking, updates.

The tangent of a tuple is a tuple, of a list a list, of a dict a dict, and what happens to a value
happens to its tangent: a store stores the tangent too, through the same views.

relies on: infer, activity, follow_stores.  ensures: as `forward`.
"""

from __future__ import annotations

import operator
from typing import Any

from adcompile.ir.callables import joins
from adcompile.ir.nodes import Atom, Call, Const, Star, Through, Var
from adcompile.ir.types import Array, Dict, List, Tuple, Unknown, kind_of
from adcompile.runtime import updates
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack
from adcompile.transforms.reverse_stores import Views, in_any_order
from adcompile.transforms.tangents import Tangents


def item(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of `holder[index]`; refuse a subscript by which an object computes."""
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
    if not sweep.is_active(holder):
        return None
    return sweep.b.call(operator.getitem, sweep.dot(holder), index)


def unpacked(sweep: Tangents, call: Call) -> None:
    """The tangents of the names in `a, *b = holder`."""
    holder, *counts = call.operands
    if not sweep.is_active(holder):
        return
    one_by_one = sweep.b.definition(sweep.dot(holder), make_tuple) or not all(r in sweep.active for r in call.results)
    if call.fn is unpack and one_by_one and isinstance(sweep.b.type_of(holder), Tuple):
        for i, result in enumerate(call.results):
            if result in sweep.active:
                sweep.give(result, sweep.b.call(operator.getitem, sweep.dot(holder), Const(i)))
        return
    results = [sweep.new(result) for result in call.results]
    sweep.b.emit(Call(tuple(results), call.fn, (sweep.dot(holder), *counts), origin=sweep.b.origin))
    for result, dot in zip(call.results, results, strict=True):
        sweep.give(result, dot)


def _display(sweep: Tangents, call: Call) -> Atom | None:
    args = [Star(sweep.dot(a.value)) if isinstance(a, Star) else sweep.dot(a) for a in call.args]
    return sweep.b.call(call.fn, *args)


def _dict_display(sweep: Tangents, call: Call) -> Atom | None:
    pairs = zip(call.operands[::2], call.operands[1::2], strict=True)
    return sweep.b.make(make_dict, [atom for key, value in pairs for atom in (key, sweep.dot(value))])


def _replaced(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of a container that is changed by a value: its own, changed by the value's."""
    return sweep.b.call(call.fn, *map(sweep.dot, call.operands))


def _stored(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of what `a[i] = v` leaves."""
    a, index, value = call.operands
    nothing = isinstance(sweep.b.type_of(a), Array) and not sweep.is_active(value)
    return sweep.b.call(call.fn, sweep.dot(a), index, Const(0.0) if nothing else sweep.dot(value))


def _added(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of what `a[i] += v` leaves."""
    a, index, value = call.operands
    if not sweep.is_active(value):
        return sweep.dot(a)
    return sweep.b.call(call.fn, sweep.dot(a), index, sweep.dot(value))


def store_through(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of an object that is changed through views of it. The tangent's memory may be in
    another order than the object's: where a view depends on that, it is reached in a way that
    does not."""
    assert isinstance(call.fn, Through)
    whole, steps, rest = call.fn.parts(call.operands)
    views = Views(sweep.b, tuple(in_any_order(steps)))
    *indices, value = rest if rest else (None,)
    if value is None:
        return views.store(call.fn.fn, sweep.dot(whole), ())
    if not sweep.is_active(value) and call.fn.fn in (updates.increment, updates.add_at):
        return sweep.dot(whole)
    return views.store(call.fn.fn, sweep.dot(whole), (*indices, sweep.dot(value)))


def sequences(sweep: Tangents, call: Call) -> Atom | None:
    """The tangent of lists or tuples that are joined, or repeated: the tangents are, too."""
    left, right = call.operands
    if call.fn is operator.mul or call.fn is operator.imul:
        return sweep.b.make(operator.mul, (sweep.dot(left), right))
    return sweep.b.make(operator.add, (sweep.dot(left), sweep.dot(right)))


def is_of_sequences(sweep: Tangents, call: Call) -> bool:
    """Whether a call is of an operator that means something else on lists and tuples. A count has no tangent."""
    if call.fn in (operator.mul, operator.imul) and sweep.is_active(call.operands[1]):
        return False
    return joins(call.fn, *map(sweep.b.type_of, call.operands))


STRUCTURAL: dict[Any, Any] = {
    operator.getitem: item,
    make_tuple: _display,
    make_list: _display,
    make_dict: _dict_display,
    updates.append: _replaced,
    updates.extend: _replaced,
    updates.without_last: _replaced,
    updates.update: _stored,
    updates.increment: _added,
    updates.add_at: _added,
}

__all__ = ["STRUCTURAL", "is_of_sequences", "sequences", "store_through", "unpacked"]
