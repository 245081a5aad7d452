"""Subscripts with new axes: `x[:, None]` reads all of `x`, and adds an axis to what it reads.

The cotangent of what was read loses the axis, and goes to the elements that were read: no array of
zeros is made for it, as for a part of `x`.

relies on: infer.  ensures: the cotangent without new axes, where the subscript is known to have some.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.nodes import NONE, Atom, Const, Star, Var
from adcompile.ir.types import Scalar, same_constant
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.cotangents import Cotangents

ALL = slice(None)


def without_new_axes(sweep: Cotangents, holder: Var, index: Atom, bar: Atom) -> tuple[Atom | None, Atom]:
    """A subscript of an array without the new axes in it, and the cotangent without them; no
    subscript where that is of the whole array."""
    parts = _parts(sweep, index)
    if not any(p is NONE for p in parts) or not is_basic_index(sweep.b.type_of(index)):
        return index, bar
    shape, given = shape_of(sweep.b.type_of(holder)), shape_of(sweep.b.type_of(bar))
    if shape is None or given is None:
        return index, bar
    numbers = sum(isinstance(sweep.b.type_of(p), Scalar) for p in parts)
    if len(given) != len(shape) - numbers + sum(p is NONE for p in parts):
        return index, bar
    rest = [p for p in parts if p is not NONE]
    is_whole = all(isinstance(p, Const) and (p.value is Ellipsis or same_constant(p.value, ALL)) for p in rest)
    bar = _taken_off(sweep, holder if is_whole else None, parts, bar)
    if is_whole:
        return None, bar
    if len(rest) == 1:
        return rest[0], bar
    if all(isinstance(p, Const) for p in rest):
        return Const(tuple(p.value for p in rest)), bar  # type: ignore[union-attr]
    return sweep.b.call(make_tuple, *rest), bar


def _parts(sweep: Cotangents, index: Atom) -> Sequence[Atom]:
    """What a subscript consists of, as far as that is known."""
    if isinstance(index, Const):
        values = index.value if isinstance(index.value, tuple) else (index.value,)
        return [NONE if v is None else Const(v) for v in values]
    made = sweep.distinct.definitions.get(index)
    if made is None or made.fn is not make_tuple or any(isinstance(a, Star) for a in made.args):
        return ()
    return [NONE if isinstance(a, Const) and a.value is None else a for a in made.operands]


def _taken_off(sweep: Cotangents, whole: Var | None, parts: Sequence[Atom], bar: Atom) -> Atom:
    """A cotangent without the axes that a subscript added; of all of an array `whole`, if it is that."""
    spread = sweep.b.definition(bar, np.broadcast_to)
    if spread is not None and whole is not None and isinstance(sweep.b.type_of(spread.operands[0]), Scalar):
        return sweep.b.call(np.broadcast_to, spread.operands[0], sweep.b.call(np.shape, whole))
    found: list[object] = []
    for part in parts:
        if part is NONE:
            found.append(0)
        elif not isinstance(sweep.b.type_of(part), Scalar):
            found.append(Ellipsis if isinstance(part, Const) and part.value is Ellipsis else ALL)
    while Ellipsis not in found and found[-1] == ALL:
        found.pop()
    if len(found) > 2 and found[:-1] == [ALL] * (len(found) - 1):
        found[:-1] = [Ellipsis]  # only the last axis is new
    return sweep.b.call(operator.getitem, bar, Const(tuple(found) if len(found) > 1 else found[0]))
