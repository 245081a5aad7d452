"""Decide how the reverse sweep gets the values of the forward sweep that it reads.

A value of the function's own block is a local. A value of a branch becomes a result of the
branch. A value of a loop's trip is recorded on the loop's tape or computed again from what
is recorded, by a minimum cut: the least memory that makes everything needed available. The
tape mirrors the loops: one list a loop, one tuple a trip, read backwards; a loop whose
reverse needs nothing records nothing but its number of trips, a counted loop not even that.
A function that is split in two hands its second half a residual in the same way.

relies on: reverse.  ensures: no `Unwind`; every value is read where it is visible.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from adcompile.analyses.effects import is_pure
from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scope, Scopes
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import (
    NONE,
    UNDEF,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    If,
    Loop,
    Range,
    Source,
    Stmt,
    Unwind,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import clone, map_atoms, substitute, uses_in, walk
from adcompile.ir.types import INT, UNKNOWN, Array, List, Scalar, Tuple
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_list, make_tuple, unpack
from adcompile.transforms.build import Builder
from adcompile.transforms.min_cut import cheapest_to_keep
from adcompile.transforms.plan_buffers import is_update
from adcompile.transforms.reverse import Reversed

# What is computed again rather than recorded: it costs no more than reading it back.
CHEAP = frozenset(
    [
        np.add,
        np.subtract,
        np.multiply,
        np.divide,
        np.negative,
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
        np.transpose,
        np.reshape,
        np.ravel,
        np.expand_dims,
        np.squeeze,
        np.swapaxes,
        np.shape,
        np.ndim,
        np.size,
        len,
        operator.getitem,
        operator.not_,
        operator.is_,
        operator.is_not,
        make_tuple,
        slice,
    ]
)
COMPARISONS = frozenset([np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal])
NUMBER_COST, ARRAY_COST, COPY_COST, COUNTER_COST = 10, 80, 2000, 1


def place_residuals(reversed_: Reversed, inputs: Sequence[Var]) -> tuple[tuple[Stmt, ...], Block]:
    """The forward statements and the backward block of one function that holds both."""
    placing = _Placing(reversed_, inputs)
    backward = placing.region(reversed_.backward)
    backward = placing.compare_again(backward)
    backward = placing.export(backward, None)
    kept = [*placing.recorded(), *shapes_read(backward)]
    return placing.bind_kept(placing.rebuild(reversed_.forward), kept), backward


def split_residuals(
    reversed_: Reversed, inputs: Sequence[Var]
) -> tuple[tuple[Stmt, ...], tuple[Atom, ...], tuple[Var, ...], Block]:
    """The same for two functions: the forward statements, the residual's atoms, and the
    parameters in which the backward block receives them."""
    placing = _Placing(reversed_, inputs, split=True)
    backward = placing.region(reversed_.backward)
    kept, backward = placing.cut(backward, None)
    kept = [v for v in kept if v is not reversed_.seed]
    stored = [placing.exported(v, None) for v in kept]
    received = tuple(placing.copy_of(v) for v in kept)
    backward = substitute(backward, dict(zip(kept, received, strict=True)))
    forward = placing.bind_kept(placing.rebuild(reversed_.forward), [*stored, *placing.recorded()])
    return forward, tuple(stored), received, backward


@dataclass(slots=True)
class _LoopEdit:
    """What a forward loop gets: a tape of some atoms a trip, or a counter of its trips."""

    recorded: tuple[Atom, ...] = ()
    tape: Var | None = None
    trips: Var | None = None


@dataclass(slots=True)
class _IfEdit:
    """What a forward branch gets: more results, each a value of one of its sides."""

    exports: dict[Var, tuple[Var, int]] = field(default_factory=dict)


class _Placing:
    def __init__(self, reversed_: Reversed, inputs: Sequence[Var], split: bool = False) -> None:
        self.split = split
        self.types: Types = reversed_.types
        self.scopes = Scopes(reversed_.forward, inputs)
        self.updated = updated_values(reversed_.forward)
        self.loops: dict[Loop, _LoopEdit] = {}
        self.ifs: dict[If, _IfEdit] = {}

    def copy_of(self, var: Var) -> Var:
        new = Var(var.name, var.origin)
        self.types[new] = self.types.get(var, UNKNOWN)
        return new

    # ------------------------------------------------------------------------ reverse regions

    def region(self, block: Block) -> Block:
        """A reverse block with every loop in it made concrete, the innermost first."""
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, If):
                stmts.append(replace(stmt, then=self.region(stmt.then), orelse=self.region(stmt.orelse)))
            elif isinstance(stmt, For) and isinstance(stmt.sources[0], Unwind):
                stmts.extend(self.loop(stmt, stmt.sources[0].loop))
            else:
                stmts.append(stmt)
        return Block(tuple(stmts), block.yields)

    def loop(self, backward: For, forward: Loop) -> list[Stmt]:
        """A loop over the trips of `forward`, last first, with what its body needs."""
        body = self.region(backward.body)
        kept, body = self.cut(body, forward)
        edit = self.loops.setdefault(forward, _LoopEdit())
        home = self.scopes.of_stmt[forward]
        before = Builder(self.types, "place")
        before.origin = backward.origin
        counters = self.counters(forward)
        if all(v in counters for v in kept) or self.is_plain_sequence(forward, kept):
            items, source, body = self.without_tape(forward, kept, body, edit, home, before)
        else:
            items, source, body = self.with_tape(forward, kept, body, edit, home, before)
        loop = replace(backward, items=items, sources=(source,), body=body)
        return [*before.stmts, loop]

    # ---------------------------------------------------------------------- what a trip keeps

    def counters(self, loop: Loop) -> set[Var]:
        """The values of a trip that the number of the trip gives."""
        if isinstance(loop, While):
            return set()
        found = {item for item, source in zip(loop.items, loop.sources, strict=True) if isinstance(source, Range)}
        return found | ({loop.index} if loop.index is not None else set())

    def is_plain_sequence(self, loop: Loop, kept: Sequence[Var]) -> bool:
        """Whether a trip needs nothing but the element of one sequence that it is about."""
        if isinstance(loop, While) or loop.stop is not None or len(loop.sources) != 1:
            return False
        source = loop.sources[0]
        known = isinstance(source, Each) and isinstance(
            Builder(self.types).type_of(source.sequence), (Array, List, Tuple)
        )
        return known and list(kept) == list(loop.items)

    def without_tape(
        self, loop: Loop, kept: Sequence[Var], body: Block, edit: _LoopEdit, home: Scope, b: Builder
    ) -> tuple[tuple[Var, ...], Source, Block]:
        """Iterate backwards by counting, or over the sequence itself."""
        if isinstance(loop, For) and kept and self.is_plain_sequence(loop, kept):
            source = loop.sources[0]
            assert isinstance(source, Each)
            item = self.copy_of(loop.items[0])
            return (item,), Each(source.sequence, not source.backwards), substitute(body, {loop.items[0]: item})
        if isinstance(loop, For) and loop.stop is None and len(loop.sources) == 1:
            source = loop.sources[0]
            if isinstance(source, Range):
                return self.range_backwards(loop, source, kept, body, b)
        count = self.trip_count(loop, edit, home, b)
        counted = loop.index if kept and isinstance(loop, For) else None
        index = Var((counted.name or "k") if counted is not None else "_")
        self.types[index] = INT
        if not kept:
            return (index,), Range(Const(0), count, Const(1)), body
        assert isinstance(loop, For)
        body = self.from_index(loop, kept, index, body)
        return (index,), self.countdown(Const(0), count, b), body

    def range_backwards(
        self, loop: For, source: Range, kept: Sequence[Var], body: Block, b: Builder
    ) -> tuple[tuple[Var, ...], Source, Block]:
        item = self.copy_of(loop.items[0])
        if not kept:
            item.name = "_"
            return (item,), source, body
        body = substitute(body, {loop.items[0]: item})
        if loop.index in kept:
            assert loop.index is not None
            inner = Builder(self.types, "index")
            start = inner.call(operator.sub, item, source.start) if not _is_zero(source.start) else item
            step = inner.static(source.step) if isinstance(source.step, Const) else source.step
            index = start if step == 1 else inner.call(operator.floordiv, start, source.step)
            body = substitute(body, {loop.index: index})
            body = Block((*inner.stmts, *body.stmts), body.yields)
        if isinstance(source.step, Const) and source.step.value == 1:
            return (item,), self.countdown(source.start, source.stop, b), body
        whole = b.call(range, source.start, source.stop, source.step)
        return (item,), Each(whole, backwards=True), body

    def countdown(self, start: Atom, stop: Atom, b: Builder) -> Source:
        """`range(start, stop)`, backwards."""
        if _is_zero(start):
            return Each(b.make(range, (stop,)), backwards=True)
        return Range(
            b.call(operator.sub, stop, Const(1)), b.call(operator.sub, start, Const(1)), Const(-1)
        )

    def trip_count(self, loop: Loop, edit: _LoopEdit, home: Scope, b: Builder) -> Atom:
        """The number of trips that a loop made."""
        if isinstance(loop, For) and loop.stop is None:
            each = [s for s in loop.sources if isinstance(s, Each)]
            bounded = [s for s in loop.sources if not (isinstance(s, Range) and s.stop is NONE)]
            if len(bounded) == len(each) == 1 and isinstance(
                b.type_of(each[0].sequence), (Array, List, Tuple)
            ):
                return b.call(len, each[0].sequence)
        if edit.trips is None:
            edit.trips = Var("trips")
            self.types[edit.trips] = INT
            self.scopes.of[edit.trips] = home
        return edit.trips

    def from_index(self, loop: For, kept: Iterable[Var], index: Var, body: Block) -> Block:
        """The counters of a trip, from its number."""
        inner = Builder(self.types, "index")
        mapping: dict[Var, Atom] = {}
        for var in kept:
            if var is loop.index:
                mapping[var] = index
                continue
            source = loop.sources[loop.items.index(var)]
            assert isinstance(source, Range)
            offset: Atom = index
            if not (isinstance(source.step, Const) and source.step.value == 1):
                offset = inner.call(operator.mul, source.step, index)
            at_zero = _is_zero(source.start)
            mapping[var] = offset if at_zero else inner.call(operator.add, source.start, offset)
            if at_zero and offset is index:
                index.name = var.name
        body = substitute(body, mapping)
        return Block((*inner.stmts, *body.stmts), body.yields)

    def with_tape(
        self, loop: Loop, kept: Sequence[Var], body: Block, edit: _LoopEdit, home: Scope, b: Builder
    ) -> tuple[tuple[Var, ...], Source, Block]:
        """Iterate backwards over the tape, one tuple a trip."""
        index = loop.index if isinstance(loop, For) and loop.index in kept else None
        stored = [v for v in kept if v is not index]
        edit.recorded = tuple(self.exported(v, loop) for v in stored)
        edit.tape = Var("tape")
        received = [self.copy_of(v) for v in stored]
        names = [v.name for v in stored]
        for new, old in zip(received, stored, strict=True):
            if old in loop.params and names.count(old.name) > 1 and old.name:
                new.name = f"{old.name}_in"
        types = tuple(self.types.get(v, UNKNOWN) for v in stored)
        self.types[edit.tape] = List(types[0] if len(types) == 1 else Tuple(types))
        self.scopes.of[edit.tape] = home
        body = substitute(body, dict(zip(stored, received, strict=True)))
        entry = received[0] if len(received) == 1 else Var("")
        head: list[Stmt] = []
        if len(received) > 1:
            self.types[entry] = Tuple(types)
            head.append(Call(tuple(received), unpack, (entry, Const(len(received))), origin=b.origin))
        if index is None:
            return (entry,), Each(edit.tape, backwards=True), Block((*head, *body.stmts), body.yields)
        number = Var("k")
        self.types[number] = INT
        body = substitute(body, {index: number})
        read = Call((entry,), operator.getitem, (edit.tape, number), origin=b.origin)
        count = b.call(len, edit.tape)
        return (number,), self.countdown(Const(0), count, b), Block((read, *head, *body.stmts), body.yields)

    # ------------------------------------------------------------------------------ the cut

    def cut(self, body: Block, frame: Loop | None) -> tuple[list[Var], Block]:
        """The values of a frame to keep for a reverse block, and the block with the rest
        computed again in it."""
        mine = [v for v in uses_in(body) if v in self.scopes.of and self.scopes.frame(v) is frame]
        order = {v: i for i, v in enumerate(self.scopes.of)}
        mine.sort(key=order.__getitem__)
        kept = cheapest_to_keep(mine, lambda v: self.operands(v, frame), lambda v: self.cost(v, frame))
        recomputed = self.behind(mine, kept, frame)
        body = self.recompute(body, sorted(recomputed, key=order.__getitem__), frame)
        needed = uses_in(body)
        return sorted((v for v in kept if v in needed), key=order.__getitem__), body

    def operands(self, var: Var, frame: Loop | None) -> list[Var] | None:
        """What a value can be computed again from, within the frame; None if it cannot be."""
        call = self.scopes.calls.get(var)
        if call is None or canonical(call.fn) not in CHEAP or not is_pure(call):
            return None
        if isinstance(call.fn, Attribute) and canonical(call.fn) is call.fn:
            return None
        if any(a in self.updated and not self.is_of(a, frame) for a in call.operands if isinstance(a, Var)):
            return None  # the element is gone when the reverse sweep asks, and the whole costs a copy
        return [a for a in call.operands if isinstance(a, Var) and self.is_of(a, frame)]

    def is_of(self, var: Var, frame: Loop | None) -> bool:
        return var in self.scopes.of and self.scopes.frame(var) is frame

    def cost(self, var: Var, frame: Loop | None) -> int:
        """What keeping a value costs: memory, in rough units."""
        if frame is not None and var in self.counters(frame):
            return COUNTER_COST
        if var in self.updated:
            return COPY_COST
        return NUMBER_COST if isinstance(self.types.get(var), Scalar) else ARRAY_COST

    def behind(self, needed: Sequence[Var], kept: set[Var], frame: Loop | None) -> set[Var]:
        """The values that have to be computed again, given those that are kept."""
        found: set[Var] = set()
        pending = [v for v in needed if v not in kept]
        while pending:
            var = pending.pop()
            if var in found:
                continue
            found.add(var)
            pending += [o for o in self.operands(var, frame) or () if o not in kept]
        return found

    def recompute(self, body: Block, values: Sequence[Var], frame: Loop | None) -> Block:
        """A reverse block with some values of the forward sweep computed again, each in the
        part of the block that mirrors where it was computed first."""
        if not values:
            return body
        mirrored = {}
        for stmt in walk(body):
            if isinstance(stmt, If) and stmt.of is not None:
                mirrored[(stmt.of, 0)], mirrored[(stmt.of, 1)] = stmt.then, stmt.orelse
        places: dict[Block, list[Call]] = {}
        for var in values:
            scope: Scope | None = self.scopes.of[var]
            place = body
            while scope is not None and scope.owner is not frame:
                if isinstance(scope.owner, If) and (scope.owner, scope.side) in mirrored:
                    place = mirrored[(scope.owner, scope.side)]
                    break
                scope = scope.parent
            places.setdefault(place, []).append(self.scopes.calls[var])
        return self._insert(body, places, {})

    def _insert(self, block: Block, places: dict[Block, list[Call]], renamed: dict[Var, Atom]) -> Block:
        renamed = dict(renamed)
        fresh: tuple[Stmt, ...] = ()
        if block in places:
            made = clone(Block(tuple(places[block])), renamed)
            fresh = made.stmts
            for old in places[block]:
                new = renamed[old.result]
                assert isinstance(new, Var)
                self.types[new] = self.types.get(old.result, UNKNOWN)

        def atom(a: Atom) -> Atom:
            return renamed.get(a, a) if isinstance(a, Var) else a

        stmts = tuple(map_atoms(s, atom, lambda b: self._insert(b, places, renamed)) for s in block.stmts)
        return Block(fresh + stmts, tuple(map(atom, block.yields)))

    def compare_again(self, backward: Block) -> Block:
        """Compute the comparisons of numbers that the function's own branches depend on again,
        where they are read: that reads better than a flag, and costs as little."""
        order = {v: i for i, v in enumerate(self.scopes.of)}
        conditions = {s.cond for s in walk(backward) if isinstance(s, If) and isinstance(s.cond, Var)}
        mine = [v for v in conditions if self.is_of(v, None) and self.is_comparison(v)]
        return self.recompute(backward, sorted(mine, key=order.__getitem__), None)

    def is_comparison(self, var: Var) -> bool:
        call = self.scopes.calls.get(var)
        if call is None or canonical(call.fn) not in COMPARISONS:
            return False
        return all(isinstance(Builder(self.types).type_of(a), Scalar) for a in call.operands)

    # ------------------------------------------------------------------------------ branches

    def exported(self, var: Var, frame: Loop | None) -> Var:
        """A value that is visible in the frame's own block and equals `var` where the branch
        that computes it is taken."""
        scope = self.scopes.of[var]
        while scope.owner is not None and scope.owner is not frame:
            owner = scope.owner
            if isinstance(owner, If):
                edit = self.ifs.setdefault(owner, _IfEdit())
                if var not in edit.exports:
                    edit.exports[var] = (self.copy_of(var), scope.side)
                var = edit.exports[var][0]
                assert scope.parent is not None
                self.scopes.of[var] = scope.parent
            else:
                edit = self.ifs.setdefault(owner, _IfEdit())  # type: ignore[arg-type]
                if var not in edit.exports:
                    edit.exports[var] = (self.copy_of(var), 0)
                var = edit.exports[var][0]
                assert scope.parent is not None
                self.scopes.of[var] = scope.parent
            assert scope.parent is not None
            scope = scope.parent
        return var

    def export(self, backward: Block, frame: Loop | None) -> Block:
        """Make the values of branches that a reverse block reads visible to it."""
        needed = [v for v in uses_in(backward) if self.is_of(v, frame)]
        order = {v: i for i, v in enumerate(self.scopes.of)}
        needed.sort(key=order.__getitem__)
        return substitute(backward, {v: new for v in needed if (new := self.exported(v, frame)) is not v})

    # ------------------------------------------------------------------------- forward sweep

    def bind_kept(self, stmts: Sequence[Stmt], kept: Iterable[Atom]) -> tuple[Stmt, ...]:
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

    def rebuild(self, stmts: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """The forward statements with their tapes, counters and further results."""
        made: list[Stmt] = []
        for stmt in stmts:
            new = map_atoms(stmt, lambda a: a, lambda b: Block(self.rebuild(b.stmts), b.yields))
            if isinstance(stmt, (For, While)) and stmt in self.loops:
                assert isinstance(new, (For, While))
                made += self.recording(new, self.loops[stmt])
            elif stmt in self.ifs:
                made.append(self.exporting(new, self.ifs[stmt], self.split or self.in_loop(stmt)))
            else:
                made.append(new)
        return tuple(made)

    def recorded(self) -> list[Atom]:
        """Everything that goes onto a tape."""
        return [a for edit in self.loops.values() for a in edit.recorded]

    def in_loop(self, stmt: Stmt) -> bool:
        return self.scopes.of_stmt[stmt].frame is not None

    def exporting(self, stmt: Stmt, edit: _IfEdit, is_read: bool) -> Stmt:
        # What goes onto a tape or into a residual must be bound on every path.
        missing = NONE if is_read else UNDEF
        for var, (result, side) in edit.exports.items():
            if isinstance(stmt, If):
                here, there = (self.side(b, var, side == i, missing) for i, b in enumerate((stmt.then, stmt.orelse)))
                then = Block(stmt.then.stmts, (*stmt.then.yields, here))
                orelse = Block(stmt.orelse.stmts, (*stmt.orelse.yields, there))
                stmt = replace(stmt, then=then, orelse=orelse, results=(*stmt.results, result))
            else:
                assert isinstance(stmt, With)
                body = Block(stmt.body.stmts, (*stmt.body.yields, var))
                stmt = replace(stmt, body=body, results=(*stmt.results, result))
        return stmt

    @staticmethod
    def side(block: Block, var: Var, is_here: bool, missing: Atom) -> Atom:
        if is_here:
            return var
        return UNDEF if block.leaves else missing

    def recording(self, loop: Loop, edit: _LoopEdit) -> list[Stmt]:
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
        return [*stmts, loop]


def updated_values(stmts: Sequence[Stmt]) -> set[Var]:
    """The values whose memory a later update takes: to keep one of them costs a copy."""
    found: set[Var] = set()
    order = list(walk(Block(tuple(stmts))))
    for stmt in order:
        if isinstance(stmt, Call) and is_update(stmt) and isinstance(stmt.operands[0], Var):
            found.add(stmt.operands[0])
    for stmt in reversed(order):  # an inner loop's param before the value that it begins with
        if isinstance(stmt, (For, While)):
            found.update(
                a for p, a in zip(stmt.params, stmt.inits, strict=True) if p in found and isinstance(a, Var)
            )
    return found


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
    """A loop with one more carried value."""
    body = Block((*loop.body.stmts, *stmts), (*loop.body.yields, after))
    return replace(
        loop, params=(*loop.params, param), inits=(*loop.inits, init), body=body, results=(*loop.results, result)
    )


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value == 0
