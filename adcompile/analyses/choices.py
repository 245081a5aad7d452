"""Which values are one of several arrays, of which one changes, and how the program chooses.

After `c = a if first else b`, `c` is `a` or `b` by the condition; what a loop carries is one of
the arrays that it is given, by a number that says which. A `Tree` says so of a value.

relies on: places.  ensures: `chosen` holds each such value that a store could make out of date.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.places import Place, Places, Step
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, For, If, Var, While, same_atom
from adcompile.ir.traverse import walk
from adcompile.ir.types import Array, Scalar


@dataclass(frozen=True, slots=True)
class Leaf:
    """An object, or the view of it at the end of a path."""

    base: Var
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """The condition that a number, which a loop carries, is a certain one."""

    which: Var
    number: int


@dataclass(frozen=True, slots=True)
class Choose:
    """One of two, by a condition."""

    cond: Atom | Numbered
    then: Tree
    orelse: Tree


Tree = Leaf | Choose


def leaves_of(tree: Tree | None) -> Iterator[Leaf]:
    """The objects, and views of objects, that a value may be."""
    if isinstance(tree, Leaf):
        yield tree
    elif tree is not None:
        yield from leaves_of(tree.then)
        yield from leaves_of(tree.orelse)


def variables_of(tree: Tree | None) -> Iterator[Var]:
    """The values that a choice reads."""
    if isinstance(tree, Leaf):
        yield tree.base
        yield from (a for step in tree.path for a in step.atoms if isinstance(a, Var))
    elif tree is not None:
        cond = tree.cond.which if isinstance(tree.cond, Numbered) else tree.cond
        if isinstance(cond, Var):
            yield cond
        yield from variables_of(tree.then)
        yield from variables_of(tree.orelse)


def either(cond: Atom | Numbered, then: Tree | None, orelse: Tree | None) -> Tree | None:
    """One of two by a condition; the one, where the other does not exist or is the same."""
    then, orelse = where(cond, True, then), where(cond, False, orelse)
    if then is None or orelse is None:
        return then or orelse
    if isinstance(then, Leaf) and isinstance(orelse, Leaf) and same_leaf(then, orelse):
        return then
    return Choose(cond, then, orelse)


def where(cond: Atom | Numbered, is_true: bool, tree: Tree | None) -> Tree | None:
    """What a value may be where a condition is true, or is false."""
    if not isinstance(tree, Choose):
        return tree
    if tree.cond is cond:
        return where(cond, is_true, tree.then if is_true else tree.orelse)
    then, orelse = where(cond, is_true, tree.then), where(cond, is_true, tree.orelse)
    assert then is not None and orelse is not None
    return tree if then is tree.then and orelse is tree.orelse else Choose(tree.cond, then, orelse)


def renamed(tree: Tree | None, names: Mapping[Var, Var]) -> Tree | None:
    """A choice that reads other values; itself, if it reads none of those."""
    if tree is None or not any(v in names for v in variables_of(tree)):
        return tree

    def new(atom: Atom) -> Atom:
        return names.get(atom, atom) if isinstance(atom, Var) else atom

    if isinstance(tree, Leaf):
        path = tuple(replace(step, atoms=tuple(map(new, step.atoms))) for step in tree.path)
        return Leaf(names.get(tree.base, tree.base), path)
    cond = tree.cond
    if isinstance(cond, Numbered):
        cond = replace(cond, which=names.get(cond.which, cond.which))
    else:
        cond = new(cond)
    return either(cond, renamed(tree.then, names), renamed(tree.orelse, names))


def same_leaf(a: Leaf, b: Leaf) -> bool:
    """Whether two leaves are certainly the same view."""
    pairs = zip(a.path, b.path, strict=False)
    return (
        a.base is b.base
        and len(a.path) == len(b.path)
        and all(s.view == t.view and all(map(same_atom, s.atoms, t.atoms)) for s, t in pairs)
    )


class Choices:
    """The values that are to be chosen anew where they are read; `trees` says of those that
    branches and loops give, as they are found, what they may be."""

    def __init__(self, body: Block, types: Types) -> None:
        self.types = types
        self.places = Places(body, types)
        self.trees: dict[Var, Tree | None] = {}
        nots = [s for s in walk(body) if isinstance(s, Call) and s.fn is operator.not_]
        self.opposite = {s.result: s.operands[0] for s in nots if isinstance(atom_type(types, s.operands[0]), Scalar)}
        self.positions: dict[Var, Var] = {}  # the number of the trip, for the position of an item
        self.chosen = self._chosen(body)

    def asked(self, cond: Atom) -> tuple[Atom, bool]:
        """A condition that is no `not` of another one, and whether it is true where the given one is."""
        is_true = True
        while isinstance(cond, Var) and cond in self.opposite:
            cond, is_true = self.opposite[cond], not is_true
        return cond, is_true

    def is_chosen(self, atom: object) -> bool:
        """Whether a value is one of several arrays, or a view of one."""
        place = self.places.place(atom) if isinstance(atom, Var) else None
        return place is not None and place.root in self.chosen

    def tree(self, atom: Atom) -> Tree | None:
        """What a value may be; None for a value that no path defines."""
        if not isinstance(atom, Var):
            return None
        place = self.places.place(atom)
        path = None if place is None else self._path(place)
        if place is None or path is None or not isinstance(self.types.get(place.root), Array):
            return Leaf(atom)
        if place.root not in self.chosen:
            return Leaf(place.root, path)
        return _along(self.trees.get(place.root), path)

    def _path(self, place: Place) -> tuple[Step, ...] | None:
        """A path whose steps can be taken again; None where an item's position has no name."""
        steps = []
        for step in place.path:
            atoms = tuple(self.positions.get(a, a) if isinstance(a, Var) else a for a in step.atoms)
            if any(a in self.places.positions.values() for a in atoms):
                return None
            steps.append(replace(step, atoms=atoms))
        return tuple(steps)

    def _chosen(self, body: Block) -> set[Var]:
        """The merged values that have to do with an object that changes."""
        sources = {r: atoms for r, atoms in _merged(body) if self._is_of_several(r)}
        near: dict[Var, set[Var]] = {}
        for result, atoms in sources.items():
            for atom in atoms:
                if isinstance(atom, Var) and (place := self.places.place(atom)) is not None:
                    near.setdefault(result, set()).add(place.root)
                    near.setdefault(place.root, set()).add(result)
        updates = [s for s in walk(body) if isinstance(s, Call) and self.places.is_update(s)]
        changed = [self.places.place(s.operands[0]) for s in updates]
        pending, seen = [place.root for place in changed if place is not None], set[Var]()
        while pending:
            one = pending.pop()
            if one not in seen:
                seen.add(one)
                pending += near.get(one, ())
        found = seen & set(sources)
        pairs = [p for s in walk(body) if isinstance(s, (For, While)) for p in zip(s.params, s.results, strict=True)]
        return found.union(*(pair for pair in pairs if found & set(pair)))

    def _is_of_several(self, var: Var) -> bool:
        return isinstance(self.types.get(var), Array) and self.places.at(var) == Place(var)


def _along(tree: Tree | None, path: tuple[Step, ...]) -> Tree | None:
    """The views, along a path, of what a value may be."""
    if isinstance(tree, Leaf):
        return replace(tree, path=(*tree.path, *path))
    if tree is None or not path:
        return tree
    return either(tree.cond, _along(tree.then, path), _along(tree.orelse, path))


def _merged(body: Block) -> Iterator[tuple[Var, list[Atom]]]:
    """The values that are one of several, and of which."""
    for stmt in walk(body):
        if isinstance(stmt, If):
            for i, result in enumerate(stmt.results):
                yield result, [stmt.then.yields[i], stmt.orelse.yields[i]]
        elif isinstance(stmt, (For, While)):
            for i, (param, result) in enumerate(zip(stmt.params, stmt.results, strict=True)):
                ends = [stmt.inits[i], stmt.body.yields[i]]
                yield param, [a for a in ends if a is not UNDEF]
                yield result, [*ends, param]
