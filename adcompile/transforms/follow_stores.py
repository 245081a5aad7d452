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
from dataclasses import dataclass, replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.places import Place, Places, Step, is_view_or_copy, same_place
from adcompile.inference.indexing import is_basic_index, is_mask
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import IN_PLACE, is_update
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Augmented,
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
    View,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of, defined_in, inner_of, map_atoms, map_source, walk
from adcompile.ir.types import INT, UNKNOWN, Array, Dict, List, Scalar, Tuple, Type, Unknown
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


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a container after which items may stand elsewhere: the one at `index`, or all;
    where items were put `behind` the others, those that are counted from the end."""

    container: Place
    index: Atom | None = None
    behind: bool = False


class _Following:
    """One walk in the order of execution, with the newest value of each object."""

    def __init__(self, function: Function, places: Places, types: Types) -> None:
        self.function = function
        self.places = places
        self.types = types
        self.newest: dict[Var, Atom] = {}  # of each object, by its first value
        self.known: dict[Var, tuple[Atom, tuple[Atom, ...]]] = {}  # what a value is, and as of which objects
        self.displays: dict[Var, Call] = {}  # tuples whose items are known
        self.kinds: dict[Var, set[str]] = {}  # of containers: how their items were changed
        self.moved: set[Var] = set()  # items that may not stand in their container any more
        self.taken_from: dict[Atom, Atom | None] = {}  # of an item: the object's newest value then
        self.stmts: list[Stmt] = []

    # --------------------------------------------------------------------------------- blocks

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
        """The check at run time that an input which changes shares no memory with another one."""
        others = [v for v in self.function.inputs if v is not changed and self.may_hold_arrays(v)]
        if not others and self.is_array(changed):
            return None
        return Call((Var(),), checks.require_apart, (changed, *others), origin=changed.origin)

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
        if as_of == now or not now or atom in self.moved:
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
            if place is not None and call.operands[0] not in self.moved:
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
        fn, operands = call.fn, [self.read(a) for a in call.operands[1:]]
        if (move := self.moving(call)) is not None:
            self.move_items(move)
        if isinstance(fn, Augmented):
            self.augmented(call, fn.op, place, operands)
        elif fn in IN_PLACE and (path or root in self.function.inputs) and self.is_array(call.operands[0]):
            changed = self.compute(IN_PLACE[fn], [self.read(call.operands[0]), *operands], call)
            self.store(call, place, updates.update, [ALL, changed])
        elif fn is updates.update and self.is_part(call.operands[2], call.operands[0], place, operands[0]):
            whole = self.read(call.operands[0])
            self.known[call.result] = whole, self.state(call.result)  # the object has it already
        elif not path:
            self.note_kind(root, (), fn, operands)
            self.emit(map_atoms(call, self.read, lambda b: b))
            self.newest[root] = call.result
            self.define(call.result)
        else:
            self.store(call, place, fn, operands)

    def moving(self, call: Call) -> Move | None:
        """How an update of a container makes its items stand elsewhere, or no longer in it."""
        place = self.places.place(call.operands[0])
        if place is None or self.is_array(call.operands[0]):
            return None
        fn: Any = call.fn
        if fn is updates.update or isinstance(fn, Augmented):
            index = call.operands[1]
            if isinstance(fn, Augmented):
                item = infer_call(operator.getitem, [self.type_of(call.operands[0]), self.type_of(index)], {})
                if isinstance(item, (Scalar, Array, List)):
                    return None  # a number is nothing that has a place, and the others change themselves
            elif call.operands[2] not in self.moved and self.is_part(call.operands[2], call.operands[0], place, index):
                return None
            return Move(place, index)
        return Move(place, behind=fn in (updates.append, updates.extend, operator.iadd))

    def move_items(self, move: Move) -> None:
        """Items of a container are about to change places: what was taken stays what it is."""
        for var in list(self.known):
            place = self.places.place(var)
            if place is not None and var not in self.moved and self.is_moved(place, move):
                self.known[var] = self.read(var), ()
                self.moved.add(var)

    def is_moved(self, place: Place, move: Move) -> bool:
        """Whether something at a place may stand elsewhere after a change of its container."""
        depth = len(move.container.path)
        if place.root is not move.container.root or len(place.path) <= depth:
            return False
        step = place.path[depth]
        mine = step.atoms[0] if step.view.fn is operator.getitem else None
        counted = isinstance(mine, Const) and type(mine.value) is int and mine.value >= 0
        if move.behind:
            return not (counted or mine in self.places.positions.values())
        if not (isinstance(mine, Const) and isinstance(move.index, Const)):
            return True
        named = isinstance(mine.value, str) and isinstance(move.index.value, str)
        both = counted and type(move.index.value) is int and move.index.value >= 0
        return mine.value == move.index.value or not (named or both)

    def moves_in(self, stmt: Stmt) -> list[Move]:
        """The changes of places in the blocks of a statement."""
        calls = [s for b in blocks_of(stmt) for s in walk(b) if isinstance(s, Call) and self.places.is_update(s)]
        return [move for move in map(self.moving, calls) if move is not None]

    def same_root(self, var: Var, other: Atom) -> bool:
        one, two = self.places.place(var), self.places.place(other)
        return one is not None and two is not None and one.root is two.root

    def augmented(self, call: Call, op: Any, place: Place, operands: list[Atom]) -> None:
        """`a[i] op= v`: an item that is an object is changed itself, else it is replaced."""
        base, (index, value, *before) = call.operands[0], operands
        item = infer_call(operator.getitem, [atom_type(self.types, base), atom_type(self.types, index)], {})
        if before and self.is_number(before[0]) and self.taken_from.get(before[0]) is not self.newest.get(place.root):
            # The element was read, and then the right side changed the object.
            self.store(call, place, updates.update, [index, self.compute(IN_PLACE[op], [before[0], value], call)])
        elif self.is_array(base):
            single = is_basic_index(atom_type(self.types, index)) or is_mask(atom_type(self.types, index))
            if op in (operator.iadd, operator.isub) and single:
                negated = value if op is operator.iadd else self.compute(operator.neg, [value], call)
                self.store(call, place, updates.increment, [index, negated])
            else:
                self.replaced(call, op, place, index, value)
        elif isinstance(item, (Array, List)):
            step = Step(View(operator.getitem, 1), (index,))
            inner = Place(place.root, (*place.path, step))
            if isinstance(item, List):
                self.store(call, inner, updates.extend, [value])
            else:
                old = self.view(self.newest.get(place.root, place.root), inner.path, Var("", call.origin))
                self.store(call, inner, updates.update, [ALL, self.compute(IN_PLACE[op], [old, value], call)])
        else:
            self.replaced(call, op, place, index, value)

    def replaced(self, call: Call, op: Any, place: Place, index: Atom, value: Atom) -> None:
        """`a[i] = a[i] op v`."""
        old = self.compute(operator.getitem, [self.read(call.operands[0]), index], call)
        self.store(call, place, updates.update, [index, self.compute(IN_PLACE[op], [old, value], call)])

    def is_number(self, atom: Atom) -> bool:
        return isinstance(atom_type(self.types, atom), Scalar)

    def store(self, call: Call, place: Place, fn: Any, operands: list[Atom]) -> None:
        """The object's new value after `fn(view, *operands)` on a view of it."""
        root, now = place.root, self.newest.get(place.root, place.root)
        holders: list[tuple[Atom, Atom]] = []  # the containers on the way, and where in each
        path, part = list(place.path), now
        while path and not self.is_array(part):
            key = self.read(path.pop(0).atoms[0])
            holders.append((part, key))
            part = self.compute(operator.getitem, [part, key], call)
        changed: Atom = self.changed(part, path, fn, operands, call)
        self.note_kind(root, holders, fn, operands)
        for holder, key in reversed(holders):
            changed = self.held(holder, key, changed, call)
        assert isinstance(changed, Var)
        changed.name = root.name
        self.newest[root] = changed

    def changed(self, whole: Atom, path: Sequence[Step], fn: Any, operands: list[Atom], call: Call) -> Atom:
        """What an array, or an item of a container, is after a store through views of it."""
        if fn is updates.update and operands[0] is ALL:
            if path and path[-1].view.fn is operator.getitem:
                operands, path = [self.read(path[-1].atoms[0]), operands[1]], path[:-1]
            elif not path and whole is not self.newest.get(self.places.at(whole).root, whole):  # type: ignore[arg-type]
                if atom_type(self.types, whole) == atom_type(self.types, operands[1]) != UNKNOWN:
                    return operands[1]  # an item of a container: it is replaced by one like it
        steps = [self.read(a) for step in path for a in step.atoms]
        callee = Through(fn, tuple(step.view for step in path)) if path else fn
        return self.compute(callee, [whole, *steps, *operands], call)

    def held(self, holder: Atom, key: Atom, item: Atom, call: Call) -> Atom:
        """A container with another item."""
        type_ = atom_type(self.types, holder)
        if not isinstance(type_, Tuple):
            return self.compute(updates.update, [holder, key, item], call)
        assert isinstance(key, Const)
        items: list[Atom] = [
            self.compute(operator.getitem, [holder, Const(i)], call) for i in range(len(type_.items))
        ]
        items[key.value] = item
        return self.compute(structures.make_tuple, items, call)

    def note_kind(self, root: Var, holders: Sequence[Any], fn: Any, operands: Sequence[Atom]) -> None:
        """Whether a container of the caller's has an item replaced, or an item changed itself."""
        if self.is_array(root):
            return
        if holders:
            self.kinds.setdefault(root, set()).add("changed")
        elif fn is not updates.update or not isinstance(atom_type(self.types, operands[1]), Scalar):
            self.kinds.setdefault(root, set()).add("replaced")

    def is_part(self, value: Atom, whole: Atom, place: Place, index: Atom) -> bool:
        """Whether a value is what stands at an index already: `a[i] = a[i]`."""
        mine = self.places.place(value) if value not in self.moved else None
        display = self.displays.get(whole) if isinstance(whole, Var) else None
        if display is not None and isinstance(index, Const) and type(index.value) is int:
            item = self.places.place(display.operands[index.value])
            return mine is not None and item is not None and same_place(mine, item)
        part = Place(place.root, (*place.path, Step(View(operator.getitem, 1), (index,))))
        return mine is not None and same_place(mine, part)

    def type_of(self, atom: Atom) -> Type:
        return atom_type(self.types, atom)

    def is_array(self, atom: Atom) -> bool:
        return isinstance(atom_type(self.types, atom), Array)

    def compute(self, fn: Any, operands: Sequence[Atom], call: Call) -> Var:
        """A new value."""
        value = Var("", call.origin)
        self.types[value] = infer_call(fn, [atom_type(self.types, a) for a in operands], {})
        self.emit(Call((value,), fn, tuple(operands), origin=call.origin))
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

    def is_redundant(self, var: Var, objects: Sequence[Var], moves: Sequence[Move]) -> bool:
        """Whether a carried value is a changed object or a view of one: it is taken from the object."""
        place = self.places.place(var)
        if place is None or place.root is var or place.root not in objects:
            return False
        return var not in self.moved and not any(self.is_moved(place, move) for move in moves)

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

    def with_(self, stmt: With) -> None:
        objects = self.changed_inside(stmt)
        moves = self.moves_in(stmt)
        keep = [i for i, r in enumerate(stmt.results) if not self.is_redundant(r, objects, moves)]
        extra = [self.carrier(o, stmt.results) or self.newcomer(o) for o in objects]
        context = self.read(stmt.context)

        def end() -> Sequence[Atom]:
            return [*(self.read(stmt.body.yields[i]) for i in keep), *(self.newest.get(o, o) for o in objects)]

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

    def sources(self, loop: For, new: For, objects: Sequence[Var]) -> For:
        """A loop over the elements of what it changes counts them instead, and takes each from
        the object as it is then."""
        sources: list[Source] = []
        items: list[Var] = []
        for item, source in zip(loop.items, loop.sources, strict=True):
            position = self.places.positions.get(item)
            whole = self.places.place(source.sequence) if isinstance(source, Each) else None
            if position and whole and whole.root in objects and self.keeps_length(loop, whole):
                assert isinstance(source, Each)
                self.types[position] = INT
                sources.append(self.counting(source, loop))
                items.append(position)
            else:
                sources.append(map_source(source, self.read))
                items.append(item)
        return replace(new, sources=tuple(sources), items=tuple(items))

    def take_items(self, loop: For, new: For) -> list[Call]:
        """At the start of a trip: the items that are numbers, taken from what is counted."""
        taken: list[Call] = []
        for item, source, kept in zip(loop.items, loop.sources, new.items, strict=True):
            if item is not kept and self.places.place(item) is None:
                assert isinstance(source, Each)
                taken.append(Call((item,), operator.getitem, (source.sequence, kept), origin=loop.origin))
            elif item is kept:
                self.define(item)
        return taken

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
