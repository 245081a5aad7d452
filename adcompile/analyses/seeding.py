"""Which values depend on the seeds that a sweep starts from, and so have an axis of seeds.

A value is seeded, or it is not; a tuple may hold some items that are and some that are not.
What only asks a seeded value for its shape or dtype is the same for every seed.

relies on: emitted form (no `Unwind`).  ensures: a seeding for each `Var` that depends on a seed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import (
    UNDEFINED,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    FunctionRef,
    If,
    Loop,
    Star,
    Stmt,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import results_of, walk
from adcompile.ir.types import Static
from adcompile.runtime.structures import make_tuple, unpack
from adcompile.runtime.updates import written_last

Seeding = Any  # whether a value is seeded, or a tuple of that for the items of a tuple
Seedings = dict[Var, Seeding]
OfCall = Callable[[FunctionRef, Sequence[Seeding]], Seeding]
ASKING = frozenset([np.shape, np.ndim, np.size, len, isinstance, type, operator.is_, operator.is_not, written_last])
DTYPE = Attribute("dtype")


def is_seeded(seeding: Seeding) -> bool:
    """Whether anything in a value depends on a seed."""
    return any(map(is_seeded, seeding)) if isinstance(seeding, tuple) else bool(seeding)


def join_seedings(a: Seeding, b: Seeding) -> Seeding:
    """The seeding of a value that is one or the other."""
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(map(join_seedings, a, b))
    return a if a == b or not is_seeded(b) else b if not is_seeded(a) else True


def asks(call: Call) -> bool:
    """Whether a call asks its operands for what is the same for every seed."""
    return call.fn == DTYPE or canonical(call.fn) in ASKING


def seedings(function: Function, given: Mapping[Var, Seeding], types: Types, of_call: OfCall) -> Seedings:
    """The seeding of each value of a function; `given` is that of its parameters.

    What takes the place of a seeded value on another path is spread there. Of a value that some path
    leaves undefined nothing can be computed there: so it counts as seeded, and is spread where it is made.
    """
    found = _Seeding(dict(given), types, of_call)
    found.block(function.body)
    undefined = undefined_on_a_path(function.body)
    before = None
    while undefined and before != (before := [found.atom(a) for a in undefined]):
        for var, atom in _handed_on(function.body):
            if isinstance(atom, Var) and atom in undefined:
                found.set(atom, found.atom(var))
        found.block(function.body)
    return found.of


def _handed_on(body: Block) -> Iterator[tuple[Var, Atom]]:
    """Each value that blocks or loops hand on under another name, behind the name that it gets."""
    for stmt in walk(body):
        if isinstance(stmt, If):
            yield from zip(stmt.results, stmt.then.yields, strict=True)
            yield from zip(stmt.results, stmt.orelse.yields, strict=True)
        elif isinstance(stmt, (For, While)):
            yield from zip(stmt.params, stmt.inits, strict=True)
            yield from zip(stmt.params, stmt.body.yields, strict=True)
            yield from zip(stmt.results, stmt.params, strict=True)
        elif isinstance(stmt, With):
            yield from zip(stmt.results, stmt.body.yields, strict=True)


def undefined_on_a_path(body: Block) -> list[Var]:
    """The values that may be undefined, or None, which stands for what is undefined in a record."""
    handed_on = list(_handed_on(body))
    found: dict[Var, None] = {}
    count = -1
    while count != (count := len(found)):
        for var, atom in handed_on:
            if atom in found if isinstance(atom, Var) else atom.value is UNDEFINED or atom.value is None:
                found[var] = None
    return list(found)


class _Seeding:
    def __init__(self, given: Seedings, types: Types, of_call: OfCall) -> None:
        self.of = given
        self.types = types
        self.of_call = of_call

    def atom(self, atom: Atom) -> Seeding:
        return self.of.get(atom, False) if isinstance(atom, Var) else False

    def set(self, var: Var, seeding: Seeding) -> None:
        if is_seeded(seeding):
            self.of[var] = join_seedings(self.of.get(var, False), seeding)

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            for var, seeding in zip(stmt.results, self.call(stmt), strict=True):
                self.set(var, seeding)
        elif isinstance(stmt, If):
            self.block(stmt.then)
            self.block(stmt.orelse)
            for var, *atoms in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True):
                self.set(var, join_seedings(*map(self.atom, atoms)))
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, With):
            self.block(stmt.body)
            for var, atom in zip(stmt.results, stmt.body.yields, strict=True):
                self.set(var, self.atom(atom))
        else:
            for var in results_of(stmt):
                self.set(var, any(is_seeded(self.atom(a)) for _, a in stmt.reads))

    def loop(self, loop: Loop) -> None:
        for param, init in zip(loop.params, loop.inits, strict=True):
            self.set(param, self.atom(init))
        before = None
        while before != (before := tuple(self.atom(p) for p in loop.params)):
            if isinstance(loop, While):
                self.block(loop.head)
            else:
                for item, source in zip(loop.items, loop.sources, strict=True):
                    self.set(item, self.item(source.sequence) if isinstance(source, Each) else False)
            self.block(loop.body)
            for param, atom in zip(loop.params, loop.body.yields, strict=True):
                self.set(param, self.atom(atom))
        for result, param in zip(loop.results, loop.params, strict=True):
            self.set(result, self.atom(param))

    def item(self, sequence: Atom) -> Seeding:
        """The seeding of any item of a sequence."""
        whole = self.atom(sequence)
        if not isinstance(whole, tuple):
            return whole
        joined: Seeding = False
        for one in whole:
            joined = join_seedings(joined, one)
        return joined

    def call(self, call: Call) -> Sequence[Seeding]:
        """The seeding of each result."""
        fn: Any = call.fn
        if not any(is_seeded(self.atom(a)) for a in call.operands) or asks(call):
            return [False] * len(call.results)
        if isinstance(fn, FunctionRef):
            made = self.of_call(fn, [self.atom(a) for a in call.operands])
        elif fn is make_tuple and not any(isinstance(a, Star) for a in call.args):
            made = tuple(self.atom(a) for a in call.operands)
        elif fn is operator.getitem or (fn is unpack and len(call.results) > 1):
            made = self.part(self.atom(call.operands[0]), call.operands[1], fn is unpack)
        else:
            made = True
        if len(call.results) == 1:
            return [made]
        return made if isinstance(made, tuple) and len(made) == len(call.results) else [made] * len(call.results)

    def part(self, whole: Seeding, index: Atom, everything: bool) -> Seeding:
        """The seeding of an item of a value, or of all its items."""
        if not isinstance(whole, tuple) or everything:
            return whole
        number = index.value if isinstance(index, Const) else None
        type_ = atom_type(self.types, index)
        number = type_.value if number is None and isinstance(type_, Static) else number
        if type(number) is int and -len(whole) <= number < len(whole):
            return whole[number]
        return bool(is_seeded(whole))


