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

from adcompile.analyses.infer import Types
from adcompile.analyses.places import Place, Places, Step, is_view_or_copy
from adcompile.ir.callables import IN_PLACE, is_update
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    If,
    Loop,
    Range,
    Source,
    Star,
    Stmt,
    Syntax,
    Through,
    Var,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of, defined_in, inner_of, map_atoms, map_source, walk
from adcompile.ir.types import INT, UNKNOWN, Array
from adcompile.runtime import checks, structures, updates

ALL = Const(Ellipsis)


def follow_stores(function: Function, types: Types) -> Function:
    """The function with every store seen by all names of the object; `types` receives the
    types of new values."""
    if not any(isinstance(s, Call) and is_update(s) for s in walk(function.body)):
        return function
    places = Places(function.body, types)
    pass_ = _Following(function, places, types)
    return replace(function, body=pass_.whole(function.body))


class _Following:
    """One walk in the order of execution, with the newest value of each object."""

    def __init__(self, function: Function, places: Places, types: Types) -> None:
        self.function = function
        self.places = places
        self.types = types
        self.newest: dict[Var, Atom] = {}  # of each object, by its first value
        self.known: dict[Var, tuple[Atom, tuple[Atom, ...]]] = {}  # what a value is, and as of which objects
        self.displays: dict[Var, Call] = {}  # tuples whose items are known
        self.stmts: list[Stmt] = []

    # --------------------------------------------------------------------------------- blocks

    def whole(self, body: Block) -> Block:
        def end() -> Sequence[Atom]:
            yields = [self.read(a) for a in body.yields]
            for var in self.function.inputs:
                if (last := self.newest.get(var, var)) is not var:
                    self.emit(Call((Var(),), WriteBack(var), (last,)))
            return yields

        return self.block(body, end)

    def block(self, block: Block, end: object) -> Block:
        """Rewrite a block; `end()` gives its yields, read in its last state."""
        outer, self.stmts = self.stmts, []
        for stmt in block.stmts:
            self.stmt(stmt)
        yields = tuple(end())  # type: ignore[operator]
        made, self.stmts = tuple(self.stmts), outer
        return Block(made, yields)

    def emit(self, stmt: Stmt) -> None:
        self.stmts.append(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            self.call(stmt)
        elif isinstance(stmt, If):
            self.branch(stmt)
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, With):
            self.with_(stmt)
        else:
            self.emit(map_atoms(stmt, self.read, lambda b: b))

    # -------------------------------------------------------------------------------- reading

    def state(self, var: Var) -> tuple[Atom, ...]:
        """The newest values of the objects that a value depends on."""
        if var in self.displays:
            return tuple(s for a in self.displays[var].operands if isinstance(a, Var) for s in self.state(a))
        place = self.places.place(var)
        return () if place is None else (self.newest.get(place.root, place.root),)

    def read(self, atom: Atom) -> Atom:
        """The atom that stands for a value now."""
        if not isinstance(atom, Var):
            return atom
        now = self.state(atom)
        known, as_of = self.known.get(atom, (atom, None))
        if as_of == now or not now:
            return known
        if as_of is None and atom not in self.displays:
            place = self.places.at(atom)
            if now == (place.root,):
                return atom
        fresh = self.again(atom)
        self.known[atom] = fresh, now
        return fresh

    def again(self, var: Var) -> Atom:
        """Take a view, or make a tuple, once more, from the objects as they are now."""
        if var in self.displays:
            call = self.displays[var]
            return self.make(replace(call, args=tuple(map(self.read, call.operands))), var)
        place = self.places.at(var)
        return self.view(self.newest.get(place.root, place.root), place.path, var)

    def view(self, whole: Atom, path: Sequence[Step], named: Var) -> Atom:
        for i, step in enumerate(path):
            args, kwargs = step.view.split(tuple(map(self.read, step.atoms)))
            call = Call((named,), step.view.fn, (whole, *args), kwargs, named.origin)
            whole = self.make(call, named if i == len(path) - 1 else Var("", named.origin))
        return whole

    def make(self, call: Call, like: Var) -> Var:
        result = Var(like.name, like.origin)
        self.types[result] = self.types.get(like, UNKNOWN)
        self.emit(replace(call, results=(result,)))
        return result

    def define(self, var: Var) -> None:
        """A value has just been computed."""
        self.known[var] = var, self.state(var)

    # ---------------------------------------------------------------------------------- calls

    def call(self, call: Call) -> None:
        if self.places.is_update(call):
            place = self.places.place(call.operands[0])
            if place is not None:
                self.update(call, place)
                return
        if call.fn is structures.make_tuple and not any(isinstance(a, Star) for a in call.args):
            self.displays[call.result] = call
        made = map_atoms(call, self.read, lambda b: b)
        self.emit(made)
        for result in call.results:
            self.define(result)
        if not isinstance(call.fn, Syntax) and is_view_or_copy(call.fn) and self.is_stored(call.result):
            assert isinstance(made, Call)
            self.emit(Call((Var(),), checks.require_view, (call.result, made.operands[0]), origin=call.origin))

    def is_stored(self, var: Var) -> bool:
        """Whether the object that a value views is changed anywhere."""
        place = self.places.place(var)
        return place is not None and bool(place.path) and place.root in self.changed_in(self.function.body)

    def update(self, call: Call, place: Place) -> None:
        """A store: the object has a new value."""
        root, path = place.root, place.path
        now = self.newest.get(root, root)
        if not path and not (call.fn in IN_PLACE and root in self.function.inputs):
            made = map_atoms(call, self.read, lambda b: b)
            self.emit(made)
            self.newest[root] = call.result
            self.define(call.result)
            return
        fn, operands = call.fn, [self.read(a) for a in call.operands[1:]]
        if fn in IN_PLACE:
            value = self.changed_by(call, operands[0])
            fn, operands = updates.update, [ALL, value]
        if fn is updates.update and operands[0] is ALL and path and path[-1].view.fn is operator.getitem:
            operands[0] = self.read(path[-1].atoms[0])
            path = path[:-1]
        steps = [self.read(a) for step in path for a in step.atoms]
        callee = Through(fn, tuple(step.view for step in path)) if path else fn  # type: ignore[arg-type]
        result = Var(root.name, call.origin)
        self.types[result] = self.types.get(now, UNKNOWN) if isinstance(now, Var) else UNKNOWN
        self.emit(Call((result,), callee, (now, *steps, *operands), origin=call.origin))
        self.newest[root] = result

    def changed_by(self, call: Call, operand: Atom) -> Var:
        """The value that `view op= operand` leaves in the view."""
        old = self.read(call.operands[0])
        value = Var("", call.origin)
        self.types[value] = self.types.get(call.result, UNKNOWN)
        self.emit(Call((value,), IN_PLACE[call.fn], (old, operand), origin=call.origin))
        return value

    # --------------------------------------------------------------------------- control flow

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

    def is_redundant(self, var: Var, objects: Sequence[Var]) -> bool:
        """Whether a carried value is a changed object or a view of one: it is taken from the object."""
        place = self.places.place(var)
        return place is not None and place.root is not var and place.root in objects

    def newcomer(self, root: Var) -> Var:
        now = self.newest.get(root, root)
        new = Var(root.name, root.origin)
        self.types[new] = self.types.get(now, UNKNOWN) if isinstance(now, Var) else UNKNOWN
        return new

    def branch(self, stmt: If) -> None:
        objects = self.changed_inside(stmt)
        keep = [i for i, r in enumerate(stmt.results) if not self.is_redundant(r, objects)]
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
        self.after(objects, extra, stmt.results)

    def after(self, objects: Sequence[Var], newest: Sequence[Var], results: Sequence[Var]) -> None:
        """Behind a statement that changed some objects, and has some results."""
        self.newest.update(zip(objects, newest, strict=True))
        for result in (*newest, *results):
            place = self.places.place(result)
            if result in newest or place is None or place.root not in objects:
                self.known[result] = result, self.state(result)

    def with_(self, stmt: With) -> None:
        objects = self.changed_inside(stmt)
        keep = [i for i, r in enumerate(stmt.results) if not self.is_redundant(r, objects)]
        extra = [self.carrier(o, stmt.results) or self.newcomer(o) for o in objects]
        context = self.read(stmt.context)

        def end() -> Sequence[Atom]:
            return [*(self.read(stmt.body.yields[i]) for i in keep), *(self.newest.get(o, o) for o in objects)]

        body = self.block(stmt.body, end)
        self.emit(replace(stmt, context=context, body=body, results=(*(stmt.results[i] for i in keep), *extra)))
        self.after(objects, extra, stmt.results)

    def loop(self, loop: Loop) -> None:
        objects = self.changed_inside(loop)
        keep = [i for i, p in enumerate(loop.params) if not self.is_redundant(p, objects)]
        params = [self.carrier(o, loop.params) or self.newcomer(o) for o in objects]
        results = [self.carrier(o, loop.results) or self.newcomer(o) for o in objects]
        inits = (*(self.read(loop.inits[i]) for i in keep), *(self.newest.get(o, o) for o in objects))
        before = dict(self.newest), dict(self.known)

        def enter() -> None:
            self.newest, self.known = {**before[0], **dict(zip(objects, params, strict=True))}, dict(before[1])
            for param in (*params, *(loop.params[i] for i in keep)):
                self.define(param)

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
            self.items(loop, new)  # type: ignore[arg-type]
        new = replace(new, body=self.block(new.body, end))
        stop = None if loop.stop is None else keep.index(loop.stop)
        self.newest, self.known = before
        self.emit(replace(new, results=(*(loop.results[i] for i in keep), *results), stop=stop))
        self.after(objects, results, loop.results)

    def sources(self, loop: For, new: For, objects: Sequence[Var]) -> For:
        """A loop over the elements of what it changes counts them instead, and takes each from
        the object as it is then."""
        sources: list[Source] = []
        items: list[Var] = []
        for item, source in zip(loop.items, loop.sources, strict=True):
            place = self.places.place(item)
            position = self.places.positions.get(item)
            if position is not None and place is not None and place.root in objects and self.keeps_length(loop, place):
                assert isinstance(source, Each)
                sources.append(self.counting(source, loop))
                items.append(position)
            else:
                sources.append(map_source(source, self.read))
                items.append(item)
        return replace(new, sources=tuple(sources), items=tuple(items))

    def counting(self, source: Each, loop: For) -> Range:
        """The positions of a sequence, in the order of the loop."""
        length = Var("n", loop.origin)
        self.types[length] = INT
        self.emit(Call((length,), len, (self.read(source.sequence),), origin=loop.origin))
        if not source.backwards:
            return Range(Const(0), length, Const(1))
        last = Var("", loop.origin)
        self.types[last] = INT
        self.emit(Call((last,), operator.sub, (length, Const(1)), origin=loop.origin))
        return Range(last, Const(-1), Const(-1))

    def keeps_length(self, loop: For, item: Place) -> bool:
        """Whether a loop changes no length of what it runs over."""
        for stmt in walk(loop.body):
            fn = stmt.fn if isinstance(stmt, Call) and self.places.is_update(stmt) else None
            if isinstance(fn, Through):
                fn = fn.fn
            if fn in (updates.append, updates.extend, updates.without_last, operator.iadd):
                assert isinstance(stmt, Call)
                place = self.places.place(stmt.operands[0])
                if place is not None and place.root is item.root and not isinstance(
                    self.types.get(stmt.result), Array
                ):
                    return False
        return True

    def items(self, loop: For, new: For) -> None:
        for item, kept in zip(loop.items, new.items, strict=True):
            self.types[kept] = self.types[item] if item is kept else INT
            if item is kept:
                self.define(item)

