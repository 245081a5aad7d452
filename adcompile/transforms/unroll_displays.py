"""Write a loop over a tuple that stands there as what its trips do, one after the other.

    for w, old in ((u, un), (v, vn)): w[1:] += old[:-1]
    becomes
    u[1:] += un[:-1]; v[1:] += vn[:-1]

So each store is a store into one certain object. A program needs this where the trips change
what the tuple holds.

relies on: lowered IR.  ensures: no loop runs over a few values that stand in a tuple.
"""

from __future__ import annotations

from dataclasses import replace

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import (
    NONE,
    Atom,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    Range,
    Source,
    Star,
    Stmt,
    Var,
    same_atom,
)
from adcompile.ir.traverse import clone, map_atoms, substitute
from adcompile.runtime.structures import make_tuple

MOST = 8  # trips: more make the text long


def unroll_displays(function: Function, types: Types) -> Function:
    """The function with its loops over tuple displays written out."""
    unrolling = _Unrolling()
    body = unrolling.block(function.body)
    return replace(function, body=substitute(body, unrolling.final())) if unrolling.wrote_out else function


class _Unrolling:
    def __init__(self) -> None:
        self.displays: dict[Var, Call] = {}
        self.renamed: dict[Var, Atom] = {}  # what a loop gave, and what its last trip gives
        self.wrote_out = False  # any loop

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Call) and stmt.fn is make_tuple and not any(isinstance(a, Star) for a in stmt.args):
                self.displays[stmt.result] = stmt
            new = map_atoms(stmt, lambda a: a, self.block)
            stmts += [new] if not isinstance(new, For) else self.trips(new)
        return Block(tuple(stmts), block.yields)

    def trips(self, loop: For) -> list[Stmt]:
        """The statements of a loop's trips; the loop, where they cannot be written out."""
        counts = [self.count(source) for source in loop.sources]
        known = [count for count in counts if count is not None]
        endless = [is_counter(source) for source, count in zip(loop.sources, counts, strict=True) if count is None]
        if loop.stop is not None or not known or min(known) > MOST or not all(endless):
            return [loop]
        self.wrote_out = True
        stmts: list[Stmt] = []
        carried: list[Atom] = list(loop.inits)
        for trip in range(min(known)):
            mapping: dict[Var, Atom] = dict(zip(loop.params, carried, strict=True))
            for item, source in zip(loop.items, loop.sources, strict=True):
                mapping[item] = self.item(source, trip)
            if loop.index is not None:
                mapping[loop.index] = Const(trip)
            body = clone(loop.body, mapping)
            self.displays.update((s.result, s) for s in body.stmts if isinstance(s, Call) and s.fn is make_tuple)
            stmts += body.stmts
            carried = list(body.yields)
        self.renamed.update(zip(loop.results, carried, strict=True))
        return stmts

    def count(self, source: Source) -> int | None:
        """How many values a display holds."""
        sequence = source.sequence if isinstance(source, Each) else None
        display = self.displays.get(sequence) if isinstance(sequence, Var) else None
        return None if display is None else len(display.operands)

    def item(self, source: Source, trip: int) -> Atom:
        """What a source gives in a trip."""
        if isinstance(source, Range):
            assert isinstance(source.start, Const)
            return Const(source.start.value + trip)
        assert isinstance(source, Each) and isinstance(source.sequence, Var)
        items = self.displays[source.sequence].operands
        return items[-1 - trip if source.backwards else trip]

    def final(self) -> dict[Var, Atom]:
        """What each result of a loop stands for: never another one of these."""
        found: dict[Var, Atom] = {}
        for var, atom in self.renamed.items():
            while isinstance(atom, Var) and atom in self.renamed:
                atom = self.renamed[atom]
            found[var] = atom
        return found


def is_counter(source: Source) -> bool:
    """Whether a source counts on from a number without an end, as `enumerate` does."""
    ends = isinstance(source, Range) and same_atom(source.stop, NONE) and same_atom(source.step, Const(1))
    return ends and isinstance(source, Range) and isinstance(source.start, Const)
