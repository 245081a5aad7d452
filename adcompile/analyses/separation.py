"""Which values certainly stand for different objects.

Memory that a call makes is apart from all that was there before. Two values that a loop
carries are apart if they are so before the loop, and what a trip hands on is apart if they
were: this is how the two buffers of `a, b = b, a` are told from each other. And what different
calls make is apart, whichever trips they are made in.

relies on: places.  ensures: `apart` is true only of values that share no memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from adcompile.analyses.infer import Types
from adcompile.analyses.ownership import Ownership
from adcompile.analyses.places import Places
from adcompile.ir.nodes import Atom, Block, Call, Const, For, If, Stmt, Var, While, With
from adcompile.ir.traverse import defined_in, walk
from adcompile.ir.types import Array, Never

Pair = frozenset[Var]
MOST_STEPS = 400  # of a proof: what is not proved by then, of many values that may be one another, counts as shared


@dataclass(frozen=True, slots=True)
class _Phi:
    """A value that is one of several: of which statement, and which."""

    stmt: Stmt
    sources: tuple[Atom, ...]
    own: tuple[Var, ...] = ()  # of a loop: the values at the start of a trip


class Separation:
    """Answers whether two arrays share no memory."""

    def __init__(self, body: Block, types: Types) -> None:
        self.places = Places(body, types)
        self.ownership = Ownership(body, types)
        self._made: set[Var] = set()
        self._phis: dict[Var, _Phi] = {}
        self._known: set[Pair] = set()
        self._from: dict[Var, set[Var] | None] = {}
        self._trips: dict[For | While, set[Var]] = {}  # what is defined in the trips of a loop
        self._steps = 0
        self._defined = defined_in(body)
        for stmt in walk(body):
            self._define(stmt)

    def _define(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            self._made.update(r for r in stmt.results if self.ownership.sources.get(r) == ())
        elif isinstance(stmt, If):
            for result, *sources in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True):
                self._phis[result] = _Phi(stmt, tuple(sources))
        elif isinstance(stmt, (For, While)):
            for i, result in enumerate(stmt.results):
                ends = stmt.inits[i], stmt.body.yields[i]
                self._phis[stmt.params[i]] = self._phis[result] = _Phi(stmt, ends, stmt.params)
        elif isinstance(stmt, With):
            for result, source in zip(stmt.results, stmt.body.yields, strict=True):
                self._phis[result] = _Phi(stmt, (source,))

    def apart(self, a: Var, b: Var) -> bool:
        """Whether two arrays, alive at once, certainly share no memory."""
        proved: set[Pair] = set()
        self._steps = 0
        if not self._apart(a, b, proved):
            return False
        self._known |= proved
        return True

    def _apart(self, a: Atom, b: Atom, assumed: set[Pair]) -> bool:
        """`assumed` are the pairs that are taken to be apart while they are looked at: that is
        an induction over the trips of loops."""
        if isinstance(a, Const) or isinstance(b, Const):
            return True
        self._steps += 1
        if self._steps > MOST_STEPS:
            return False
        one, other = (self.places.at(v).root for v in (a, b))
        # What a container holds is not the container's own memory: it may stand elsewhere too.
        if not all(isinstance(self.places.types.get(v), Array) for v in (a, b, one, other)):
            return False
        if self._come_from_others(one, other):
            return True
        pair = frozenset((one, other))
        if one is other or pair in self._known or pair in assumed:
            return one is not other
        tried = assumed | {pair}
        for mine, theirs in ((one, other), (other, one)):
            attempt = set(tried)
            if self._is_apart_from(mine, theirs, attempt):
                assumed |= attempt
                return True
        return False

    def _come_from_others(self, a: Var, b: Var) -> bool:
        """Whether two values have their memory from different calls, or inputs, in whatever trip."""
        mine, theirs = self._origins(a), self._origins(b)
        return mine is not None and theirs is not None and mine.isdisjoint(theirs)

    def _origins(self, var: Var) -> set[Var] | None:
        """The calls and inputs from which a value can have its memory; None if one is not known."""
        if var not in self._from:
            found, pending, seen = set[Var](), [var], set[Atom]()
            while pending:
                one = self.places.at(pending.pop()).root
                if one in seen:
                    continue
                seen.add(one)
                if isinstance(self.places.types.get(one), Never):
                    continue  # no path makes it
                sources = self.ownership.sources.get(one) if one in self._defined else ()
                if sources is None or not isinstance(self.places.types.get(one), Array):
                    self._from[var] = None
                    return None
                pending += [a for a in sources if isinstance(a, Var)]
                found.update([one] if sources == () else ())
            self._from[var] = found
        return self._from[var]

    def _inside(self, loop: For | While) -> set[Var]:
        if loop not in self._trips:
            self._trips[loop] = defined_in(loop.body)
        return self._trips[loop]

    def _is_apart_from(self, mine: Var, theirs: Var, assumed: set[Pair]) -> bool:
        """Whether each object that `mine` may be is apart from `theirs`."""
        if mine in self._made or mine not in self._defined:
            if theirs in self._made or theirs not in self._defined:
                return True  # two calls that make memory, or two inputs
            carrier = self._phis.get(theirs)
            return (
                carrier is not None
                and isinstance(carrier.stmt, (For, While))
                and theirs in carrier.stmt.params
                and mine in self._inside(carrier.stmt)
            )  # made in this trip, after what the trip began with
        phi, other = self._phis.get(mine), self._phis.get(theirs)
        if phi is None:
            return False
        if other is not None and phi.stmt is other.stmt:
            if (mine in phi.own) != (theirs in phi.own):
                return False
            pairs = zip(phi.sources, other.sources, strict=True)
            return all(self._apart(a, b, assumed) for a, b in pairs)
        return all(self._apart(a, theirs, assumed) for a in phi.sources)
