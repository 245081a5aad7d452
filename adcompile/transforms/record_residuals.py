"""Change the forward sweep so that it hands over what the reverse sweep keeps.

A loop gets a tape or a counter of its trips, a branch gets more results. What is handed over
is bound on every path.

relies on: choose_residuals.  ensures: each value that is kept is visible to the reverse sweep.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scopes
from adcompile.ir.nodes import (
    NONE,
    TRUE,
    UNDEF,
    Atom,
    Block,
    Call,
    Const,
    For,
    If,
    Loop,
    Stmt,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import inner_of, map_atoms, results_of, substitute, uses_in, uses_of, walk
from adcompile.ir.types import INT, UNKNOWN, Array, Scalar, Type, join
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_list, make_tuple
from adcompile.transforms.build import Builder
from adcompile.transforms.placement import Placement


@dataclass(slots=True)
class LoopEdit:
    """What a forward loop gets: a tape of some atoms a trip, or a counter of its trips, and
    flags of its last trip: the value in a trip, and the value after the loop."""

    recorded: tuple[Atom, ...] = ()
    tape: Var | None = None
    trips: Var | None = None
    flags: dict[Var, tuple[Atom, Var]] = field(default_factory=dict)


@dataclass(slots=True)
class BranchEdit:
    """What a forward branch, or `with` block, gets: more results, each a value of one of its sides."""

    exports: dict[Var, tuple[Var, int]] = field(default_factory=dict)


class Recording:
    """The edits of one forward sweep, gathered first and then made."""

    def __init__(self, scopes: Scopes, types: Types, placement: Placement, changed: Set[Var], split: bool) -> None:
        self.placement = placement
        self.split = split
        self.types = types
        self.scopes = scopes
        self.loops: dict[Loop, LoopEdit] = {}
        self.branches: dict[If | With, BranchEdit] = {}
        self.changed = changed  # the values whose memory later updates take
        self.copies: dict[Var, Var] = {}

    def copy_of(self, var: Var) -> Var:
        """A new value of the same name and type."""
        new = Var(var.name, var.origin)
        self.types[new] = self.types.get(var, UNKNOWN)
        return new

    def recorded(self, var: Var, frame: Loop) -> Var:
        """What goes onto a tape for a value: a copy, made where the value is, if updates take its
        memory. They would make a new array in each trip, and each of them its own."""
        if var in self.changed and isinstance(self.types.get(var), Array):
            if var not in self.copies:
                self.copies[var] = self.copy_of(var)
                self.scopes.of[self.copies[var]] = self.scopes.of[var]
            var = self.copies[var]
        return self.exported(var, frame)

    def exported(self, var: Var, frame: Loop | None) -> Var:
        """A value that is visible in the frame's own block and equals `var` where the branch
        that computes it is taken."""
        scope = self.scopes.of[var]
        while scope.owner is not None and scope.owner is not frame:
            owner = scope.owner
            assert isinstance(owner, (If, With)) and scope.parent is not None
            edit = self.branches.setdefault(owner, BranchEdit())
            if var not in edit.exports:
                other = self._of_other_side(var, edit, scope.side) if self._is_kept(owner) else None
                edit.exports[var] = (other or self.copy_of(var), scope.side)
            var = edit.exports[var][0]
            self.scopes.of[var] = scope.parent
            scope = scope.parent
        return var

    def _of_other_side(self, var: Var, edit: BranchEdit, side: int) -> Var | None:
        """A result of a branch that is a value of the other side: as only one side is taken, it can be
        this value as well. It has one type: what reads it knows what it reads."""
        taken = {result for result, of in edit.exports.values() if of == side}
        free = [(v, r) for v, (r, of) in edit.exports.items() if of != side and r not in taken]
        alike = [(v, r) for v, r in free if _is_alike(self.types.get(v, UNKNOWN), self.types.get(var, UNKNOWN))]
        named = [r for v, r in alike if v.name == var.name]
        result = next(iter([*named, *(r for _, r in alike)]), None)
        if result is not None:
            self.types[result] = join(self.types[result], self.types[var], ("sides", result.name, result.origin))
        return result

    def received(self, kept: Sequence[Var], given: Sequence[Var]) -> dict[Var, Var]:
        """For each value that is kept, what it is where it is read again: one for each that is given."""
        made = {var: self.copy_of(var) for var in dict.fromkeys(given)}
        return {var: made[of] for var, of in zip(kept, given, strict=True)}

    def after_loop(self, flag: Var, loop: Loop, edit: LoopEdit) -> Atom:
        """What a condition of a loop's trips was in the last trip: a value after the loop."""
        assert loop.stop is not None
        if flag is loop.body.yields[loop.stop]:
            endless = isinstance(loop, While) and same_atom(loop.head.yields[0], TRUE)
            return TRUE if endless else loop.results[loop.stop]
        if flag not in edit.flags:
            after = self.copy_of(flag)
            self.scopes.of[after] = self.scopes.of_stmt[loop]
            edit.flags[flag] = self.exported(flag, loop), after
        return edit.flags[flag][1]

    def export(self, backward: Block, frame: Loop | None) -> Block:
        """Make the values of branches that a reverse block reads visible to it."""
        needed = [v for v in uses_in(backward) if self.scopes.is_of(v, frame)]
        order = {v: i for i, v in enumerate(self.scopes.of)}
        needed.sort(key=order.__getitem__)
        self.placement.note(needed, "local", frame)
        return substitute(backward, {v: new for v in needed if (new := self.exported(v, frame)) is not v})

    # ------------------------------------------------------------------------- forward sweep

    def edited(self, stmts: Sequence[Stmt], kept: Sequence[Atom]) -> tuple[Stmt, ...]:
        """The forward statements with their tapes, counters and further results. What is kept,
        on a tape or as one of `kept`, is bound on every path."""
        recorded = [a for edit in self.loops.values() for a in edit.recorded]
        return bind_kept(self._rebuild(stmts), [*kept, *recorded])

    def _rebuild(self, stmts: Sequence[Stmt]) -> tuple[Stmt, ...]:
        made: list[Stmt] = []
        for stmt in stmts:
            head = self._copies(inner_of(stmt), stmt)
            new = map_atoms(stmt, lambda a: a, lambda b: Block(self._rebuild(b.stmts), b.yields))
            if head:
                assert isinstance(new, (For, While, With))
                new = replace(new, body=Block((*head, *new.body.stmts), new.body.yields))
            if isinstance(stmt, (For, While)) and stmt in self.loops:
                assert isinstance(new, (For, While))
                made += self._taping(new, self.loops[stmt])
            elif stmt in self.branches:
                made.append(self._exporting(new, self.branches[stmt], self._is_kept(stmt)))
            else:
                made.append(new)
            made += self._copies(results_of(stmt), stmt)
        return tuple(made)

    def _copies(self, values: Sequence[Var], stmt: Stmt) -> list[Stmt]:
        """The copies that are recorded of some values."""
        mine = [v for v in values if v in self.copies]
        return [Call((self.copies[v],), np.copy, (v,), origin=stmt.origin) for v in mine]

    def _is_kept(self, stmt: Stmt) -> bool:
        """Whether what a branch exports goes onto a tape or into a residual."""
        return self.split or self.scopes.of_stmt[stmt].frame is not None

    def _exporting(self, stmt: Stmt, edit: BranchEdit, is_read: bool) -> Stmt:
        # What goes onto a tape or into a residual must be bound on every path.
        missing = NONE if is_read else UNDEF
        sides: dict[Var, dict[int, Var]] = {}
        for var, (result, side) in edit.exports.items():
            sides.setdefault(result, {})[side] = var
        for result, values in sides.items():
            if isinstance(stmt, If):
                here, there = (self._side(b, values.get(i), missing) for i, b in enumerate((stmt.then, stmt.orelse)))
                then = Block(stmt.then.stmts, (*stmt.then.yields, here))
                orelse = Block(stmt.orelse.stmts, (*stmt.orelse.yields, there))
                stmt = replace(stmt, then=then, orelse=orelse, results=(*stmt.results, result))
            else:
                assert isinstance(stmt, With)
                body = Block(stmt.body.stmts, (*stmt.body.yields, *values.values()))
                stmt = replace(stmt, body=body, results=(*stmt.results, result))
        return stmt

    @staticmethod
    def _side(block: Block, value: Var | None, missing: Atom) -> Atom:
        if value is not None:
            return value
        return UNDEF if block.leaves else missing

    def _taping(self, loop: Loop, edit: LoopEdit) -> list[Stmt]:
        """A loop that records, or counts its trips."""
        stmts: list[Stmt] = []
        if edit.tape is not None:
            empty, so_far = Var("tape"), Var("tape")
            self.types[empty] = self.types[so_far] = self.types[edit.tape]
            stmts.append(Call((empty,), make_list, (), origin=loop.origin))
            inner = Builder(self.types, "tape")
            inner.origin = loop.origin
            one = len(edit.recorded) == 1
            entry = edit.recorded[0] if one else inner.make(make_tuple, edit.recorded)
            after = inner.make(updates.append, (so_far, entry), name="tape")
            loop = _carry(loop, so_far, empty, inner.stmts, after, edit.tape)
        if edit.trips is not None:
            so_far = Var("trips")
            self.types[so_far] = INT
            inner = Builder(self.types, "trips")
            after = inner.make(operator.add, (so_far, Const(1)), name="trips")
            loop = _carry(loop, so_far, Const(0), inner.stmts, after, edit.trips)
        for flag, result in edit.flags.values():
            param = self.copy_of(result)
            loop = _carry(loop, param, Const(False), (), flag, result)
        return [*stmts, loop]


