"""The newest value of each object, while a function is walked in the order of execution.

A value that is an object, or a view of one, is read as of the object's newest value: a view is
taken again, and a tuple that holds it is made again, where a store has come between.

relies on: places.  ensures: `read` gives what stands for a value now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.places import Places, Step
from adcompile.errors import Origin
from adcompile.inference.registry import infer_call
from adcompile.ir.nodes import (
    Atom,
    Block,
    Call,
    Function,
    If,
    Stmt,
    Var,
)
from adcompile.ir.types import UNKNOWN, Array, Scalar, Type, Unknown, of_constant
from adcompile.runtime.markers import detach


class NewestValues:
    """The newest value of each object, and what each other value is as of those."""

    def __init__(self, function: Function, places: Places, types: Types) -> None:
        self.function = function
        self.places = places
        self.types = types
        self.newest: dict[Var, Atom] = {}  # of each object, by its first value
        self.known: dict[Var, tuple[Atom, tuple[Atom, ...]]] = {}  # what a value is, and as of which objects
        self.displays: dict[Var, Call] = {}  # tuples whose items are known
        self.kinds: dict[Var, set[str]] = {}  # of containers: how their items were changed
        self.moved: set[Var] = set()  # items that may not stand in their container any more
        self.uncounted: set[Atom] = set()  # positions of loops that do not count what they run over
        self.taken_from: dict[Atom, Atom | None] = {}  # of an item: the object's newest value then
        self.constant: set[Var] = set()  # views that a `with no_grad()` took
        self.stmts: list[Stmt] = []

    def emit(self, stmt: Stmt) -> None:
        """Put a statement at the end of the block that is being rewritten."""
        self.stmts.append(stmt)

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
        if as_of == now or not now or self.stays(atom):
            return known
        if as_of is None and atom not in self.displays:
            place = self.places.at(atom)
            if now == (place.root,):
                return atom
        fresh = self.again(atom)
        self.known[atom] = fresh, now
        return fresh

    def stays(self, var: Atom) -> bool:
        """Whether a value is an item that stays what it is, as it is not found again by its place."""
        place = self.places.place(var)
        found = place is not None and not any(a in self.uncounted for step in place.path for a in step.atoms)
        return var in self.moved or (place is not None and not found)

    def again(self, var: Var) -> Atom:
        """Take a view, or make a tuple, once more, from the objects as they are now."""
        if var in self.displays:
            call = self.displays[var]
            return self.make(replace(call, args=tuple(map(self.read, call.operands))), var)
        place = self.places.at(var)
        may_be_number = isinstance(self.types.get(var, UNKNOWN), Unknown) and var in self.known
        taken = self.view_or_number if may_be_number else self.view
        fresh = taken(self.newest.get(place.root, place.root), place.path, var)
        if var not in self.constant:
            return fresh
        return self.make(Call((var,), detach, (fresh,), origin=var.origin), var)

    def view_or_number(self, whole: Atom, path: Sequence[Step], named: Var) -> Var:
        """What a path leads to, where that may be a number: a number stays what it was when it was
        taken, whatever is stored to the array afterwards."""
        old, _ = self.known[named]
        is_number, result = self.compute(np.isscalar, (old,), named.origin), Var(named.name, named.origin)
        self.types[result] = UNKNOWN
        steps = [replace(step, atoms=tuple(map(self.read, step.atoms))) for step in path]
        outer, self.stmts = self.stmts, []
        fresh = self.view(whole, steps, named)
        viewed, self.stmts = Block(tuple(self.stmts), (fresh,)), outer
        self.emit(If(is_number, Block((), (old,)), viewed, (result,), named.origin))
        return result

    def view(self, whole: Atom, path: Sequence[Step], named: Var) -> Atom:
        """Take the view that a path leads to."""
        for i, step in enumerate(path):
            args, kwargs = step.view.split(tuple(map(self.read, step.atoms)))
            call = Call((named,), step.view.fn, (whole, *args), kwargs, named.origin)
            like = named if i == len(path) - 1 else Var("", named.origin)
            if like not in self.types:
                given = [self.type_of(whole), *map(self.type_of, args)]
                self.types[like] = infer_call(step.view.fn, given, {key: self.type_of(a) for key, a in kwargs})
            whole = self.make(call, like)
        return whole

    def make(self, call: Call, like: Var) -> Var:
        """A call again, for another value like the one it gave."""
        result = Var(like.name, like.origin)
        self.types[result] = self.types.get(like, UNKNOWN)
        self.emit(replace(call, results=(result,)))
        return result

    def define(self, var: Var) -> None:
        """A value has just been computed."""
        self.known[var] = var, self.state(var)

    def compute(self, fn: Any, operands: Sequence[Atom], origin: Origin | None) -> Var:
        """A new value."""
        value = Var("", origin)
        self.types[value] = infer_call(fn, [atom_type(self.types, a) for a in operands], {})
        self.emit(Call((value,), fn, tuple(operands), origin=origin))
        return value

    def nothing(self) -> Var:
        """What a check gives: None, which has no memory."""
        result = Var()
        self.types[result] = of_constant(None)
        return result

    def type_of(self, atom: Atom) -> Type:
        """What is known of an atom."""
        return atom_type(self.types, atom)

    def is_array(self, atom: Atom) -> bool:
        """Whether an atom is certainly an array."""
        return isinstance(atom_type(self.types, atom), Array)

    def is_number(self, atom: Atom) -> bool:
        """Whether an atom is certainly a number."""
        return isinstance(atom_type(self.types, atom), Scalar)
