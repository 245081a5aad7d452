"""Make the cotangents of the inputs what a caller expects: arrays of their own.

A cotangent that is only spread over its array is filled in; one that shares memory with
something else is copied; one of a 0-d array is a 0-d array.

relies on: place_residuals.  ensures: each cotangent is the caller's to keep and to change.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types
from adcompile.analyses.ownership import Ownership
from adcompile.ir.nodes import NONE, Atom, Attribute, Block, Call, Const, Function, Star, Stmt, Var, same_atom
from adcompile.ir.traverse import count_uses
from adcompile.ir.types import Array, Dict, List, Scalar, Tuple, Type, is_complex, is_real
from adcompile.runtime.broadcasting import match_dtype
from adcompile.runtime.structures import make_dict, make_tuple
from adcompile.transforms.algebra import AdjointBuilder
from adcompile.transforms.place_residuals import Split
from adcompile.transforms.reverse import Reversed


def finish_cotangents(both: Reversed, wrt: Sequence[Var], backward: Block) -> tuple[tuple[Atom, ...], list[Stmt]]:
    """The finished cotangents of `wrt`, and the statements that finish them."""
    return finish_values(both.types, backward, wrt, backward.yields)


def finish_values(
    types: Types, block: Block, like: Sequence[Atom], values: Sequence[Atom]
) -> tuple[tuple[Atom, ...], list[Stmt]]:
    """Values that a block computes in the forms of others, as arrays of their own, and the
    statements that make them so."""
    builder = AdjointBuilder(types, "finish")
    for stmt in block.stmts:
        if isinstance(stmt, Call) and len(stmt.results) == 1:
            builder.definitions[stmt.result] = stmt
    finishing = _Finishing(builder, Ownership(block, types), count_uses(block))
    finished = [finishing.own(var, value) for var, value in zip(like, values, strict=True)]
    return tuple(finished), builder.stmts


REAL = Attribute("real")


class _Finishing:
    def __init__(self, builder: AdjointBuilder, ownership: Ownership, uses: dict[Var, int]) -> None:
        self.b = builder
        self.ownership = ownership
        self.uses = uses
        self.taken: set[Atom] = set()

    def own(self, var: Atom, cotangent: Atom) -> Atom:
        """A finished cotangent that no other one shares memory with."""
        want = self.b.type_of(var)
        if isinstance(want, (Tuple, Dict)) and isinstance(cotangent, Var):
            found = self.display(var, want, cotangent)
            if found is not None:
                return found
        made = self.real_part(want, cotangent) or _finish(self.b, self.ownership, var, cotangent)
        if made in self.taken and isinstance(want, Array):
            made = self.b.make(np.copy, (made,))
        self.taken.add(made)
        return made

    def real_part(self, want: Type, cotangent: Atom) -> Atom | None:
        """A cotangent that is the real part of a temporary which nothing else reads; None of all else."""
        have = self.b.type_of(cotangent)
        part = self.b.definitions.get(cotangent) if isinstance(cotangent, Var) else None
        if part is None or part.fn != REAL or not (isinstance(have, Array) and isinstance(want, Array)):
            return None
        (whole,) = part.operands
        alone = isinstance(whole, Var) and self.uses.get(whole) == self.uses.get(part.result) == 1
        return cotangent if alone and have.shape and have.dtype == want.dtype and self.ownership.owns(whole) else None

    def display(self, var: Atom, want: Tuple | Dict, cotangent: Var) -> Atom | None:
        """A tuple or dict display with each of its items finished; None if it is no display."""
        made = self.b.definition(cotangent, make_dict if isinstance(want, Dict) else make_tuple)
        if made is None or any(isinstance(a, Star) for a in made.args):
            return None
        named = isinstance(want, Dict)
        keys = [k for k, _ in want.items] if isinstance(want, Dict) else list(range(len(want.items)))
        items = made.operands[1::2] if named else made.operands
        finished: list[Atom] = []
        for key, item in zip(keys, items, strict=True):
            done = item if item is NONE else self.own(self.b.call(operator.getitem, var, Const(key)), item)
            finished += [Const(key), done] if named else [done]
        if all(map(same_atom, finished, made.operands)):
            return cotangent
        result = self.b.make(made.fn, finished)
        if isinstance(result, Var):
            result.name = cotangent.name
        return result


def _finish(builder: AdjointBuilder, ownership: Ownership, var: Atom, cotangent: Atom) -> Atom:
    want, have = builder.type_of(var), builder.type_of(cotangent)
    if isinstance(want, Scalar) and is_complex(want) and is_real(have):
        return builder.call(complex, cotangent)
    if not isinstance(want, Array):
        return builder.make(match_dtype, (cotangent, var)) if _holds_other_floats(want) else cotangent
    if want.shape == ():  # on its way the cotangent may have been a number
        dtype = () if want.dtype in ("float64", "?") else (Const(np.dtype(want.dtype)),)
        return builder.make(np.asarray if isinstance(have, Scalar) else np.array, (cotangent, *dtype))
    if isinstance(have, Scalar):
        return cotangent
    filled = builder.definition(cotangent, np.full)
    if filled is not None and isinstance(builder.type_of(filled.operands[1]), Scalar):
        return builder.make(np.full_like, (var, filled.operands[1]))
    if want.dtype not in ("float64", "?") and not (isinstance(have, Array) and have.dtype == want.dtype):
        cotangent = builder.make(match_dtype, (cotangent, var))
    return cotangent if cotangent is not var and ownership.owns(cotangent) else builder.make(np.copy, (cotangent,))


def _holds_other_floats(type_: Type) -> bool:
    """Whether a list, tuple or dict holds arrays of another precision than double."""
    if isinstance(type_, Array):
        return type_.dtype not in ("float64", "?")
    if isinstance(type_, List):
        return _holds_other_floats(type_.item)
    parts = type_.items if isinstance(type_, Tuple) else ()
    parts = tuple(item for _, item in type_.items) if isinstance(type_, Dict) else parts
    return any(map(_holds_other_floats, parts))


def keep_from_caller(
    primal: Function, both: Reversed, made: Split
) -> Split:
    """Copy what a residual shares with the caller, who may change it before the pullback runs."""
    aliasing = Aliasing(Block(made.forward, (both.value,)), both.types)
    builder = AdjointBuilder(both.types, "residual")
    outside = [v for v in (*primal.inputs, both.value) if isinstance(v, Var)]
    kept: list[Atom] = []
    for atom in made.stored:
        shared = isinstance(atom, Var) and any(v is atom or aliasing.touches(v, atom) for v in outside)
        type_ = builder.type_of(atom)
        if shared and not isinstance(type_, Scalar):
            kept.append(builder.make(np.copy if isinstance(type_, Array) else deepcopy, (atom,)))
        else:
            kept.append(atom)
    return replace(made, forward=(*made.forward, *builder.stmts), stored=tuple(kept))
