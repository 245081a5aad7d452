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
from dataclasses import dataclass, replace

from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scope, Scopes
from adcompile.ir.dims import Dim
from adcompile.ir.nodes import (
    FALSE,
    NONE,
    Atom,
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
    same_atom,
)
from adcompile.ir.traverse import substitute, uses_in
from adcompile.ir.types import INT, UNKNOWN, Array, List, Tuple, Type, symbols_of
from adcompile.runtime.structures import unpack
from adcompile.transforms.build import Builder
from adcompile.transforms.choose_residuals import Choosing, changed_later, counters
from adcompile.transforms.keep_shapes import asking_for_shape, is_read_for_shape, share_shapes, with_shape
from adcompile.transforms.last_trip import last_trip_conditions
from adcompile.transforms.placement import Placement, Way
from adcompile.transforms.record_residuals import LoopEdit, Recording, shapes_read
from adcompile.transforms.reverse import Reversed


def place_residuals(
    reversed_: Reversed, inputs: Sequence[Var], returned: Sequence[Atom] = (), placement: Placement | None = None
) -> tuple[tuple[Stmt, ...], Block]:
    """The forward statements and the backward block of one function that holds both.
    `returned` are the values of the forward sweep that the function returns as well;
    `placement` receives what was decided."""
    placing = _Placing(reversed_, inputs, returned, placement or Placement())
    backward = placing.region(reversed_.backward)
    backward = placing.choosing.compute_in_branches(backward)
    backward = placing.choosing.compare_again(backward)
    backward = placing.recording.export(backward, None)
    return placing.recording.edited(reversed_.forward, shapes_read(backward)), backward


@dataclass(frozen=True, slots=True)
class Split:
    """A function in two: the forward statements, the residual's atoms, the parameters in which the
    backward block receives them, and that block. `given` are the inputs, by position, that are all
    of the residual: then the caller hands them over, and the first half returns the value alone."""

    forward: tuple[Stmt, ...]
    stored: tuple[Atom, ...]
    received: tuple[Var, ...]
    backward: Block
    given: tuple[int, ...] | None


def split_residuals(
    reversed_: Reversed, inputs: Sequence[Var], placement: Placement | None = None, params: Sequence[Var] | None = None
) -> Split:
    """The same for two functions. `params` are the inputs that a caller may hand to both, if it may."""
    placing = _Placing(reversed_, inputs, (reversed_.value,), placement or Placement(), split=True)
    backward = placing.region(reversed_.backward)
    kept, backward = placing.choosing.cut(backward, None)
    kept = [v for v in kept if v is not reversed_.seed]
    sizes = {s for v in inputs for s in symbols_of(placing.types[v])}
    certain = {*inputs, *(v for s in reversed_.forward if isinstance(s, Call) for v in s.results)}
    kept, backward = share_shapes(kept, backward, placing.types, sizes, certain)
    placing.placement.note(kept, "returned")
    given = None if params is None or not set(kept) <= set(params) else tuple(map(params.index, kept))
    exported = [placing.recording.exported(v, None) for v in kept]
    received = placing.recording.received(kept, exported)
    backward = substitute(backward, received)
    stored = {received[v]: atom for v, atom in zip(kept, exported, strict=True)}
    forward = placing.recording.edited(reversed_.forward, exported)
    handed: list[tuple[Atom, Var]] = []
    for var, atom in stored.items():
        new = var
        if given is None and atom in certain and is_read_for_shape(var, backward, placing.types):
            forward, shape = asking_for_shape(forward, atom, placing.types)
            new = placing.recording.copy_of(shape)
            backward = with_shape(var, new, backward, placing.types)
            atom = shape
        handed.append((atom, new))
    return Split(forward, tuple(a for a, _ in handed), tuple(v for _, v in handed), backward, given)


Trips = tuple[tuple[Var, ...], tuple[Source, ...], Block]  # the items, the sources and the body of a reverse loop


