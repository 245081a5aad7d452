"""Copy what the reverse sweep reads of memory that is changed before it does.

A view that is read after a store into its array is copied when it is taken: that costs the
view's size, not the array's. A value of a caller's object that is read after the object
changes is copied before it changes, for the change has to be made in the object itself.

relies on: place_residuals.  ensures: no view is read after a store has changed what it shows.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.liveness import Liveness
from adcompile.analyses.versions import versions_of_inputs
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, For, Function, If, Stmt, Var, While, With, WriteBack
from adcompile.ir.traverse import blocks_of, inner_of, map_atoms, results_of, uses_of, walk
from adcompile.ir.types import UNKNOWN, Array, Type
from adcompile.runtime import broadcasting

# Calls that ask an argument for its shape and dtype alone, and which argument.
ASKED_FOR_SHAPE: Mapping[Any, int] = {
    np.zeros_like: 0,
    np.ones_like: 0,
    np.empty_like: 0,
    np.shape: 0,
    np.ndim: 0,
    np.size: 0,
    len: 0,
    broadcasting.zeros_like: 0,
    broadcasting.unbroadcast: 1,
    broadcasting.match_dtype: 1,
}


def save_old_values(function: Function, types: Types) -> Function:
    """The function with the copies that keep what its own stores overwrite."""
    if not any(isinstance(s, Call) and is_update(s) for s in walk(function.body)):
        return function
    function = _shapes_of_last(function, types)
    function = _save_views(function, types)
    versions = versions_of_inputs(function.body)
    if versions:
        saving = _Saving(function, versions, types)
        function = replace(function, body=saving.block(function.body, None, [p.var for p in function.params]))
    return function


# ----------------------------------------------------------------------------------------- shapes


def _shapes_of_last(function: Function, types: Types) -> Function:
    """Ask the last value of a caller's array for its shape, once it has changed, for all others."""
    versions = versions_of_inputs(function.body)
    last: dict[Var, Atom] = {}

    def atom_for(var: Atom) -> Atom:
        start = versions.get(var) if isinstance(var, Var) else None
        return last.get(start, var) if start is not None and isinstance(types.get(start), Array) else var

    def rebuild(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call):
            if isinstance(s.fn, WriteBack):
                last[s.fn.of] = s.operands[0]
            position = ASKED_FOR_SHAPE.get(s.fn) if not isinstance(s.fn, type) else None
            if position is not None and position < len(s.args):
                asked = s.operands[position]
                return replace(s, args=(*s.args[:position], atom_for(asked), *s.args[position + 1 :]))
            return s
        return map_atoms(s, lambda a: a, rebuild)

    return replace(function, body=rebuild(function.body))


# ------------------------------------------------------------------------------------------ views


