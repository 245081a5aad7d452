"""Seed rules of subscripts and stores: a full slice before the others."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import infer_call
from adcompile.ir.nodes import Atom, Call, Const, Star
from adcompile.ir.types import Array, Dict, List, Scalar, Slice, Static, Tuple, Type, kind_of
from adcompile.runtime import updates
from adcompile.runtime.broadcasting import add_item
from adcompile.runtime.seeds import add_seeds, align_seeds
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.seed_rules.registry import FULL, Carrying, NotCarried, carries


def for_all_seeds(c: Carrying, index: Atom) -> Atom:
    """A subscript behind a full slice for the axis of the seeds."""
    type_ = c.type_of(index)
    parts: Sequence[Type] = type_.items if isinstance(type_, Tuple) else (type_,)
    _check_gathering(parts)
    if isinstance(index, Const):
        given = index.value if isinstance(index.value, tuple) else (index.value,)
        return Const((slice(None), *given))
    if not isinstance(type_, Tuple):
        return c.b.make(make_tuple, (FULL, index))
    items = c.items_of(index)
    return c.b.make(make_tuple, (FULL, *items) if items is not None else (FULL, Star(index)))


def _check_gathering(parts: Sequence[Type]) -> None:
    """Refuse subscripts of which NumPy puts the gathered axes first: those of arrays apart, and
    what may be such."""
    gathers = []
    for part in parts:
        is_number = isinstance(part, Scalar) and kind_of(part.dtype) == "int"
        is_slice = isinstance(part, Slice) or (isinstance(part, Static) and isinstance(part.value, slice))
        is_array = isinstance(part, List) or (isinstance(part, Array) and bool(part.shape))
        is_none = isinstance(part, Static) and (part.value is None or part.value is Ellipsis)
        if not (is_number or is_slice or is_array or is_none):
            raise NotCarried("a subscript that is not known")
        gathers.append("array" if is_array else "number" if is_number else "")
    at = [i for i, kind in enumerate(gathers) if kind]
    if "array" in gathers and at and at[-1] - at[0] + 1 != len(at):
        raise NotCarried("arrays of indices apart from each other")


@carries(operator.getitem, any_type=True)
def item(c: Carrying, call: Call, x: Atom, index: Atom) -> Atom:
    """`x[:, index]` of arrays; of a list, tuple or dict the item itself."""
    type_ = c.type_of(x)
    if isinstance(type_, (List, Tuple, Dict)):
        return c.b.make(operator.getitem, (c.lifted(x), index))
    if not isinstance(type_, (Array, Scalar)):
        raise NotCarried("a subscript of what is not known")
    part = c.b.make(operator.getitem, (c.now(x), for_all_seeds(c, index)))
    # A number does not change with the array that it is read from.
    copied = isinstance(c.type_of(call.result), Scalar) and c.may_change(x)
    return c.b.make(np.copy, (part,)) if copied else part


@carries(updates.update, updates.increment, updates.add_at, of=("a", "value"), any_type=True)
def store(c: Carrying, call: Call, a: Atom, index: Atom, value: Atom) -> Atom:
    """A store into all seeds' arrays."""
    type_ = c.type_of(a)
    if isinstance(type_, (List, Dict)):
        return _store_item(c, call.fn, c.lifted(a), index, c.lifted(value))
    if not isinstance(type_, Array):
        raise NotCarried("a store into what is not known")
    behind = for_all_seeds(c, index)
    if not c.is_seeded(value):
        if c.rank_of(value) > (_rank_of(c, a, index) or 0):
            raise NotCarried("a store of more axes than there are")
        return c.b.make(call.fn, (c.lifted(a), behind, value))
    return c.b.make(call.fn, (c.lifted(a), behind, _aligned(c, value, a, index, behind)))


def _store_item(c: Carrying, fn: Any, a: Atom, index: Atom, value: Atom) -> Atom:
    """A store into a list or dict. A number in it is added to by making another; so is an array of
    seeds, which may have other names."""
    if fn is not updates.update:
        value = c.b.make(add_seeds, (c.b.make(operator.getitem, (a, index)), value))
    return c.b.make(updates.update, (a, index, value))


def _rank_of(c: Carrying, a: Atom, index: Atom) -> int | None:
    """The rank of a part of an array, if it is known."""
    shape = shape_of(infer_call(operator.getitem, [c.type_of(a), c.type_of(index)], {}))
    return None if shape is None else len(shape)


def _aligned(c: Carrying, value: Atom, a: Atom, index: Atom, behind: Atom) -> Atom:
    """A seeded value that is stored into a part of an array."""
    rank = _rank_of(c, a, index)
    if rank is not None and shape_of(c.type_of(value)) is not None:
        return c.aligned(value, rank)
    part = c.b.make(operator.getitem, (c.lifted(a), behind))
    ranks = c.b.make(operator.sub, (c.b.make(np.ndim, (part,)), Const(1)))
    return c.b.make(align_seeds, (c.lifted(value), ranks))


@carries(add_item, of=("g", "value"), any_type=True)
def item_added(c: Carrying, call: Call, g: Atom, index: Atom, value: Atom) -> Atom:
    """An item of a cotangent with more added to it."""
    type_ = c.type_of(g)
    if isinstance(type_, (List, Dict)):
        return _store_item(c, add_item, c.lifted(g), index, c.lifted(value))
    if not isinstance(type_, Array):
        raise NotCarried("a cotangent that is not known")
    behind = for_all_seeds(c, index)
    value = _aligned(c, value, g, index, behind) if c.is_seeded(value) else value
    return c.b.make(add_item, (c.lifted(g), behind, value))


@carries(updates.append, updates.extend, of=("sequence", "value"), any_type=True)
def longer(c: Carrying, call: Call, sequence: Atom, value: Atom) -> Atom:
    """A list with more items."""
    return c.b.make(call.fn, (c.lifted(sequence), c.lifted(value)))


@carries(updates.without_last, of=("sequence",), any_type=True)
def shorter(c: Carrying, call: Call, sequence: Atom) -> Atom:
    """A list with an item less."""
    return c.b.make(call.fn, (c.now(sequence),))
