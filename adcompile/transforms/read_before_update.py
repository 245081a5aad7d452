"""Write updates in place so that what they read of the changed array is read first.

NumPy makes `a[1:] += a[:-1]` from the old `a`. A backend that goes through the elements one by one
would read those that it has changed already, so there it is `a[1:] = np.add(a[1:], a[:-1])`. What may
be larger than its place is added before it is stored as well: only a store is refused there.

relies on: place_residuals.  ensures: what an update in place adds to an array shares no memory
with it, and is as large as its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import IN_PLACE, canonical
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Stmt, Through, Var, View
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import Array, Scalar, kind_of
from adcompile.runtime import updates
from adcompile.transforms.build import Builder
from adcompile.transforms.plan_buffers import ADDITIONS, SCALINGS

MayShare = Callable[[Var, Atom], bool]


def read_before_update(function: Function, types: Types) -> Function:
    """The function with such updates as stores of what was computed before."""
    aliasing = Aliasing(function.body, types)
    calls = [s for s in walk(function.body) if isinstance(s, Call) and len(s.results) == 1]
    negated = {s.result: s.operands[0] for s in calls if s.fn is operator.neg}

    def shares(target: Var, value: Atom) -> bool:
        """Whether a value may share memory with a target; `a += -b` is written `a -= b`."""
        value = negated.get(value, value) if isinstance(value, Var) else value
        return isinstance(value, Var) and aliasing.may_share(target, value)

    apart = _not_in_place(calls, shares)

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            if stmt in apart and isinstance(new, Call):
                new = replace(new, fn=canonical(new.fn))
            stmts += _read_first(new, types, shares) if isinstance(new, Call) and new.args else [new]
        return Block(tuple(stmts), b.yields)

    return replace(function, body=block(function.body))


def _not_in_place(calls: Sequence[Call], may_share: MayShare) -> set[Call]:
    """The operations that would be written in place (`a + b` as `a += b`, `a[i] = a[i] + b` as
    `a[i] += b`), and read what that changes. As calls of NumPy's functions they are not."""
    made = {c.result: c for c in calls if not isinstance(c.fn, type) and c.fn in IN_PLACE.values()}
    planned = [c for c in made.values() if c.fn in ADDITIONS | SCALINGS and c.operands[0] is not c.operands[1]]
    found = {c for c in planned if _second_shares(c, c.operands[0], may_share)}
    for store in calls:
        fn: Any = store.fn.fn if isinstance(store.fn, Through) else store.fn
        value = store.operands[-1] if fn is updates.update else None
        op = made.get(value) if isinstance(value, Var) else None
        if op is not None and _second_shares(op, store.operands[0], may_share):
            found.add(op)
    return found


def _second_shares(op: Call, target: Atom, may_share: MayShare) -> bool:
    return isinstance(target, Var) and may_share(target, op.operands[1])


def _read_first(call: Call, types: Types, may_share: MayShare) -> list[Stmt]:
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    target, value = call.operands[0], call.operands[-1]
    if isinstance(fn, type) or not isinstance(target, Var) or isinstance(atom_type(types, value), Scalar):
        return [call]
    shares = may_share(target, value)
    builder = Builder(types, "before")
    builder.origin = call.origin
    is_increment = fn is updates.increment
    if (not is_increment and fn not in IN_PLACE) or not isinstance(atom_type(types, target), Array):
        return [call]
    views: tuple[View, ...] = ()
    changed: Atom = target
    if isinstance(call.fn, Through):
        views = call.fn.views
        for view, atoms in call.fn.parts(call.operands)[1]:
            args, kwargs = view.split(atoms)
            changed = builder.make(view.fn, (changed, *args), kwargs)
    index = call.operands[-2] if is_increment else Const(...)
    place = builder.make(operator.getitem, (changed, index)) if is_increment else changed
    if not shares and _is_as_large(place, value, types):
        return [call]
    made = builder.make(np.add if is_increment else canonical(fn), (place, value))
    if kind_of_array(types, target) != kind_of_array(types, made):
        return [call]  # it is an error, and stays one
    before_value = call.operands[: len(call.operands) - 1 - is_increment]
    store: Any = Through(updates.update, views) if views else updates.update
    return [*builder.stmts, replace(call, fn=store, args=(*before_value, index, made))]


def _is_as_large(place: Atom, value: Atom, types: Types) -> bool:
    one, other = atom_type(types, place), atom_type(types, value)
    return isinstance(one, Array) and isinstance(other, Array) and one.shape is not None and one.shape == other.shape


def kind_of_array(types: Types, atom: Atom) -> str | None:
    """The kind of an array's numbers; None for what is not known to be one."""
    type_ = atom_type(types, atom)
    return kind_of(type_.dtype) if isinstance(type_, Array) else None
