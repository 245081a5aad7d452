"""The values of a program that carries an axis of seeds: what each is now, and its type.

A value that no seed changes stays what it is, until it is stored with one that a seed does, or
takes its place on another path: then it is spread, one copy for each seed.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.seeding import Seeding, Seedings, is_seeded
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import canonical, is_update
from adcompile.ir.dims import Dim, symbol
from adcompile.ir.nodes import (
    NONE,
    UNDEFINED,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Star,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import walk
from adcompile.ir.types import (
    PYTHON_NUMBERS,
    UNKNOWN,
    VAGUE,
    Array,
    Dict,
    List,
    NotStatic,
    Scalar,
    Static,
    Tuple,
    Type,
    kind_of,
    may_carry_derivative,
)
from adcompile.runtime.seeds import for_each_seed
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack
from adcompile.transforms.build import Builder
from adcompile.transforms.seed_rules import NotCarried

SEEDS = symbol("seeds")
ZEROS: frozenset[Any] = frozenset([np.zeros, np.zeros_like])


class SeededValues:
    """Each value of a function, with its seeds; `shapes` receives those of one seed's arrays. Where some
    path of the program leaves an array undefined (`has_undefined`), a recorded one may be None."""

    def __init__(
        self, function: Function, types: Types, of: Seedings, shapes: set[tuple[Dim, ...]], has_undefined: bool
    ) -> None:
        self.types = types
        self.of = of
        self.shapes = shapes
        self.b = Builder(types, f"seeds of {function.name}")
        self.seeds: Atom = NONE
        self._now: dict[Var, Atom] = {}
        self._calls = {v: s for s in walk(function.body) if isinstance(s, Call) for v in s.results}
        self._changing = _changing(function.body)
        self._has_undefined = has_undefined

    def type_of(self, atom: Atom) -> Type:
        """The type of a value, without seeds."""
        return atom_type(self.types, atom)

    def rank_of(self, atom: Atom) -> int:
        """Its rank, without the seeds' axis."""
        shape = shape_of(self.type_of(atom))
        if shape is None:
            raise NotCarried(f"a rank is not known{at(atom)}")
        return len(shape)

    def seeding_of(self, atom: Atom) -> Seeding:
        """What of a value is seeded."""
        return self.of.get(atom, False) if isinstance(atom, Var) else False

    def is_seeded(self, atom: Atom) -> bool:
        """Whether a value has an axis of seeds, or holds some that have."""
        return is_seeded(self.seeding_of(atom))

    def may_change(self, atom: Atom) -> bool:
        """Whether an array may be changed in place later on."""
        return atom in self._changing

    def now(self, atom: Atom) -> Atom:
        """The value as it is now."""
        return self._now.get(atom, atom) if isinstance(atom, Var) else atom

    def static(self, atom: Atom) -> Any:
        """The Python value of an atom that is known."""
        try:
            return self.b.static(atom)
        except NotStatic as unknown:
            raise NotCarried(f"an option is not known: {unknown}") from unknown

    def items_of(self, atom: Atom) -> tuple[Atom, ...] | None:
        """The items of a display that stands in the program."""
        call = self._calls.get(atom) if isinstance(atom, Var) else None
        if call is None or call.fn not in (make_tuple, make_list) or any(isinstance(a, Star) for a in call.args):
            return None
        return call.operands

    def renamed(self, var: Var) -> Var:
        """The value that stands for one, as it is now."""
        seeding = self.of.get(var, False)
        if not is_seeded(seeding):
            return var
        new = Var(var.name, var.origin)
        self.types[new] = self.with_seeds(self.types.get(var, UNKNOWN), seeding)
        self._now[var] = new
        return new

    def with_seeds(self, type_: Type, seeding: Seeding) -> Type:
        """A type with the axis of the seeds where a value is seeded."""
        if not is_seeded(seeding):
            return type_
        if isinstance(type_, Tuple):
            each = seeding if isinstance(seeding, tuple) else (seeding,) * len(type_.items)
            return Tuple(tuple(map(self.with_seeds, type_.items, each)))
        if isinstance(type_, List):
            return List(self.with_seeds(type_.item, True), type_.some)
        if isinstance(type_, Dict):
            return Dict(tuple((key, self.with_seeds(item, True)) for key, item in type_.items))
        if isinstance(type_, Scalar):
            self.shapes.add(())
            return Array(_float(type_.dtype), (SEEDS,))
        if isinstance(type_, Array) and type_.shape is not None:
            self.shapes.add(type_.shape)
            return Array(_float(type_.dtype), (SEEDS, *type_.shape))
        return Array(_float(type_.dtype), None) if isinstance(type_, Array) else type_

    def aligned(self, atom: Atom, rank: int) -> Atom:
        """A seeded value with axes of size 1 behind that of the seeds, so that it has `rank` others."""
        made, missing = self.lifted(atom), rank - self.rank_of(atom)
        if missing < 0:
            raise NotCarried("a value of more axes than what takes it")
        index = Const((slice(None), *[None] * missing))
        return self.b.make(operator.getitem, (made, index)) if missing else made

    def stands_for(self, type_: Type, made: Var) -> Var:
        """A seeded value of the program before, of a type, that is `made` now."""
        var = Var()
        self.types[var] = type_
        self.types.setdefault(made, self.with_seeds(type_, True))
        self.of[var] = True
        self._now[var] = made
        return var

    def lifted(self, atom: Atom, seeding: Seeding = True) -> Atom:
        """The value seeded as `seeding` says, which is at least what it is."""
        have, type_ = self.seeding_of(atom), self.type_of(atom)
        if have == seeding or not is_seeded(seeding) or (isinstance(atom, Const) and atom.value in (None, UNDEFINED)):
            return self.now(atom)
        if isinstance(type_, Tuple) and (may_carry_derivative(type_) or self.items_of(atom) is not None):
            want = seeding if isinstance(seeding, tuple) else (seeding,) * len(type_.items)
            return self.b.make(make_tuple, [self.lifted(a, s) for a, s in zip(self.parts(atom), want, strict=True)])
        if isinstance(have, tuple) or isinstance(seeding, tuple):
            raise NotCarried("a tuple that became something else")
        if have:
            return self.now(atom)
        return self.spread(atom, type_)

    def parts(self, atom: Atom) -> Sequence[Atom]:
        """The items of a tuple, as values of the program before."""
        found = self.items_of(atom)
        if found is not None:
            return found
        type_ = self.type_of(atom)
        assert isinstance(type_, Tuple)
        made: list[Atom] = []
        for i, item in enumerate(type_.items):
            if isinstance(atom, Const):
                made.append(Const(atom.value[i]))
                continue
            seeding = self.seeding_of(atom)
            var = Var()
            self.types[var] = item
            part = self.b.make(operator.getitem, (self.now(atom), Const(i)))
            self._now[var] = part
            self.of[var] = seeding[i] if isinstance(seeding, tuple) else seeding
            made.append(var)
        return made

    def _is_like_none(self, call: Call | None) -> bool:
        """Whether a call makes zeros like an array that may be None: one that is not made here."""
        like = call.operands[0] if call is not None and canonical(call.fn) is np.zeros_like else None
        made = self._calls.get(like) if isinstance(like, Var) else None
        return self._has_undefined and like is not None and (made is None or made.fn in (unpack, operator.getitem))

    def spread(self, atom: Atom, type_: Type) -> Atom:
        """What no seed changes, once for each of them."""
        if isinstance(type_, Static) and type_.value is None:
            return self.now(atom)
        call = self._calls.get(atom) if isinstance(atom, Var) else None
        if isinstance(type_, (List, Dict)) and call is not None and call.fn in (make_list, make_dict):
            step = 2 if call.fn is make_dict else 1
            items = [a if step == 2 and i % 2 == 0 else self.lifted(a) for i, a in enumerate(call.operands)]
            return self.b.make(call.fn, items)
        made, now = self.with_seeds(type_, True), self.now(atom)
        known = isinstance(made, Array) and shape_of(type_) is not None and made.dtype != "?"
        if isinstance(atom, Var) and call is None and not may_carry_derivative(type_):
            known = False  # a part of a cotangent that belongs to an int, or to a tuple of some: it may be None
        if not isinstance(made, Array) or not known or self._is_like_none(call):
            spread = self.b.make(for_each_seed, (now, self.seeds))
            if isinstance(spread, Var):
                self.types[spread] = made
            return spread
        is_double = getattr(type_, "dtype", "") in ("float", "float64")
        options = () if is_double else (("dtype", Const(np.dtype(made.dtype))),)
        if isinstance(type_, Scalar):
            zero = isinstance(atom, Const) and atom.value == 0
            return self.b.make(np.zeros if zero else np.full, (self.seeds,) if zero else (self.seeds, now), options)
        if call is not None and canonical(call.fn) is np.zeros_like:
            shape = self.b.make(Attribute("shape"), (self.now(call.operands[0]),))
        elif call is not None and call.fn is np.zeros and isinstance(self.type_of(call.operands[0]), Tuple):
            shape = call.operands[0]
        else:
            shape = self.b.make(Attribute("shape"), (now,))
        shape = self.b.make(make_tuple, (self.seeds, Star(shape)))
        if call is not None and canonical(call.fn) in ZEROS:
            return self.b.make(np.zeros, (shape,), options)
        return self.b.make(np.full, (shape, now), options)


def _changing(body: Block) -> set[Atom]:
    """The values that an update takes, or that are handed on to where one may."""
    found: set[Atom] = set(body.yields)
    for stmt in walk(body):
        if isinstance(stmt, Call):
            found.update(stmt.operands[:1] if is_update(stmt) else ())
        elif isinstance(stmt, (For, While)):
            found.update((*stmt.inits, *stmt.body.yields))
        elif isinstance(stmt, If):
            found.update((*stmt.then.yields, *stmt.orelse.yields))
        elif isinstance(stmt, With):
            found.update(stmt.body.yields)
    return found


def _float(dtype: str) -> str:
    """The dtype of derivatives of numbers of a dtype."""
    if dtype == "complex" or dtype in VAGUE:
        return "complex128" if dtype == "complex" else "?"
    return "float64" if dtype in PYTHON_NUMBERS or kind_of(dtype) in ("int", "bool") else dtype


def at(atom: Atom) -> str:
    """Where a value comes from, for a message."""
    origin = atom.origin if isinstance(atom, Var) else None
    return f" (line {origin.line})" if origin is not None else ""
