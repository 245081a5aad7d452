"""Write calls that Numba lacks by others that it has, with the same result.

relies on: place_residuals.  ensures: the same values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Stmt, Var
from adcompile.ir.traverse import map_atoms, substitute
from adcompile.ir.types import Array, NotStatic, Scalar, Type, kind_of, static_value
from adcompile.runtime.checks import require_apart, require_real_power, to_int
from adcompile.runtime.markers import detach
from adcompile.transforms.build import Builder

SAME_OF_A_NUMBER = (np.sum, np.mean, np.max, np.min, np.prod, np.ravel, np.copy)
# What makes an int of a float, and what it does to it first.
TO_INT: dict[Any, Any] = {int: None, math.trunc: None, math.floor: np.floor, math.ceil: np.ceil, round: np.rint}


def spell_calls(function: Function, types: Types, is_emitted: bool) -> Function:
    """The function without the calls that are written in another way: of numbers in any function,
    and others in one that is not differentiated any more."""
    renamed: dict[Var, Atom] = {}

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            stmts += spelt(new) if isinstance(new, Call) else [new]
        return Block(tuple(stmts), b.yields)

    def spelt(call: Call) -> Sequence[Stmt]:
        if call.fn is require_apart and is_emitted:
            return _in_pairs(call)
        if call.fn is require_real_power and is_emitted:
            return []  # Numba's power of two floats is a float: nan where Python's is complex
        builder = Builder(types, "spell")
        builder.origin = call.origin
        made = _other_spelling(call, builder, is_emitted)
        if made is None:
            return [call]
        if builder.stmts and builder.stmts[-1].results == (made,):  # type: ignore[union-attr]
            return [*builder.stmts[:-1], replace(builder.stmts[-1], results=call.results)]  # type: ignore[arg-type]
        renamed[call.result] = made
        return builder.stmts

    body = block(function.body)
    while any(isinstance(a, Var) and a in renamed for a in renamed.values()):
        renamed = {v: renamed.get(a, a) if isinstance(a, Var) else a for v, a in renamed.items()}
    return replace(function, body=substitute(body, renamed))


def _other_spelling(call: Call, builder: Builder, is_emitted: bool) -> Atom | None:
    """The value of a call by other calls; None where it stays."""
    if len(call.results) != 1 or not call.args:
        return None
    meant: Any = canonical(call.fn)
    value = call.operands[0]
    if is_emitted and call.fn in TO_INT and len(call.operands) == 1 and is_float(builder.type_of(value)):
        whole = TO_INT[call.fn]
        return builder.make(to_int, (value if whole is None else builder.make(whole, (value,)),))
    if isinstance(builder.type_of(value), Scalar) and len(call.operands) == 1:
        if meant is np.linalg.norm:
            return builder.make(abs, (value,))
        return value if meant in SAME_OF_A_NUMBER else None
    if meant is detach or not is_emitted:
        return value if is_emitted else None
    if meant is np.expand_dims and isinstance(call.operands[1], Const) and not call.kwargs:
        axes = call.operands[1].value
        return _expanded(value, sorted(axes), builder) if isinstance(axes, tuple) and min(axes) >= 0 else None
    return _sum_by_axes(call, builder) if meant is np.sum else None


def _sum_by_axes(call: Call, builder: Builder) -> Atom | None:
    """`x.sum(axis=(0, 2), keepdims=True)` as sums over one axis each."""
    value = call.operands[0]
    type_ = builder.type_of(value)
    options = dict(call.kwargs)
    if len(call.args) == 2:
        options["axis"] = call.operands[1]
    if not options.keys() <= {"axis", "keepdims"} or not isinstance(type_, Array) or type_.shape is None:
        return None
    try:
        known = {str(k): static_value(builder.type_of(a)) for k, a in options.items()}
    except NotStatic:
        return None
    axes, rank = known.get("axis"), len(type_.shape)
    if not known.get("keepdims") and not isinstance(axes, tuple):
        return None
    wanted = range(rank) if axes is None else axes if isinstance(axes, tuple) else (axes,)
    places = sorted({int(axis) % rank for axis in wanted})
    if len(places) == rank and not known.get("keepdims"):
        return builder.make(np.sum, (value,))
    for axis in reversed(places):
        value = builder.make(np.sum, (value, Const(axis)))
    return _expanded(value, places, builder) if known.get("keepdims") else value


def _expanded(value: Atom, axes: Sequence[int], builder: Builder) -> Atom:
    for axis in axes:
        value = builder.make(np.expand_dims, (value, Const(axis)))
    return value


def is_float(type_: Type) -> bool:
    """Whether a value is one float."""
    return isinstance(type_, Scalar) and kind_of(type_.dtype) == "float"


def _in_pairs(call: Call) -> list[Stmt]:
    """`require_apart(a, b, c)` as a check of `a` and `b`, and one of `a` and `c`."""
    changed, *others = call.operands
    return [replace(call, results=(Var(),), args=(changed, other)) for other in others]


