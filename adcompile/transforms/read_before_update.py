"""Write updates in place so that what they read of the changed array is read first.

NumPy makes `a[1:] += a[:-1]` from the old `a`. A backend that goes through the elements one by one
would read those that it has changed already, so there it is `a[1:] = a[1:] + a[:-1]`. What may
be larger than its place is added before it is stored as well: only a store is refused there.

relies on: place_residuals.  ensures: what an update in place adds to an array shares no memory
with it, and is as large as its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import IN_PLACE
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Stmt, Through, Var, View
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import Array, Scalar, kind_of
from adcompile.runtime import updates
from adcompile.transforms.build import Builder

AS_FUNCTIONS: Mapping[Any, Any] = {operator.add: np.add, operator.sub: np.subtract}


def read_before_update(function: Function, types: Types) -> Function:
    """The function with such updates as stores of what was computed before."""
    aliasing = Aliasing(function.body, types)
    negated = {s.result: s.operands[0] for s in walk(function.body) if isinstance(s, Call) and s.fn is operator.neg}

    def shares(target: Var, value: Atom) -> bool:
        """Whether a value may share memory with a target; `a += -b` is written `a -= b`."""
        value = negated.get(value, value) if isinstance(value, Var) else value
        return isinstance(value, Var) and aliasing.may_share(target, value)

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            stmts += _read_first(new, types, shares) if isinstance(new, Call) and new.args else [new]
        return Block(tuple(stmts), b.yields)

    return replace(function, body=block(function.body))


def _read_first(call: Call, types: Types, may_share: Callable[[Var, Atom], bool]) -> list[Stmt]:
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    target, value = call.operands[0], call.operands[-1]
    if isinstance(fn, type) or not isinstance(target, Var) or isinstance(atom_type(types, value), Scalar):
        return [call]
    shares = may_share(target, value)
    if fn in AS_FUNCTIONS and shares:
        return [replace(call, fn=AS_FUNCTIONS[fn])]  # a sum that is not made in place
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
    made = builder.make(operator.add if is_increment else IN_PLACE[fn], (place, value))
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
