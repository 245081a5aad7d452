"""Write the items of a list, tuple or dict, where it is known what it holds, as values of their own.

    rows = [y, y]                            (gone)
    rows[0][2] = 1.0          becomes        y[2] = 1.0
    rows.insert(0, x)                        (gone)
    return sum(rows)                         return sum([x, y, y])

A container whose items are known at every point is a few variables. So a store into one of its
items is a store into one certain object, under whatever names, and what is done to the container
itself is done when the program is compiled. Where something reads the container as a whole, it
is made there. Branches and loops hand on the items that they replace.

relies on: infer, resolve_calls.  ensures: no store is into an item of a container whose items are
known.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import replace

from adcompile.analyses.effects import is_pure
from adcompile.analyses.infer import Types
from adcompile.analyses.places import Place, Places
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Augmented,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Loop,
    Method,
    Opaque,
    ReverseBlock,
    Stmt,
    Syntax,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import atoms_of, map_atoms, map_source, source_atoms, walk
from adcompile.ir.types import Dict, List
from adcompile.ir.visitor import Visitor
from adcompile.runtime import structures
from adcompile.runtime.markers import detach
from adcompile.transforms.known_items import Items, display_of, done, items_of_display, slice_of

ASKING = ("index", "count")  # methods that look at a container
LOOKING = (builtins.list, builtins.tuple, builtins.sorted, builtins.sum, builtins.min, builtins.max, builtins.print)


def separate_items(function: Function, types: Types) -> Function:
    """The function with the items of containers as values of their own; the function itself, where
    there is no such container. Its types are to be inferred again."""
    displays = {s.result for s in walk(function.body) if isinstance(s, Call) and items_of_display(s) is not None}
    places, used, excluded = Places(function.body, types), used_values(function.body), set[Var]()
    while displays - excluded:
        separating = _Separating(places, used, excluded)
        try:
            return replace(function, body=separating.block(function.body, separating.wholes))
        except _UnknownItems as unknown:
            excluded |= unknown.args[0]
    return function


def changes_containers(body: Block, types: Types) -> bool:
    """Whether a program changes lists or dicts that it makes."""
    calls = [s for s in walk(body) if isinstance(s, Call) and s.operands]
    if not any(items_of_display(s) is not None for s in calls):
        return False
    changed = [s.operands[0] for s in calls if is_update(s)]
    return any(isinstance(types.get(v), (List, Dict)) for v in changed if isinstance(v, Var))


class _UnknownItems(Exception):  # noqa: N818  (not a fault: the containers in it are left as they are)
    """It is not known what some containers hold."""


Known = dict[Var, Items]  # what each container holds, by its first value
Slot = tuple[Var, Hashable]
End = Callable[[Block], Sequence[Atom]]


class _Separating(Visitor):
    """One walk in the order of execution; `known` is what each container holds now."""

    def __init__(self, places: Places, used: Set[Var], excluded: Set[Var]) -> None:
        self.places = places
        self.used = used
        self.excluded = excluded
        self.known: Known = {}
        self.roots: set[Var] = set()
        self.renamed: dict[Var, Atom] = {}  # values that are an item, a container, or a constant
        self.stmts: list[Stmt] = []

    # --------------------------------------------------------------------------------- blocks

    def block(self, block: Block, end: End) -> Block:
        """Rewrite a block; `end` gives its yields."""
        outer, self.stmts = self.stmts, []
        for stmt in block.stmts:
            self.stmt(stmt)
        yields = tuple(end(block))
        made, self.stmts = tuple(self.stmts), outer
        return Block(made, yields)

    def wholes(self, block: Block) -> Sequence[Atom]:
        """What a block yields, each container made of its items."""
        return [self.whole(a) for a in block.yields]

    def region(self, stmt: With) -> None:
        context = self.whole(stmt.context)
        before = dict(self.known)
        body = self.block(stmt.body, lambda b: self.handed_on(b.yields, stmt.results))
        slots = self.replaced(before, {root: self.known[root] for root in before})
        if slots:  # what is made in there may be made without a derivative
            raise _UnknownItems({root for root, _ in slots})
        self.stmts.append(replace(stmt, context=context, body=body))

    def opaque(self, stmt: Opaque) -> None:
        self.stmts.append(map_atoms(stmt, self.plain, lambda b: b))

    def handed_on(self, atoms: Sequence[Atom], *targets: Sequence[Var]) -> list[Atom]:
        """What a branch or a trip hands on to some values: no containers, for their items are handed on."""
        found: list[Atom] = []
        for atom, *given in zip(atoms, *targets, strict=True):
            root = self.root(atom)
            if root is not None and any(v in self.used and self.places.at(v) != Place(root) for v in given):
                raise _UnknownItems({root})
            found.append(self.read(atom) if root is None else UNDEF)
        return found

    # -------------------------------------------------------------------------------- reading

    def read(self, atom: Atom) -> Atom:
        """What stands for a value."""
        while isinstance(atom, Var) and atom in self.renamed:
            atom = self.renamed[atom]
        return atom

    def root(self, atom: Atom) -> Var | None:
        """The container that a value is, if its items are known."""
        atom = self.read(atom)
        place = self.places.place(atom) if isinstance(atom, Var) else None
        return place.root if place is not None and not place.path and place.root in self.roots else None

    def items(self, root: Var) -> Items:
        if root not in self.known:
            raise _UnknownItems({root})
        return self.known[root]

    def contents(self, atom: Atom) -> Items | None:
        """What a container holds, if that is known."""
        root = self.root(atom)
        return None if root is None else self.items(root)

    def whole(self, atom: Atom) -> Atom:
        """A value to be read as it is: a container is made of its items."""
        root = self.root(atom)
        if root is None:
            return self.read(atom)
        items, result = self.items(root), Var(root.name, root.origin)
        self.display(Call((result,), items.display, (), origin=root.origin), items)
        return result

    def display(self, like: Call, items: Items) -> None:
        """Make a container of some items."""
        args = tuple(self.whole(a) for a in display_of(items))
        self.stmts.append(replace(like, fn=items.display, args=args, kwargs=()))

    def plain(self, atom: Atom) -> Atom:
        """A value that something may change or keep: none of the containers."""
        root = self.root(atom)
        if root is not None:
            raise _UnknownItems({root})
        return self.read(atom)

    # ---------------------------------------------------------------------------------- calls

    def call(self, call: Call) -> None:
        items = items_of_display(call)
        if items is not None and self.begin(call.result, items):
            return
        first = call.args[0] if call.args else None
        root = self.root(first) if isinstance(first, (Var, Const)) else None
        if root is not None and self.on_container(call, root):
            return
        looks = not isinstance(call.fn, (Method, Syntax)) and call.fn in LOOKING
        hands_on = call.fn is detach or isinstance(call.fn, ReverseBlock)
        keeps = self.places.is_update(call) or items is not None or hands_on
        whole = (is_pure(call) or looks) and not keeps
        self.stmts.append(map_atoms(call, self.whole if whole else self.plain, lambda b: b))

    def begin(self, result: Var, items: Items) -> bool:
        """A new container, whose items are known from here on."""
        if result in self.excluded:
            return False
        self.roots.add(result)
        self.known[result] = Items(items.display, tuple((k, self.read(a)) for k, a in items.held))
        return True

    def on_container(self, call: Call, root: Var) -> bool:
        """Do what a call does to a container; False if it only looks at it as a whole."""
        items, args = self.items(root), tuple(self.read(a) for a in call.operands[1:])
        if call.fn is structures.unpack and len(items.held) == len(call.results) and not items.is_dict:
            self.renamed.update(zip(call.results, items.values, strict=True))
            return True
        if isinstance(call.fn, Augmented):
            self.augmented(call, root, args)
            return True
        if (part := copy_of(call, items, args, self.contents)) is not None:
            if not self.begin(call.result, part):
                self.display(call, part)
            return True
        found = done(items, call, args, self.contents)
        if found is None:
            if self.places.is_update(call) or (isinstance(call.fn, Method) and call.fn.name not in ASKING):
                raise _UnknownItems({root, *filter(None, map(self.root, args))})
            return False
        if items.display is structures.make_tuple:
            self.check_tuple(items, found[0], root)
        self.known[root], result = found
        self.renamed[call.result] = root if result is None else result
        return True

    def augmented(self, call: Call, root: Var, args: Sequence[Atom]) -> None:
        """`items[k] op= v`: the item is changed itself, or another one takes its place."""
        items, fn = self.items(root), call.fn
        key = items.position(args[0])
        if key is None or items.display is structures.make_tuple or not isinstance(fn, Augmented):
            raise _UnknownItems({root})
        old, inner = items.at(key), self.root(items.at(key))
        changed = Call((Var("", call.origin),), fn.op, (old, self.read(args[1])), origin=call.origin)
        if inner is None or not self.on_container(changed, inner):
            self.stmts.append(map_atoms(changed, self.plain, lambda b: b))
            self.known[root] = items.with_item(key, changed.result)
        self.renamed[call.result] = root

    def check_tuple(self, before: Items, after: Items, root: Var) -> None:
        """A tuple keeps its items: they may be changed themselves."""
        for one, other in zip(before.values, after.values, strict=True):
            if not same_atom(one, other) and self.places.place(one) != self.places.place(other):
                raise _UnknownItems({root})

    # --------------------------------------------------------------------------- control flow

    def replaced(self, before: Known, now: Known) -> list[Slot]:
        """The items that are others now. Those that are containers stay the same ones."""
        slots: list[Slot] = []
        for root, items in before.items():
            if items.keys != now[root].keys:
                raise _UnknownItems({root})
            for key, old in items.held:
                new = now[root].at(key)
                if same_atom(self.read(old), self.read(new)):
                    continue
                roots = {self.root(old), self.root(new)}
                if roots != {None} and len(roots) > 1:
                    raise _UnknownItems({root, *filter(None, roots)})
                if roots == {None}:
                    slots.append((root, key))
        return slots

    def branch(self, stmt: If) -> None:
        cond, before = self.whole(stmt.cond), dict(self.known)
        blocks, after = [], []
        for block in (stmt.then, stmt.orelse):
            self.known = dict(before)
            leaving = [UNDEF] * len(stmt.results) if block.leaves else None
            blocks.append(self.block(block, lambda b, x=leaving: x or self.handed_on(b.yields, stmt.results)))  # type: ignore[misc]
            after.append({root: self.known[root] for root in before})
        ways = [known for known, block in zip(after, (stmt.then, stmt.orelse), strict=True) if not block.leaves]
        self.known = ways[0] if ways else before
        slots = self.replaced(*ways) if len(ways) == 2 else []
        results = [self.slot(slot) for slot in slots]
        if slots:
            blocks = [
                replace(b, yields=(*b.yields, *(known[root].at(key) for root, key in slots)))
                for b, known in zip(blocks, after, strict=True)
            ]
        self.fill(slots, results)
        made = replace(stmt, cond=cond, then=blocks[0], orelse=blocks[1], results=(*stmt.results, *results))
        self.stmts.append(made)

    def slot(self, slot: Slot) -> Var:
        """A value for an item that a branch or a trip replaces."""
        root, key = slot
        return Var(f"{root.name}_{key}" if root.name else "", root.origin)

    def fill(self, slots: Sequence[Slot], atoms: Sequence[Atom]) -> None:
        """Put values into the places of some items."""
        for (root, key), atom in zip(slots, atoms, strict=True):
            self.known[root] = self.known[root].with_item(key, atom)

    def loop(self, loop: Loop) -> None:
        if isinstance(loop, For):
            loop = replace(loop, sources=tuple(map_source(s, self.whole) for s in loop.sources))
        inits = self.handed_on(loop.inits, loop.params, loop.results)
        before, slots = dict(self.known), list[Slot]()
        renamed = dict(self.renamed)
        while True:
            params = [self.slot(slot) for slot in slots]
            self.known, self.renamed = dict(before), dict(renamed)
            self.fill(slots, params)
            start = dict(self.known)
            new = loop
            if isinstance(loop, While):
                new = replace(loop, head=self.block(loop.head, self.wholes))
                if self.replaced(start, {root: self.known[root] for root in start}):
                    raise _UnknownItems(set(before))
            body = self.block(loop.body, lambda b: self.handed_on(b.yields, loop.params, loop.results))
            after = {root: self.known[root] for root in before}
            more = [slot for slot in self.replaced(start, after) if slot not in slots]
            if not more:
                break
            slots += more
        results = [self.slot(slot) for slot in slots]
        body = replace(body, yields=(*body.yields, *(self.read(after[root].at(key)) for root, key in slots)))
        inits += [self.read(before[root].at(key)) for root, key in slots]
        params, ends = [*loop.params, *params], [*loop.results, *results]
        self.stmts.append(replace(new, inits=tuple(inits), params=tuple(params), body=body, results=tuple(ends)))
        self.known = dict(before)
        self.fill(slots, results)


def copy_of(
    call: Call, items: Items, args: Sequence[Atom], known: Callable[[Atom], Items | None]
) -> Items | None:
    """The items of a new container that a call makes of all items of one, or of some; `known` gives
    those of another."""
    if call.fn is operator.getitem:
        return slice_of(items, args[0])
    if call.fn is operator.add:
        other = known(args[0])
        together = other is not None and other.display is items.display and not items.is_dict
        return items.of(*items.values, *other.values) if together else None  # type: ignore[union-attr]
    if call.fn is operator.mul and not items.is_dict:
        times = args[0].value if isinstance(args[0], Const) else None
        return items.of(*items.values * times) if type(times) is int else None
    copies = call.fn == Method("copy") or (not isinstance(call.fn, (Method, Syntax)) and call.fn is builtins.list)
    return items if copies and not args and items.display is structures.make_list else None


def used_values(body: Block) -> set[Var]:
    """The values that something reads, other than to hand them on to nobody."""
    handed: dict[Var, list[Atom]] = {}
    pending: list[Atom] = list(body.yields)
    for stmt in walk(body):
        if isinstance(stmt, If):
            pending.append(stmt.cond)
            for i, result in enumerate(stmt.results):
                handed[result] = [stmt.then.yields[i], stmt.orelse.yields[i]]
        elif isinstance(stmt, (For, While)):
            for i, param in enumerate(stmt.params):
                handed[param] = handed[stmt.results[i]] = [stmt.inits[i], stmt.body.yields[i]]
            pending += [param for i, param in enumerate(stmt.params) if i == stmt.stop]
            read = stmt.head.yields if isinstance(stmt, While) else [a for s in stmt.sources for a in source_atoms(s)]
            pending += read
        elif isinstance(stmt, With):
            pending.append(stmt.context)
            handed.update((r, [a]) for r, a in zip(stmt.results, stmt.body.yields, strict=True))
        else:
            pending += atoms_of(stmt)
    used: set[Var] = set()
    while pending:
        atom = pending.pop()
        if isinstance(atom, Var) and atom not in used:
            used.add(atom)
            pending += handed.get(atom, ())
    return used
