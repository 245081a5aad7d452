"""Which reads of a value may find a name that no path before has bound.

Python raises an error there. A backend that does not has to know them.

relies on: lowered IR, types.  ensures: a read that is not found is of a value that is bound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
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
    If,
    Range,
    Stmt,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import source_atoms
from adcompile.ir.types import Affine, Scalar

Known = tuple[tuple[Atom, bool], ...]  # conditions, and what they are where something is read


@dataclass(frozen=True, slots=True)
class Use:
    """A value that is read, under some conditions: something computes with it, or it is handed on to
    another value."""

    atom: Var
    known: Known
    into: Var | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class _Equal:
    """The condition that a value is a certain number."""

    value: Atom
    number: int


_Claim = tuple["Atom | _Equal", bool, Atom]  # where a condition is true, or is false, a value is bound


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value that is one of several: of which statement, at which place, in which role. `known` are
    the conditions around the statement, and for each source those under which it is handed on."""

    stmt: Stmt
    place: int
    role: str
    sources: tuple[Atom, ...]
    known: tuple[Known, ...]


class Unbound:
    """Finds the reads of what may be unbound. `stays` says of a condition whether it is the same
    whenever it is asked; a list that changes, say, is not."""

    def __init__(self, body: Block, types: Types, stays: Callable[[Atom], bool] = lambda _: True) -> None:
        self.types = types
        self.stays = stays
        self.choices: dict[Var, _Choice] = {}
        self.opposite: dict[Var, Atom] = {}
        self.equal: dict[Var, _Equal] = {}
        self.maybe: set[Var] = set()
        self.uses: list[Use] = []
        self._block(body, ())
        self._used(body, (), [None] * len(body.yields))
        size = -1
        while size != len(self.maybe):
            size = len(self.maybe)
            self.maybe |= {v for v, choice in self.choices.items() if self._may_be_unbound(choice)}

    # ------------------------------------------------------------------------------- one walk

    def _block(self, block: Block, known: Known) -> Known:
        """Note what a block defines and reads; what is known at its end."""
        for stmt in block.stmts:
            self._stmt(stmt, known)
            if isinstance(stmt, If):  # what is known behind a branch one of whose sides leaves
                known += self._if(stmt.cond, False) * stmt.then.leaves + self._if(stmt.cond, True) * stmt.orelse.leaves
        return known

    def _if(self, cond: Atom, is_true: bool) -> Known:
        return ((cond, is_true),) if self.stays(cond) else ()

    def _stmt(self, stmt: Stmt, known: Known) -> None:
        if isinstance(stmt, If):
            self._read([stmt.cond], known, stmt)
            sides = [(b, self._block(b, known + self._if(stmt.cond, is_then)))
                     for b, is_then in ((stmt.then, True), (stmt.orelse, False))]
            for block, inside in sides:
                self._used(block, inside, stmt.results)
            ends = [(b, inside) for b, inside in sides if not b.leaves]
            for i, result in enumerate(stmt.results):
                self.choices[result] = _Choice(
                    stmt, i, "result", tuple(b.yields[i] for b, _ in ends), tuple(inside for _, inside in ends)
                )
        elif isinstance(stmt, (For, While)):
            self._loop(stmt, known)
        elif isinstance(stmt, With):
            self._read([stmt.context], known, stmt)
            inside = self._block(stmt.body, known)
            self._used(stmt.body, inside, stmt.results)
            for i, result in enumerate(stmt.results):
                self.choices[result] = _Choice(stmt, i, "result", (stmt.body.yields[i],), (inside,))
        elif isinstance(stmt, Call):
            self._read(stmt.operands, known, stmt)
            self._condition(stmt)
        else:
            self._read([a for _, a in stmt.reads], known, stmt)

    def _loop(self, loop: For | While, known: Known) -> None:
        if isinstance(loop, For):
            self._read([a for s in loop.sources for a in source_atoms(s)], known, loop)
        else:
            self._read(loop.head.yields, self._block(loop.head, known), loop)
        inside = self._block(loop.body, known)
        carried = zip(loop.params, loop.inits, strict=True)
        self.uses += [Use(a, known, param, a.origin) for param, a in carried if isinstance(a, Var)]
        self._used(loop.body, inside, loop.results)
        if loop.stop is not None:
            self._read([loop.body.yields[loop.stop]], inside, loop)
        for i, (param, init, after) in enumerate(zip(loop.params, loop.inits, loop.body.yields, strict=True)):
            self.choices[param] = _Choice(loop, i, "param", (init, after), (known, inside))
            certain = isinstance(loop, For) and self._runs(loop)
            ends = ((after,), (inside,)) if certain else ((init, after), (known, inside))
            self.choices[loop.results[i]] = _Choice(loop, i, "result", *ends)

    def _condition(self, call: Call) -> None:
        if call.fn is operator.not_ and self.stays(call.operands[0]):
            self.opposite[call.result] = call.operands[0]
        elif call.fn is operator.eq and isinstance(number := call.operands[1], Const) and type(number.value) is int:
            self.equal[call.result] = _Equal(call.operands[0], number.value)

    def _read(self, atoms: Sequence[Atom], known: Known, stmt: Stmt) -> None:
        self.uses += [Use(a, known, None, stmt.origin) for a in atoms if isinstance(a, Var)]

    def _used(self, block: Block, known: Known, receivers: Sequence[Var | None]) -> None:
        """Note what a block hands on; without a receiver it is given back."""
        if not block.leaves:
            pairs = zip(block.yields, receivers, strict=True)
            self.uses += [Use(a, known, to, a.origin) for a, to in pairs if isinstance(a, Var)]

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
        return not all(map(self.is_bound, choice.sources, choice.known))

    # ----------------------------------------------------------------------------------- reads

    def reads(self) -> Iterator[tuple[Var, Origin | None]]:
        """The user's names that may be unbound where something computes with them, and where that is.

        What has no name is a value that the front end hands on behind a condition (`return` in a
        loop). It is read only if the condition holds; to hand a name on to it is to read the name.
        """
        for use in self.uses:
            atom, into = use.atom, use.into
            renamed = into is None or into.name != atom.name
            if atom.name and renamed and not self.is_bound(atom, use.known):
                yield atom, use.origin

    def is_bound(self, atom: Atom, known: Known) -> bool:
        """Whether a value is bound where these conditions hold."""
        return self._is_always(atom) or any(self._implies(flag, wanted, atom, frozenset()) for flag, wanted in known)

    def _is_always(self, atom: Atom) -> bool:
        return atom is not UNDEF and atom not in self.maybe

    def _implies(self, flag: Atom | _Equal, wanted: bool, atom: Atom, assumed: frozenset[_Claim]) -> bool:
        """Whether a value is bound wherever a condition is `wanted`; by induction over trips."""
        if isinstance(flag, Var) and flag in self.opposite:
            return self._implies(self.opposite[flag], not wanted, atom, assumed)
        truth = _truth(flag)
        if self._is_always(atom) or (flag, wanted, atom) in assumed or truth is not None:
            return self._is_always(atom) or truth is not wanted
        other = self.choices.get(atom) if isinstance(atom, Var) else None
        if other is not None and isinstance(other.stmt, If) and other.stmt.cond is flag:
            ends = [b for b in (other.stmt.then, other.stmt.orelse) if not b.leaves]
            side = other.stmt.then if wanted else other.stmt.orelse
            if side.leaves:
                return True
            known = other.known[ends.index(side)]
            source = side.yields[other.place]
            return self._is_always(source) or any(self._implies(f, w, source, assumed) for f, w in known)
        equal = flag if isinstance(flag, _Equal) else self.equal.get(flag)  # type: ignore[arg-type]
        one = self.choices.get(flag if equal is None else equal.value)  # type: ignore[arg-type]
        if one is None or other is None or one.stmt is not other.stmt or one.role != other.role:
            return False
        flags = [f if equal is None else _Equal(f, equal.number) for f in one.sources]
        claims = assumed | {(equal or flag, wanted, atom)}
        return all(self._implies(f, wanted, a, claims) for f, a in zip(flags, other.sources, strict=True))


def _truth(flag: Atom | _Equal) -> bool | None:
    """Whether a condition is true, where that is known."""
    if isinstance(flag, Const):
        return bool(flag.value)
    if isinstance(flag, _Equal) and isinstance(flag.value, Const) and type(flag.value.value) is int:
        return flag.value.value == flag.number
    return None