def _save_views(function: Function, types: Types) -> Function:
    """Copy each view of an array that is read after the array is changed."""
    views = {s.result: s for s in walk(function.body) if isinstance(s, Call) and _is_part(s, types)}
    if not views:
        return function
    liveness, aliasing = Liveness(function), Aliasing(function.body, types)
    stale: set[Var] = set()
    for stmt in walk(function.body):
        if isinstance(stmt, Call) and is_update(stmt) and not isinstance(stmt.fn, WriteBack):
            target = stmt.operands[0]
            if isinstance(target, Var):
                alive = liveness.live_after[stmt]
                stale.update(v for v in alive if v in views and v is not target and aliasing.affects(target, v))
    if not stale:
        return function
    renamed: dict[Var, Atom] = {}

    def rebuild(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            stmts.append(map_atoms(stmt, lambda a: a, rebuild))
            if isinstance(stmt, Call) and len(stmt.results) == 1 and stmt.result in stale:
                view = stmt.result
                copied = Var(view.name, view.origin)
                types[copied] = types.get(view, UNKNOWN)
                renamed[view] = copied
                stmts.append(Call((copied,), np.copy, (view,), origin=stmt.origin))
        return Block(tuple(stmts), b.yields)

    body = rebuild(function.body)
    copies = set(renamed.values())

    def keep(b: Block) -> Block:
        """Every reader of a view reads the copy, but the copy itself."""
        stmts: list[Stmt] = []
        for s in b.stmts:
            if isinstance(s, Call) and len(s.results) == 1 and s.result in copies:
                stmts.append(s)
            else:
                stmts.append(map_atoms(s, lambda a: renamed.get(a, a) if isinstance(a, Var) else a, keep))
        return Block(tuple(stmts), tuple(renamed.get(a, a) if isinstance(a, Var) else a for a in b.yields))

    return replace(function, body=keep(body))


def _is_part(call: Call, types: Types) -> bool:
    """Whether a call takes a view of a part of an array."""
    if call.fn is not operator.getitem or not isinstance(types.get(call.result), Array):
        return False
    whole, index = (atom_type(types, a) for a in call.operands)
    return isinstance(whole, Array) and bool(is_basic_index(index))


# --------------------------------------------------------------------------------------- versions


class _Saving:
    """Copies the values of caller's objects that are read after the object has changed."""

    def __init__(self, function: Function, versions: Mapping[Var, Var], types: Types) -> None:
        self.versions = versions
        self.types = types
        self.liveness = Liveness(function)
        self.read_late = {
            call.operands[0]
            for call in walk(function.body)
            if isinstance(call, Call) and is_update(call) and call.operands[0] in self.liveness.live_after[call]
        }

    def block(self, block: Block, owner: Stmt | None, defined: Sequence[Var]) -> Block:
        """Save the versions that are defined at a block's start, or by its statements."""
        stmts = [map_atoms(s, lambda a: a, lambda b, s=s: self.block(b, s, inner_of(s))) for s in block.stmts]  # type: ignore[misc]
        yields = block.yields
        for var in [*defined, *(v for s in block.stmts for v in results_of(s))]:
            if var in self.versions:
                stmts, yields = self.save(var, stmts, yields, owner)
        return Block(tuple(stmts), yields)

    def save(
        self, var: Var, stmts: list[Stmt], yields: tuple[Atom, ...], owner: Stmt | None
    ) -> tuple[list[Stmt], tuple[Atom, ...]]:
        """Copy one version before the statement that changes it, if something reads it later."""
        at = next((i for i, s in enumerate(stmts) if self.changes(s, var)), None)
        if at is None:
            return stmts, yields
        saved = Var(f"{var.name}_in" if var.name else "", var.origin)
        renamed = [self.reading(s, var, saved) for s in stmts[at:]]
        handed_on = self.yields(yields, owner, var, saved)
        is_late = var in self.read_late or handed_on != yields or any(saved in uses_of(s) for s in renamed[1:])
        if not is_late and not (isinstance(stmts[at], (For, While)) and saved in uses_of(renamed[0])):
            return stmts, yields
        self.types[saved] = self.types.get(var, UNKNOWN)
        copy = Call((saved,), _deep_copier(self.types[saved]), (var,), origin=stmts[at].origin)
        return [*stmts[:at], copy, *renamed], handed_on

    def changes(self, stmt: Stmt, var: Var) -> bool:
        """Whether a statement hands a version's memory to the next one."""
        if isinstance(stmt, Call):
            return is_update(stmt) and bool(stmt.args) and stmt.operands[0] is var
        if isinstance(stmt, (For, While)):
            carried = zip(stmt.inits, stmt.params, stmt.body.yields, strict=True)
            return any(init is var and param in self.versions and after is not param for init, param, after in carried)
        return any(self.changes(s, var) for b in blocks_of(stmt) for s in b.stmts)

    def reading(self, stmt: Stmt, var: Var, saved: Var) -> Stmt:
        """A statement that reads `saved` for `var`, but where it hands the object on."""

        def atom(a: Atom) -> Atom:
            return saved if a is var else a

        def block(b: Block) -> Block:
            inner = tuple(self.reading(s, var, saved) for s in b.stmts)
            return Block(inner, self.yields(b.yields, stmt, var, saved))

        new = map_atoms(stmt, atom, block)
        if isinstance(stmt, Call) and isinstance(new, Call) and is_update(stmt) and stmt.args:
            return replace(new, args=(stmt.args[0], *new.args[1:]))
        if isinstance(stmt, (For, While)) and isinstance(new, (For, While)):
            pairs = zip(stmt.params, stmt.inits, new.inits, strict=True)
            return replace(new, inits=tuple(old if p in self.versions else init for p, old, init in pairs))
        return new

    def yields(self, yields: tuple[Atom, ...], owner: Stmt | None, var: Var, saved: Var) -> tuple[Atom, ...]:
        """What a block yields, with `saved` for `var` where that is not the object handed on."""
        targets: Sequence[Var] = ()
        if isinstance(owner, (For, While)) and len(yields) == len(owner.params):
            targets = owner.params
        elif isinstance(owner, (If, With)):
            targets = owner.results
        chain = [i < len(targets) and targets[i] in self.versions for i in range(len(yields))]
        return tuple(saved if a is var and not on else a for a, on in zip(yields, chain, strict=True))


def _deep_copier(type_: Type) -> Any:
    """The function that copies a value with all that it holds."""
    return np.copy if isinstance(type_, Array) else deepcopy