class _Placing:
    def __init__(
        self,
        reversed_: Reversed,
        inputs: Sequence[Var],
        returned: Sequence[Atom],
        placement: Placement,
        split: bool = False,
    ) -> None:
        self.placement = placement
        self.types: Types = reversed_.types
        self.scopes = Scopes(reversed_.forward, inputs)
        self.choosing = Choosing(reversed_, inputs, returned, self.scopes, placement, split)
        changed = changed_later(reversed_.forward)
        self.recording = Recording(self.scopes, self.types, placement, changed, split)

    # ------------------------------------------------------------------------ reverse regions

    def region(self, block: Block) -> Block:
        """A reverse block with every loop in it made concrete, the innermost first."""
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, If):
                stmts.append(replace(stmt, then=self.region(stmt.then), orelse=self.region(stmt.orelse)))
            elif isinstance(stmt, With):
                stmts.append(replace(stmt, body=self.region(stmt.body)))
            elif isinstance(stmt, For) and isinstance(stmt.sources[0], Unwind):
                stmts.extend(self.loop(stmt, stmt.sources[0].loop))
            else:
                stmts.append(stmt)
        return Block(tuple(stmts), block.yields)

    def loop(self, backward: For, forward: Loop) -> list[Stmt]:
        """A loop over the trips of `forward`, last first, with what its body needs."""
        edit = self.recording.loops.setdefault(forward, LoopEdit())
        backward = self.with_flags(replace(backward, body=self.region(backward.body)), forward, edit)
        kept, body = self.choosing.cut(backward.body, forward)
        home = self.scopes.of_stmt[forward]
        before = Builder(self.types, "place")
        before.origin = backward.origin
        counted = counters(forward, self.types)
        way: Way
        if self.is_plain_sequence(forward, kept):
            way = "iterated"
        else:
            way = "counted" if all(v in counted for v in kept) else "tape"
        make = self.with_tape if way == "tape" else self.without_tape
        items, sources, body = make(forward, kept, body, edit, home, before)
        stored = self.on_tape(forward, kept) if way == "tape" else kept
        self.placement.note(stored, way, forward)
        self.placement.note([v for v in kept if v not in stored], "counted", forward)
        self.placement.loops[forward] = "trips" if edit.trips is not None else way
        self.placement.made.update((v, forward) for v in (edit.tape, edit.trips) if v is not None)
        loop = replace(backward, items=items, sources=sources, body=body)
        return [*before.stmts, loop]

    def with_flags(self, backward: For, forward: Loop, edit: LoopEdit) -> For:
        """A reverse loop with the conditions that hold in the last trip only, which comes first
        here: each is a carried value that is false after the first trip."""
        order = {v: i for i, v in enumerate(self.scopes.of)}
        needed = uses_in(backward.body) & last_trip_conditions(forward)
        for flag in sorted(needed, key=order.__getitem__):
            after = self.recording.after_loop(flag, forward, edit)
            if isinstance(after, Var):
                self.placement.flags[after] = flag
            param, result = Var("stop"), Var("stop")
            self.types[param] = self.types[result] = self.types[flag]
            body = substitute(backward.body, {flag: param})
            backward = replace(
                backward,
                params=(*backward.params, param),
                inits=(*backward.inits, after),
                body=Block(body.stmts, (*body.yields, FALSE)),
                results=(*backward.results, result),
            )
        return backward

    # ---------------------------------------------------------------------- what a trip keeps

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
        self, loop: Loop, kept: Sequence[Var], body: Block, edit: LoopEdit, home: Scope, b: Builder
    ) -> Trips:
        """Iterate backwards by counting, or over the sequence itself."""
        if isinstance(loop, For) and kept and self.is_plain_sequence(loop, kept):
            source = loop.sources[0]
            assert isinstance(source, Each)
            item = self.recording.copy_of(loop.items[0])
            sources = (Each(source.sequence, not source.backwards),)
            return (item,), sources, substitute(body, {loop.items[0]: item})
        if isinstance(loop, For) and (counted_out := counted_range(loop)) is not None:
            return self.range_backwards(loop, counted_out, kept, body, b)
        count = self.trip_count(loop, edit, home, b)
        counted = loop.index if kept and isinstance(loop, For) else None
        index = Var((counted.name or "k") if counted is not None else "_")
        self.types[index] = INT
        if not kept:
            return (index,), (Range(Const(0), count, Const(1)),), body
        assert isinstance(loop, For)
        body = self.from_index(loop, kept, index, body)
        return (index,), (self.countdown(Const(0), count, b),), body

    def range_backwards(
        self, loop: For, source: Range, kept: Sequence[Var], body: Block, b: Builder
    ) -> Trips:
        item = self.recording.copy_of(loop.items[0])
        if not kept:
            item.name = "_"
            return (item,), (source,), body
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
            return (item,), (self.countdown(source.start, source.stop, b),), body
        if isinstance(source.step, Const) and source.step.value == -1:
            upwards = Range(self.next_to(source.stop, b), self.next_to(source.start, b), Const(1))
            return (item,), (upwards,), body
        whole = b.call(range, source.start, source.stop, source.step)
        return (item,), (Each(whole, backwards=True),), body

    def countdown(self, start: Atom, stop: Atom, b: Builder) -> Source:
        """`range(start, stop)`, backwards."""
        if _is_zero(start):
            return Each(b.make(range, (stop,)), backwards=True)
        made = self.scopes.calls.get(start) if isinstance(start, Var) else None
        is_next = made is not None and made.fn is operator.add and same_atom(made.operands[1], Const(1))
        before = made.operands[0] if made is not None and is_next else b.call(operator.sub, start, Const(1))
        return Range(b.call(operator.sub, stop, Const(1)), before, Const(-1))

    def next_to(self, number: Atom, b: Builder) -> Atom:
        """`number + 1`; of `n - 1` it is `n`."""
        made = self.scopes.calls.get(number) if isinstance(number, Var) else None
        if made is None or made.fn is not operator.sub or not isinstance(made.operands[1], Const):
            return b.call(operator.add, number, Const(1))
        whole, less = made.operands
        return whole if same_atom(less, Const(1)) else b.call(operator.sub, whole, b.call(operator.sub, less, Const(1)))

    def trip_count(self, loop: Loop, edit: LoopEdit, home: Scope, b: Builder) -> Atom:
        """The number of trips that a loop made."""
        if isinstance(loop, For) and loop.stop is None:
            each = [s for s in loop.sources if isinstance(s, Each)]
            bounded = [s for s in loop.sources if not (isinstance(s, Range) and s.stop is NONE)]
            types = [b.type_of(s.sequence) for s in each]
            if len(bounded) == len(each) > 0 and all(isinstance(t, (Array, List, Tuple)) for t in types):
                counts = [b.call(len, s.sequence) for s in each]
                alike = all(isinstance(t, Array) and t.shape and t.shape[:1] == _shape(types[0])[:1] for t in types)
                return counts[0] if alike or len(counts) == 1 else b.call(min, *counts)
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
            if isinstance(source, Each):
                place: Atom = index
                if source.backwards:
                    last = inner.call(operator.sub, inner.call(len, source.sequence), Const(1))
                    place = inner.call(operator.sub, last, index)
                mapping[var] = inner.make(operator.getitem, (source.sequence, place), name=var.name)
                continue
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

    def on_tape(self, loop: Loop, kept: Sequence[Var]) -> list[Var]:
        """Of what a trip keeps, what the number of the trip does not give."""
        is_counted = counted_range(loop) is not None or (isinstance(loop, For) and loop.index in kept)
        known = counters(loop, self.types) if is_counted else set()
        return [v for v in kept if v not in known]

    def with_tape(
        self, loop: Loop, kept: Sequence[Var], body: Block, edit: LoopEdit, home: Scope, b: Builder
    ) -> Trips:
        """Iterate backwards over the tape, one tuple a trip."""
        stored = self.on_tape(loop, kept)
        given = [v for v in kept if v not in stored]
        counted = counted_range(loop) if given else None
        recorded = [self.recording.recorded(v, loop) for v in stored]
        edit.recorded = tuple(dict.fromkeys(recorded))
        edit.tape = Var("tape")
        new = self.recording.received(stored, recorded)
        received = list(dict.fromkeys(new.values()))
        names = [v.name for v in received]
        for old in stored:
            if old in loop.params and names.count(old.name) > 1 and old.name:
                new[old].name = f"{old.name}_in"
        types = tuple(self.types.get(v, UNKNOWN) for v in received)
        self.types[edit.tape] = List(types[0] if len(types) == 1 else Tuple(types))
        self.scopes.of[edit.tape] = home
        body = substitute(body, new)
        entry = received[0] if len(received) == 1 else Var("")
        head: list[Stmt] = []
        if len(received) > 1:
            self.types[entry] = Tuple(types)
            head.append(Call(tuple(received), unpack, (entry, Const(len(received))), origin=b.origin))
        trips = Each(edit.tape, backwards=True)
        if counted is not None:
            assert isinstance(loop, For)
            items, sources, body = self.range_backwards(loop, counted, given, body, b)
            if not (isinstance(counted.start, Const) and same_atom(counted.step, Const(1))):
                return (*items, entry), (*sources, trips), Block((*head, *body.stmts), body.yields)
            inner = Builder(self.types, "entry")
            place = items[0] if _is_zero(counted.start) else inner.call(operator.sub, items[0], counted.start)
            read = Call((entry,), operator.getitem, (edit.tape, place), origin=b.origin)
            return items, sources, Block((*inner.stmts, read, *head, *body.stmts), body.yields)
        if not given:
            return (entry,), (trips,), Block((*head, *body.stmts), body.yields)
        assert isinstance(loop, For)
        number = Var("k")
        self.types[number] = INT
        body = self.from_index(loop, given, number, body)
        read = Call((entry,), operator.getitem, (edit.tape, number), origin=b.origin)
        count = b.call(len, edit.tape)
        sources = (self.countdown(Const(0), count, b),)
        return (number,), sources, Block((read, *head, *body.stmts), body.yields)


def counted_range(loop: Loop) -> Range | None:
    """The range that a loop goes through from its start to its stop, if it does nothing else."""
    if not isinstance(loop, For) or loop.stop is not None or len(loop.sources) != 1:
        return None
    source = loop.sources[0]
    return source if isinstance(source, Range) and source.stop is not NONE else None


def _is_zero(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value == 0


def _shape(type_: Type) -> tuple[Dim, ...]:
    return (type_.shape or ()) if isinstance(type_, Array) else ()
