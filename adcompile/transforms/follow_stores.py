"""Make every name see every store: after `row[i] = v`, reading the array that `row` views gives the changed one.

An update makes a new value of the object that it changes. This pass keeps, for each object,
its newest value, and lets each name that stands for the object, or for a view of it, read
that: a store through a view becomes a store into the object (`a[0][i] = v`), and a view that
is read after a store is taken again. Branches and loops carry the objects that they change.
An object of the caller's is given back to them changed (`updates.write_back`).

relies on: infer, resolve_calls.  ensures: no value is read that a store has made out of date,
where the places of values are known.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace

from adcompile.analyses.effects import changes_memory
from adcompile.analyses.infer import Types
from adcompile.analyses.places import Places, is_view_or_copy
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Block,
    Call,
    For,
    Function,
    If,
    Loop,
    Method,
    Opaque,
    Star,
    Stmt,
    Syntax,
    Var,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of, defined_in, inner_of, map_atoms, walk
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Tuple, Unknown
from adcompile.ir.visitor import Visitor
from adcompile.runtime import checks, structures
from adcompile.transforms.counted_loops import CountedLoops
from adcompile.transforms.detach_blocks import is_detached
from adcompile.transforms.moved_items import Move
from adcompile.transforms.store_into_objects import StoredObjects

COPY = Method("copy")


def follow_stores(function: Function, types: Types) -> Function:
    """The function with every store seen by all names of the object; `types` receives the
    types of new values."""
    if not any(changes_memory(s, types) for s in walk(function.body)):
        return function
    places = Places(function.body, types)
    pass_ = _Following(function, places, types)
    return replace(function, body=pass_.whole(function.body))


class _Following(StoredObjects, CountedLoops, Visitor):
    """One walk in the order of execution, with the newest value of each object."""

    def whole(self, body: Block) -> Block:
        def end() -> Sequence[Atom]:
            yields = [self.read(a) for a in body.yields]
            for var in self.function.inputs:
                if (last := self.newest.get(var, var)) is not var:
                    self.emit(Call((Var(),), WriteBack(var, frozenset(self.kinds.get(var, ()))), (last,)))
            return yields

        made = self.block(body, end)
        checks_ = [check for var in self.function.inputs if var in self.newest and (check := self.check(var))]
        return Block((*checks_, *made.stmts), made.yields)

    def check(self, changed: Var) -> Call | None:
        """The check at run time that an input which changes shares no memory with another one, and
        that its elements do not share theirs."""
        others = [v for v in self.function.inputs if v is not changed and self.may_hold_arrays(v)]
        type_ = self.types.get(changed, UNKNOWN)
        if not others and isinstance(type_, Array) and type_.shape == ():
            return None
        return Call((self.nothing(),), checks.require_apart, (changed, *others), origin=changed.origin)

    def may_hold_arrays(self, var: Var) -> bool:
        return isinstance(self.types.get(var, UNKNOWN), (Array, List, Tuple, Dict, Unknown))

    def block(self, block: Block, end: object) -> Block:
        """Rewrite a block; `end()` gives its yields, read in its last state."""
        outer, self.stmts = self.stmts, []
        for stmt in block.stmts:
            self.stmt(stmt)
        yields = tuple(end())  # type: ignore[operator]
        made, self.stmts = tuple(self.stmts), outer
        return Block(made, yields)

    def opaque(self, stmt: Opaque) -> None:
        self.emit(map_atoms(stmt, self.read, lambda b: b))

    def call(self, call: Call) -> None:
        if self.places.is_update(call):
            place = self.places.place(call.operands[0])
            if place is not None and not self.stays(call.operands[0]):
                self.update(call, place)
                return
        if call.fn is structures.make_tuple and not any(isinstance(a, Star) for a in call.args):
            self.displays[call.result] = call
        made = map_atoms(call, self.read, lambda b: b)
        self.emit(made)
        for result in call.results:
            self.define(result)
        if call.fn is operator.getitem and (holder := self.places.place(call.operands[0])) is not None:
            self.taken_from[call.result] = self.newest.get(holder.root)
        if call.operands and call.operands[0] in self.moved:
            self.moved.update(r for r in call.results if self.same_root(r, call.operands[0]))
        if not isinstance(call.fn, Syntax) and is_view_or_copy(call.fn) and self.changes_later(call):
            assert isinstance(made, Call)
            self.emit(Call((self.nothing(),), checks.require_view, (call.result, made.operands[0]), origin=call.origin))
        if call.fn == COPY and isinstance(self.type_of(call.operands[0]), Unknown):
            self.emit(Call((self.nothing(),), checks.require_no_items, (call.result,), origin=call.origin))

    def changes_later(self, call: Call) -> bool:
        """Whether the object that a call views is changed behind the call: after it, or in a loop around it."""
        place = self.places.place(call.result)
        if place is None or not place.path:
            return False
        body = self.function.body
        stmts = list(walk(body))
        around = [s for s in stmts if isinstance(s, (For, While)) and call in walk(Block((s,)))]
        behind = Block(tuple(stmts[stmts.index(call) + 1 :]))
        return any(place.root in self.changed_in(block) for block in (behind, *(Block((s,)) for s in around)))

    def same_root(self, var: Var, other: Atom) -> bool:
        one, two = self.places.place(var), self.places.place(other)
        return one is not None and two is not None and one.root is two.root

    def changed_in(self, block: Block) -> list[Var]:
        """The objects that a block changes, in the order of their first change."""
        found: dict[Var, None] = {}
        for stmt in walk(block):
            if isinstance(stmt, Call) and self.places.is_update(stmt):
                place = self.places.place(stmt.operands[0])
                if place is not None:
                    found[place.root] = None
        return list(found)

    def changed_inside(self, stmt: Stmt) -> list[Var]:
        """The objects from outside that a statement's blocks change."""
        blocks = blocks_of(stmt)
        inner = {v for b in blocks for v in defined_in(b)}.union(inner_of(stmt))
        return list(dict.fromkeys(o for b in blocks for o in self.changed_in(b) if o not in inner))

    def carrier(self, root: Var, values: Sequence[Var]) -> Var | None:
        """Which of a statement's own values is the object itself, if one is."""
        for value in values:
            place = self.places.place(value)
            if place is not None and place.root is root and not place.path:
                return value
        return None

    def is_redundant(self, var: Var, objects: Sequence[Var], moves: Sequence[Move]) -> bool:
        """Whether a carried value is a changed object or a view of one: it is taken from the object."""
        place = self.places.place(var)
        if place is None or place.root is var or place.root not in objects:
            return False
        if isinstance(self.types.get(var, UNKNOWN), Unknown) and place.path:
            return False  # it may be a number, which is what it was
        return not self.stays(var) and not any(self.is_moved(place, move) for move in moves)

    def newcomer(self, root: Var) -> Var:
        now = self.newest.get(root, root)
        new = Var(root.name, root.origin)
        self.types[new] = self.types.get(now, UNKNOWN) if isinstance(now, Var) else UNKNOWN
        return new

    def branch(self, stmt: If) -> None:
        objects = self.changed_inside(stmt)
        moves = self.moves_in(stmt)
        keep = [i for i, r in enumerate(stmt.results) if not self.is_redundant(r, objects, moves)]
        extra = [self.carrier(o, stmt.results) or self.newcomer(o) for o in objects]
        cond = self.read(stmt.cond)

        def run(block: Block) -> Block:
            before = dict(self.newest), dict(self.known)

            def end() -> Sequence[Atom]:
                if block.leaves:
                    return [UNDEF] * (len(keep) + len(objects))
                return [*(self.read(block.yields[i]) for i in keep), *(self.newest.get(o, o) for o in objects)]

            made = self.block(block, end)
            self.newest, self.known = before
            return made

        then, orelse = run(stmt.then), run(stmt.orelse)
        results = (*(stmt.results[i] for i in keep), *extra)
        self.emit(replace(stmt, cond=cond, then=then, orelse=orelse, results=results))
        self.after(objects, extra, stmt.results, [stmt.results[i] for i in keep])

    def after(
        self, objects: Sequence[Var], newest: Sequence[Var], results: Sequence[Var], kept: Sequence[Var]
    ) -> None:
        """Behind a statement that changed some objects, and has some results."""
        self.newest.update(zip(objects, newest, strict=True))
        for result in (*newest, *results):
            place = self.places.place(result)
            if result in newest or result in kept or place is None or place.root not in objects:
                self.known[result] = result, self.state(result)
        self.moved.update(r for r in kept if r not in newest and self.is_of(r, objects))

    def is_of(self, var: Var, objects: Sequence[Var]) -> bool:
        """Whether a value is a part of one of some objects."""
        place = self.places.place(var)
        return place is not None and bool(place.path) and place.root in objects

    def region(self, stmt: With) -> None:
        objects = self.changed_inside(stmt)
        moves = self.moves_in(stmt)
        keep = [i for i, r in enumerate(stmt.results) if not self.is_redundant(r, objects, moves)]
        extra = [self.carrier(o, stmt.results) or self.newcomer(o) for o in objects]
        context = self.read(stmt.context)

        def end() -> Sequence[Atom]:
            return [*(self.read(stmt.body.yields[i]) for i in keep), *(self.newest.get(o, o) for o in objects)]

        if is_detached(stmt):
            calls = [s for s in walk(stmt.body) if isinstance(s, Call) and not is_update(s)]
            made = {result for call in calls for result in call.results}
            self.constant |= made | {r for r, a in zip(stmt.results, stmt.body.yields, strict=True) if a in made}
        body = self.block(stmt.body, end)
        self.emit(replace(stmt, context=context, body=body, results=(*(stmt.results[i] for i in keep), *extra)))
        self.after(objects, extra, stmt.results, [stmt.results[i] for i in keep])

    def loop(self, loop: Loop) -> None:
        objects = self.changed_inside(loop)
        moves = self.moves_in(loop)
        for move in moves:
            self.move_items(move)
        keep = [i for i, p in enumerate(loop.params) if not self.is_redundant(p, objects, moves)]
        params = [self.carrier(o, loop.params) or self.newcomer(o) for o in objects]
        results = [self.carrier(o, loop.results) or self.newcomer(o) for o in objects]
        inits = (*(self.read(loop.inits[i]) for i in keep), *(self.newest.get(o, o) for o in objects))
        before = dict(self.newest), dict(self.known)

        def enter() -> None:
            self.newest, self.known = {**before[0], **dict(zip(objects, params, strict=True))}, dict(before[1])
            for param in (*params, *(loop.params[i] for i in keep)):
                self.define(param)
            self.moved.update(p for i in keep if self.is_of(p := loop.params[i], objects))

        def end() -> Sequence[Atom]:
            return [*(self.read(loop.body.yields[i]) for i in keep), *(self.newest.get(o, o) for o in objects)]

        new: Loop = replace(loop, inits=inits, params=(*(loop.params[i] for i in keep), *params))
        if isinstance(loop, For):
            new = self.sources(loop, new, objects)  # type: ignore[arg-type]
        enter()
        if isinstance(new, While):
            head = self.block(new.head, lambda: [self.read(a) for a in loop.head.yields])  # type: ignore[union-attr]
            new = replace(new, head=head)
            enter()
        else:
            taken = self.take_items(loop, new)  # type: ignore[arg-type]
            new = replace(new, body=Block((*taken, *new.body.stmts), new.body.yields))
        new = replace(new, body=self.block(new.body, end))
        stop = None if loop.stop is None else keep.index(loop.stop)
        self.newest, self.known = before
        self.emit(replace(new, results=(*(loop.results[i] for i in keep), *results), stop=stop))
        self.after(objects, results, loop.results, [loop.results[i] for i in keep])
