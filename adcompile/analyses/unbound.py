"""Which reads of a value may find a name that no path before has bound.

Python raises an error there. A backend that does not has to know them.

relies on: lowered IR, types.  ensures: a read that is not found is of a value that is bound.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
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
        """The user's names that may be unbound where something computes with them, and where that is.

        What has no name is a value that the front end hands on behind a condition (`return` in a
        loop). It is read only if the condition holds; to hand a name on to it is to read the name.
        """
        yield from self._reads(self.body, (None,), ())

    def _reads(
        self, block: Block, receivers: Sequence[Var | None], known: Known
    ) -> Iterator[tuple[Var, Origin | None]]:
        for stmt in block.stmts:
            inits = getattr(stmt, "inits", ())
            read = [a for a in atoms_of(stmt) if a not in inits]
            read += self._renamed(getattr(stmt, "params", ()), inits)
            yield from ((a, stmt.origin) for a in self._unbound(read, known))
            into = getattr(stmt, "results", ())
            if isinstance(stmt, If):
                yield from self._reads(stmt.then, into, (*known, (stmt.cond, True)))
                yield from self._reads(stmt.orelse, into, (*known, (stmt.cond, False)))
                known += self._left(stmt)
            else:
                for inner in blocks_of(stmt):
                    yield from self._reads(inner, into if len(inner.yields) == len(into) else (), known)
        if not block.leaves:
            yield from ((a, a.origin) for a in self._unbound(self._renamed(receivers, block.yields), known))

    @staticmethod
    def _renamed(receivers: Sequence[Var | None], handed_on: Sequence[Atom]) -> list[Atom]:
        """What is handed on to a value of another name."""
        pairs = zip(receivers, handed_on, strict=False)
        return [a for to, a in pairs if isinstance(a, Var) and (to is None or to.name != a.name)]

    def _unbound(self, atoms: Sequence[Atom], known: Known) -> Iterator[Var]:
        return (a for a in atoms if isinstance(a, Var) and a.name and not self.is_bound(a, known))

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
