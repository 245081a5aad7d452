"""Copy what the reverse sweep reads of memory that is changed before it does.

A view that is read after a store into its array is copied when it is taken: that costs the
view's size, not the array's. A value of a caller's object that is read after the object
changes is copied before it changes, for the change has to be made in the object itself.

relies on: place_residuals.  ensures: no view is read after a store has changed what it shows.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence, Set
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.effects import changes_memory
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.liveness import Liveness
from adcompile.analyses.places import is_view, is_view_or_copy
from adcompile.analyses.shape_reads import asked_for_shape
from adcompile.analyses.versions import versions_of_inputs
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import FLAT, is_update
from adcompile.ir.nodes import Atom, Block, Call, For, Function, If, Method, Star, Stmt, Var, While, With, WriteBack
from adcompile.ir.traverse import atoms_of, blocks_of, inner_of, map_atoms, results_of, uses_of, walk
from adcompile.ir.types import UNKNOWN, Array, Type
from adcompile.runtime import broadcasting, structures, updates
from adcompile.runtime.checks import require_view

GROWTH = (updates.append, updates.extend, updates.without_last)
HANDING_ON = (broadcasting.unbroadcast, broadcasting.match_dtype)
# Calls whose result holds what they are given, and is read later.
RECORDING = (structures.make_tuple, structures.make_list, updates.append)


def save_old_values(function: Function, types: Types) -> Function:
    """The function with the copies that keep what its own stores overwrite."""
    if not any(changes_memory(s, types) for s in walk(function.body)):
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
    if not versions:
        return function
    last: dict[Var, Atom] = {}

    def atom_for(var: Atom | Star) -> Atom | Star:
        start = versions.get(var) if isinstance(var, Var) else None
        return last.get(start, var) if start is not None and isinstance(types.get(start), Array) else var

    def rebuild(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call):
            if isinstance(s.fn, WriteBack):
                last[s.fn.of] = s.operands[0]
            asked = asked_for_shape(s)
            return replace(s, args=tuple(atom_for(a) if i in asked else a for i, a in enumerate(s.args)))
        return map_atoms(s, lambda a: a, rebuild)

    return replace(function, body=rebuild(function.body))


# ------------------------------------------------------------------------------------------ views


def _save_views(function: Function, types: Types) -> Function:
    """Copy each view of an array that is read after the array is changed."""
    views = {s.result for s in walk(function.body) if isinstance(s, Call) and _is_part(s, types)}
    for stmt in walk(function.body):
        if isinstance(stmt, Call) and stmt.fn is broadcasting.unbroadcast and stmt.operands[0] in views:
            views.add(stmt.result)  # it may be the view itself
    if not views or not any(_changes_items(s) for s in walk(function.body)):
        return function
    saving = _SavingViews(function, views, types)
    return function if not saving.late else replace(function, body=saving.block(function.body))


def _changes_items(stmt: Stmt) -> bool:
    """Whether a statement is a store into something: a list that grows shows in no view."""
    return isinstance(stmt, Call) and is_update(stmt) and stmt.fn not in GROWTH


class _SavingViews:
    """Takes the copies of the views that are read after their array changes."""

    def __init__(self, function: Function, views: Set[Var], types: Types) -> None:
        self.types = types
        self.late: set[Var] = set()
        self.copies: dict[Var, Var] = {}
        liveness, aliasing = Liveness(function), Aliasing(function.body, types)
        order = _Order(function.body)
        recorded = _held(function.body) & views
        for stmt in order.calls:
            if _changes_items(stmt) and isinstance(target := stmt.operands[0], Var):
                alive = liveness.live_after[stmt] | {v for v in recorded if order.may_follow(stmt, v)}
                self.late.update(v for v in alive if v in views and v is not target and aliasing.affects(target, v))

    def block(self, block: Block) -> Block:
        """A block with copies, which everything reads."""
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            checks = isinstance(stmt, Call) and stmt.fn is require_view
            stmts.append(stmt if checks else map_atoms(stmt, self.saved, self.block))
            if isinstance(stmt, Call) and len(stmt.results) == 1 and stmt.result in self.late:
                stmts.append(self.copy(stmt.result, stmt))
        return Block(tuple(stmts), tuple(map(self.saved, block.yields)))

    def saved(self, atom: Atom) -> Atom:
        return self.copies.get(atom, atom) if isinstance(atom, Var) else atom

    def copy(self, view: Var, call: Call) -> Call:
        copied = self.copies[view] = Var(view.name, view.origin)
        self.types[copied] = self.types.get(view, UNKNOWN)
        # NumPy's copy of an iterator shares the array's memory; the iterator's own does not.
        copier = Method("copy") if call.fn == FLAT else np.copy
        return Call((copied,), copier, (view,), origin=call.origin)


def _held(body: Block) -> set[Var]:
    """The values that are recorded; of those that a branch hands on, what is recorded and no more."""
    stmts = list(walk(body))
    found = {a for s in stmts if _is_recording(s) for a in atoms_of(s) if isinstance(a, Var)}
    read = {a for s in stmts if not _is_recording(s) for a in atoms_of(s)} | set(body.yields)
    handed: list[tuple[Var, list[Atom]]] = []
    for stmt in stmts:
        blocks = [b for b in blocks_of(stmt) if not b.leaves]
        if isinstance(stmt, (If, With)):
            handed += [(result, [b.yields[i] for b in blocks]) for i, result in enumerate(stmt.results)]
        else:
            read.update(a for b in blocks for a in b.yields)
    size = -1
    while size != len(found):
        size = len(found)
        for result, sources in handed:
            if result in found and result not in read:
                found.update(a for a in sources if isinstance(a, Var))
    read.update(a for result, sources in handed if result in read or result not in found for a in sources)
    return found - ({result for result, _ in handed} & read)


def _is_recording(stmt: Stmt) -> bool:
    return isinstance(stmt, Call) and stmt.fn in RECORDING


class _Order:
    """Where the calls of a function stand."""

    def __init__(self, body: Block) -> None:
        self.calls: list[Call] = []
        self._places: dict[Call, tuple[int, tuple[Stmt, ...]]] = {}
        self._made: dict[Var, Call] = {}
        self._block(body, ())

    def _block(self, block: Block, loops: tuple[Stmt, ...]) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                self._places[stmt] = len(self.calls), loops
                self._made.update((r, stmt) for r in stmt.results)
                self.calls.append(stmt)
            for inner in blocks_of(stmt):
                self._block(inner, (*loops, stmt) if isinstance(stmt, (For, While)) else loops)

    def may_follow(self, call: Call, var: Var) -> bool:
        """Whether a call may run after the one that makes a value."""
        (position, loops), (made, around) = self._places[call], self._places[self._made[var]]
        return position > made or bool(set(loops) & set(around))


def _is_part(call: Call, types: Types) -> bool:
    """Whether a call takes a view of an array, or may hand on one that it is given."""
    if not isinstance(types.get(call.result if len(call.results) == 1 else None), Array) or not call.args:  # type: ignore[arg-type]
        return False
    whole = atom_type(types, call.operands[0])
    if call.fn in HANDING_ON:
        return isinstance(whole, Array)
    if call.fn is operator.getitem:
        return isinstance(whole, Array) and bool(is_basic_index(atom_type(types, call.operands[1])))
    return isinstance(whole, Array) and (is_view(call.fn) or is_view_or_copy(call.fn))


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
