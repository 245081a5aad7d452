"""Which reads of a value may find a name that no path before has bound.

Python raises an error there. A backend that does not has to know them.

relies on: lowered IR, types.  ensures: a read that is not found is of a value that is bound.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.steady_conditions import steady_conditions
from adcompile.errors import Origin
from adcompile.ir.dims import Affine
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
from adcompile.ir.traverse import blocks_of, defined_in, inner_of, source_atoms
from adcompile.ir.types import Scalar

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
class _OneOf:
    """The condition that a value is one of certain numbers."""

    value: Atom
    numbers: frozenset[int]


_Claim = tuple["Atom | _OneOf", bool, Atom]  # where a condition is true, or is false, a value is bound


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
    """Finds the reads of what may be unbound. `are_values` says that the program's stores are values
    already, so that a condition is the same whenever it is asked: before, a list that changes is not."""

    def __init__(self, body: Block, types: Types, are_values: bool = True) -> None:
        self.types = types
        self.stays = (lambda _: True) if are_values else steady_conditions(body, types)
        self.choices: dict[Var, _Choice] = {}
        self.opposite: dict[Var, Atom] = {}
        self.equal: dict[Var, _OneOf] = {}
        self.maybe: set[Var] = set()
        self._trips: dict[Stmt, set[Any]] = {}
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
        return (self._asked(cond, is_true),) if self.stays(cond) else ()

    def _asked(self, cond: Atom, is_true: bool) -> tuple[Atom, bool]:
        """A condition that is no `not` of another one."""
        while isinstance(cond, Var) and cond in self.opposite:
            cond, is_true = self.opposite[cond], not is_true
        return cond, is_true

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
            self.equal[call.result] = _OneOf(call.operands[0], frozenset([number.value]))

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
        conditions = (*known, *((none_of, False) for none_of in self._none_of(known)))
        return self._is_always(atom) or any(self._implies(flag, wanted, atom, {}) for flag, wanted in conditions)

    def _none_of(self, known: Known) -> list[_OneOf]:
        """The values that are known to be none of several numbers: of what `elif` and `else` follow."""
        numbers: dict[Atom, set[int]] = {}
        for flag, is_true in known:
            if not is_true and isinstance(flag, Var) and flag in self.equal:
                numbers.setdefault(self.equal[flag].value, set()).update(self.equal[flag].numbers)
        return [_OneOf(value, frozenset(not_these)) for value, not_these in numbers.items() if len(not_these) > 1]

    def _is_always(self, atom: Atom) -> bool:
        return atom is not UNDEF and atom not in self.maybe

    def _implies(self, flag: Atom | _OneOf, wanted: bool, atom: Atom, proof: dict[_Claim, bool]) -> bool:
        """Whether a value is bound wherever a condition is `wanted`; by induction over trips: `proof`
        holds what is found, and what is taken to be so while it is looked at."""
        if isinstance(flag, Var) and flag in self.opposite:
            return self._implies(self.opposite[flag], not wanted, atom, proof)
        truth = self._truth(flag)
        if self._is_always(atom) or truth is not None:
            return self._is_always(atom) or truth is not wanted
        claim = (flag, wanted, atom)
        if claim not in proof:
            proof[claim] = True
            if not self._follows(flag, wanted, atom, proof):
                while next(reversed(proof)) != claim:  # what was found on this ground
                    proof.popitem()
                proof[claim] = False
        return proof[claim]

    def _truth(self, flag: Atom | _OneOf) -> bool | None:
        """Whether a condition is true, where that is known."""
        if isinstance(flag, Const):
            return bool(flag.value)
        if not isinstance(flag, _OneOf):
            return None
        if isinstance(flag.value, Const):
            number = flag.value.value
            return number in flag.numbers if type(number) is int else None
        choice = self.choices.get(flag.value)
        if choice is None or not isinstance(choice.stmt, If):
            return None
        truths = {self._truth(_OneOf(a, flag.numbers)) for a in choice.sources}
        return truths.pop() if len(truths) == 1 else None

    def _follows(self, flag: Atom | _OneOf, wanted: bool, atom: Atom, proof: dict[_Claim, bool]) -> bool:
        """Whether a claim follows from what is known of the values that this one may be."""
        choice = self.choices.get(atom) if isinstance(atom, Var) else None
        if choice is None:
            return False
        stmt = choice.stmt
        cond, positive = self._asked(stmt.cond, True) if isinstance(stmt, If) else (None, True)
        if isinstance(stmt, If) and cond is flag:
            side = stmt.then if wanted is positive else stmt.orelse
            if side.leaves:
                return True
            source = side.yields[choice.place]
            known = choice.known[0 if side is stmt.then or stmt.then.leaves else -1]
            return self._is_always(source) or any(self._implies(f, w, source, proof) for f, w in known)
        equal = flag if isinstance(flag, _OneOf) else self.equal.get(flag)  # type: ignore[arg-type]
        asked = flag if equal is None else equal.value
        one = self.choices.get(asked)  # type: ignore[arg-type]
        flags: list[Atom | _OneOf] = [flag] * len(choice.sources)
        if one is not None and one.stmt is stmt and one.role == choice.role:
            flags = [f if equal is None else _OneOf(f, equal.numbers) for f in one.sources]
        elif isinstance(stmt, (For, While)) and (asked in self._inside(stmt) or flag in self._inside(stmt)):
            return False  # another trip's
        return all(self._implies(f, wanted, a, proof) for f, a in zip(flags, choice.sources, strict=True))

    def read_under(self, loop: For | While, position: int) -> tuple[Atom, bool] | None:
        """A condition from before a loop under which a carried value is bound, and read at all."""
        mine = {loop.params[position]}
        inside = self._inside(loop)
        conditions = [c for use in self.uses if use.atom in mine for c in use.known if c[0] not in inside]
        mine.add(loop.results[position])
        bound = (c for c in dict.fromkeys(conditions) if self.is_bound(loop.inits[position], (c,)))
        return next((c for c in bound if self._is_read_only_under(c, mine)), None)

    def _is_read_only_under(self, condition: tuple[Atom, bool], values: Set[Var]) -> bool:
        """Whether values, and what they are handed on to, are read under a condition alone."""
        found, size = set(values), -1
        while size != len(found):
            size = len(found)
            elsewhere = [u.into for u in self.uses if u.atom in found and condition not in u.known]
            if None in elsewhere:
                return False
            found.update(v for v in elsewhere if v is not None)
        return True

    def _inside(self, loop: For | While) -> set[Any]:
        """The values that a loop's trips have."""
        if loop not in self._trips:
            inner = set(inner_of(loop))
            self._trips[loop] = inner.union(*map(defined_in, blocks_of(loop)))
        return self._trips[loop]
