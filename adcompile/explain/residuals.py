"""What the reverse sweep reads of the forward sweep, where it finds it, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from adcompile.analyses.shape_reads import asked_for_shape
from adcompile.errors import Origin
from adcompile.explain.facts import Purpose, ReaderFacts, ResidualFacts
from adcompile.explain.words import Words, expression
from adcompile.ir.nodes import Atom, Call, For, If, Stmt, Var
from adcompile.ir.traverse import atoms_of, source_atoms, walk
from adcompile.transforms.decisions import Differentiation
from adcompile.transforms.placement import Residual


class Residuals:
    """The residuals of one function, each at the line that computes it."""

    def __init__(self, decided: Differentiation, words: Words) -> None:
        self.decided = decided
        self.words = words
        self.readers: dict[Var, list[ReaderFacts]] = {}
        for stmt in walk(decided.both.backward):
            for position, atom in enumerate(atoms_of(stmt)):
                self._add(atom, stmt.origin, _purpose(stmt, position))
        counted = {r.loop for r in decided.placement.residuals if r.place == "counted"}
        for loop, way in decided.placement.loops.items():
            if isinstance(loop, For) and (way in ("counted", "iterated") or loop in counted):
                for atom in (a for source in loop.sources for a in source_atoms(source)):
                    self._add(atom, loop.origin, "trips")
        for after, flag in decided.placement.flags.items():
            self.readers.setdefault(after, []).extend(self.readers.get(flag, ()))
        for residual in decided.placement.residuals:
            call = words.definitions.get(residual.value)
            if residual.place == "recomputed" and isinstance(call, Call):
                for atom in call.operands:
                    self._add(atom, call.origin, "recompute")

    def by_line(self) -> Iterator[tuple[int | None, ResidualFacts]]:
        """Each residual, with the number of the line that computes it; None for an input."""
        for residual in self.decided.placement.residuals:
            var = residual.value
            is_input = var in self.words.inputs
            if var in self.decided.placement.made:
                yield from self._of_loop(residual)
            if not (is_input or var in self.words.definitions):
                continue
            loop = residual.loop
            line = None if loop is None or loop.origin is None else loop.origin.line
            place: Any = "argument" if is_input and residual.place == "local" else residual.place
            readers = tuple(self.readers.get(var, ()))
            yield self.words.line(var), ResidualFacts(self.words.value(var), place, line, readers)

    def _of_loop(self, residual: Residual) -> Iterator[tuple[int, ResidualFacts]]:
        """The tape of a loop, or its number of trips, where something else has to keep it."""
        origin = self.decided.placement.made[residual.value].origin
        outer = residual.loop
        if residual.place == "local" or origin is None:
            return  # how the loop is gone through says it
        what = "tape" if residual.value.name == "tape" else "number of trips"
        name = f"the {what} of line {origin.line}"
        line = None if outer is None or outer.origin is None else outer.origin.line
        reader = ReaderFacts(expression(origin), origin.line, "trips")
        yield origin.line, ResidualFacts(name, residual.place, line, (reader,))

    def _add(self, atom: Atom, origin: Origin | None, purpose: Purpose) -> None:
        if isinstance(atom, Var) and origin is not None:
            found = self.readers.setdefault(atom, [])
            reader = ReaderFacts(expression(origin), origin.line, purpose)
            if reader in found or (purpose == "shape" and replace(reader, purpose="value") in found):
                return
            found.append(reader)


def _purpose(stmt: Stmt, position: int) -> Purpose:
    """What a statement of the reverse sweep reads its operand for."""
    if isinstance(stmt, If):
        return "branch"
    return "shape" if isinstance(stmt, Call) and position in asked_for_shape(stmt) else "value"