def _is_alike(a: Type, b: Type) -> bool:
    """Whether two values are numbers, or arrays, of one dtype and rank."""
    if isinstance(a, Array) and isinstance(b, Array) and a.shape is not None and b.shape is not None:
        return a.dtype == b.dtype != "?" and len(a.shape) == len(b.shape)
    return isinstance(a, Scalar) and isinstance(b, Scalar) and a.dtype == b.dtype


def bind_kept(stmts: Sequence[Stmt], kept: Iterable[Atom]) -> tuple[Stmt, ...]:
    """The statements with what is kept bound on every path: None where the program leaves
    a name unbound, since a tape or a residual reads it all the same."""
    needed = {a for a in kept if isinstance(a, Var)}
    size = -1
    while size != len(needed):
        size = len(needed)
        for found in walk(Block(tuple(stmts))):
            for result, *sources in handed_on(found):
                if result in needed:
                    needed.update(a for a in sources if isinstance(a, Var))

    def bound(atoms: Sequence[Atom], results: Sequence[Var]) -> tuple[Atom, ...]:
        pairs = zip(atoms, results, strict=True)
        return tuple(NONE if a is UNDEF and r in needed else a for a, r in pairs)

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def side(b: Block, results: Sequence[Var]) -> Block:
        made = block(b)
        return made if b.leaves else Block(made.stmts, bound(b.yields, results))

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, If):
            return replace(s, then=side(s.then, s.results), orelse=side(s.orelse, s.results))
        if isinstance(s, While):
            body = side(s.body, s.params)
            return replace(s, inits=bound(s.inits, s.params), head=block(s.head), body=body)
        if isinstance(s, For):
            return replace(s, inits=bound(s.inits, s.params), body=side(s.body, s.params))
        return map_atoms(s, lambda a: a, block)

    return tuple(map(stmt, stmts))


