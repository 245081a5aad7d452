"""Which reads of a value may find a name that no path before has bound.

Python raises an error there. A backend that does not has to know them.

relies on: lowered IR, types.  ensures: a read that is not found is of a value that is bound.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Origin
from adcompile.ir.nodes import (
    TRUE,
    UNDEF,
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Range,
    Stmt,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.ir.types import Affine, Scalar

Known = tuple[tuple[Atom, bool], ...]  # conditions, and what they are where something is read


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value that is one of several: of which statement, at which place, in which role."""

    stmt: Stmt
    place: int
    role: str
    sources: tuple[Atom, ...]


class Unbound:
    """Finds the reads of what may be unbound."""

    def __init__(self, function: Function, types: Types) -> None:
        self.types = types
        self.choices: dict[Var, _Choice] = {}
        self.opposite: dict[Var, Atom] = {}
        self.maybe: set[Var] = set()
        for stmt in walk(function.body):
            self._define(stmt)
        size = -1
        while size != len(self.maybe):
            size = len(self.maybe)
            self.maybe |= {v for v, choice in self.choices.items() if self._may_be_unbound(choice)}
        self.body = function.body

    def _define(self, stmt: Stmt) -> None:
        if isinstance(stmt, If):
            sides = [b for b in (stmt.then, stmt.orelse) if not b.leaves]
            for i, result in enumerate(stmt.results):
                self.choices[result] = _Choice(stmt, i, "result", tuple(b.yields[i] for b in sides))
        elif isinstance(stmt, (For, While)):
            for i, (param, init, after) in enumerate(zip(stmt.params, stmt.inits, stmt.body.yields, strict=True)):
                self.choices[param] = _Choice(stmt, i, "param", (init, after))
                sources = (after,) if isinstance(stmt, For) and self._runs(stmt) else (init, after)
                self.choices[stmt.results[i]] = _Choice(stmt, i, "result", sources)
        elif isinstance(stmt, With):
            for i, result in enumerate(stmt.results):
                self.choices[result] = _Choice(stmt, i, "result", (stmt.body.yields[i],))
        elif isinstance(stmt, Call) and stmt.fn is operator.not_:
            self.opposite[stmt.result] = stmt.operands[0]

    def _runs(self, loop: For) -> bool:
        """Whether a loop certainly makes a trip."""
        source = loop.sources[0]
        if len(loop.sources) > 1 or not isinstance(source, Range) or not same_atom(source.step, Const(1)):
            return False
        least, first = self._least(source.stop), source.start
        return least is not None and isinstance(first, Const) and least > first.value

    def _least(self, atom: Atom) -> int | None:
        type_ = atom_type(self.types, atom)
        value = type_.value if isinstance(type_, Scalar) else None
        return value.least if isinstance(value, Affine) else value

    def _may_be_unbound(self, choice: _Choice) -> bool:
        stmt = choice.stmt
        if choice.role == "result" and isinstance(stmt, While) and same_atom(stmt.head.yields[0], TRUE):
            assert stmt.stop is not None  # a loop without an end is left by a jump
            end = stmt.body.yields[stmt.stop]
            return not self.is_bound(stmt.body.yields[choice.place], ((end, True),))
        return any(a is UNDEF or a in self.maybe for a in choice.sources)

    # ----------------------------------------------------------------------------------- reads

    def reads(self) -> Iterator[tuple[Var, Origin | None]]:
        """The values that may be unbound where something computes with them, and where that is."""
        yield from self._reads(self.body, ())
        for atom in self.body.yields:
            if isinstance(atom, Var) and not self.is_bound(atom, ()):
                yield atom, atom.origin

    def _reads(self, block: Block, known: Known) -> Iterator[tuple[Var, Origin | None]]:
        for stmt in block.stmts:
            inits = getattr(stmt, "inits", ())
            for atom in atoms_of(stmt):
                if isinstance(atom, Var) and atom not in inits and not self.is_bound(atom, known):
                    yield atom, stmt.origin
            if isinstance(stmt, If):
                yield from self._reads(stmt.then, (*known, (stmt.cond, True)))
                yield from self._reads(stmt.orelse, (*known, (stmt.cond, False)))
                known += self._left(stmt)
            else:
                for inner in blocks_of(stmt):
                    yield from self._reads(inner, known)

    @staticmethod
    def _left(stmt: If) -> Known:
        """What is known behind a branch one of whose sides leaves."""
        return ((stmt.cond, False),) * stmt.then.leaves + ((stmt.cond, True),) * stmt.orelse.leaves

    def is_bound(self, atom: Atom, known: Known) -> bool:
        """Whether a value is bound where these conditions hold."""
        if atom is UNDEF or atom in self.maybe:
            return any(self._implies(flag, wanted, atom, frozenset()) for flag, wanted in known)
        return True

    def _implies(self, flag: Atom, wanted: bool, atom: Atom, assumed: frozenset[tuple[Atom, Atom]]) -> bool:
        """Whether a value is bound wherever a condition is `wanted`; by induction over trips."""
        if isinstance(flag, Const):
            return bool(flag.value) is not wanted or (atom is not UNDEF and atom not in self.maybe)
        if flag in self.opposite:
            return self._implies(self.opposite[flag], not wanted, atom, assumed)
        if (atom is not UNDEF and atom not in self.maybe) or (flag, atom) in assumed:
            return True
        one, other = self.choices.get(flag), self.choices.get(atom) if isinstance(atom, Var) else None
        if other is not None and isinstance(other.stmt, If) and other.stmt.cond is flag:
            side = other.stmt.then if wanted else other.stmt.orelse
            return side.leaves or self.is_bound(side.yields[other.place], ())
        if one is None or other is None or one.stmt is not other.stmt or one.role != other.role:
            return False
        pairs = zip(one.sources, other.sources, strict=True)
        return all(self._implies(f, wanted, a, assumed | {(flag, atom)}) for f, a in pairs)