def shapes_read(backward: Block) -> list[Atom]:
    """What a reverse sweep makes zeros like, even where the program left it unbound."""
    makers = (np.zeros_like, broadcasting.zeros_like)
    return [s.operands[0] for s in walk(backward) if isinstance(s, Call) and s.fn in makers]


def handed_on(stmt: Stmt) -> list[tuple[Atom, ...]]:
    """For each value that a branch or loop hands on: the value, then what it may be."""
    if isinstance(stmt, If):
        return list(zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True))
    if isinstance(stmt, (For, While)):
        edges = zip(stmt.results, stmt.params, strict=True)
        return [*edges, *zip(stmt.params, stmt.inits, stmt.body.yields, stmt.results, strict=True)]
    return []


def _carry(loop: Loop, param: Var, init: Atom, stmts: Sequence[Stmt], after: Atom, result: Var) -> Loop:
    """A loop with one more carried value, which some statements compute: at the end of a trip,
    but before a branch that may end the loop, if they read nothing of it."""
    end = len(loop.body.stmts)
    if loop.stop is not None and end:
        flag, last = loop.body.yields[loop.stop], loop.body.stmts[-1]
        read = {v for s in stmts for v in uses_of(s)}
        if isinstance(last, If) and (flag is last.cond or flag in last.results) and read.isdisjoint(last.results):
            end -= 1
    body = Block((*loop.body.stmts[:end], *stmts, *loop.body.stmts[end:]), (*loop.body.yields, after))
    return replace(
        loop, params=(*loop.params, param), inits=(*loop.inits, init), body=body, results=(*loop.results, result)
    )
