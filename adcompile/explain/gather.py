"""From what the passes decided to facts about the lines of the user's functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from adcompile.analyses.activity import active_values
from adcompile.explain.facts import FunctionFacts, LineFacts, ResidualFacts, UpdateFacts, ValueFacts
from adcompile.explain.graph import Graph
from adcompile.explain.residuals import Residuals
from adcompile.explain.steps import graph_of
from adcompile.explain.updates import updates_of
from adcompile.explain.values import Values
from adcompile.explain.words import Words
from adcompile.frontend.source import function_source
from adcompile.ir.nodes import For, Opaque, Stmt, Var, While
from adcompile.ir.traverse import walk
from adcompile.transforms.decisions import Decisions, Differentiation
from adcompile.transforms.placement import Way

T = TypeVar("T")
BACKWARDS: dict[Way, str] = {
    "tape": "the reverse loop reads its tape backwards",
    "trips": "counts its trips; the reverse loop makes as many, and nothing is recorded",
    "iterated": "the reverse loop goes over the same sequence backwards; nothing is recorded",
    "counted": "the reverse loop counts; nothing is recorded",
}


def facts_of(decisions: Decisions) -> tuple[FunctionFacts, ...]:
    """The facts about every function of a program."""
    return tuple(_Gathering(one, decisions).function() for one in decisions.functions)


def graphs_of(decisions: Decisions) -> tuple[Graph, ...]:
    """The graph of every function that was emitted for one of the user's: what was written for an
    equation has no lines of theirs."""
    seeds = {name: one.both.seed for one in decisions.functions for name in one.emitted}
    return tuple(graph_of(plan.function, seeds[name]) for name, plan in decisions.plans.items() if name in seeds)


class _Gathering:
    def __init__(self, decided: Differentiation, decisions: Decisions) -> None:
        self.decided = decided
        self.decisions = decisions
        self.words = Words(decided)
        self.written = {name: decisions.merged.get(name, name) for name in decisions.plans}
        self.values = Values(decided, self.words, self.dependence(), self.written)
        self.residuals = Residuals(decided, self.words)

    def dependence(self) -> dict[str, frozenset[Var]]:
        """For each input that is differentiated by, the values that depend on it."""
        primal, types = self.decided.primal, self.decided.types
        return {v.name: active_values(primal, types, [v])[1] for v in self.decided.wrt}

    def function(self) -> FunctionFacts:
        primal = self.decided.primal
        facts = _Lines()
        file, lines = self.text()
        first = lines[0][0]
        for stmt in walk(primal.body):
            for value in self.values.of(stmt):
                facts.values.setdefault(_number(stmt), []).append(value)
            for note in self.notes(stmt):
                facts.notes.setdefault(_number(stmt), []).append(note)
        for number, residual in self.residuals.by_line():
            facts.residuals.setdefault(first if number is None else number, []).append(residual)
        for number, update in updates_of(self.decided, self.decisions.plans, self.words):
            facts.updates.setdefault(number, []).append(update)
        inputs = tuple(self.values.input(v) for v in primal.inputs)
        wrt = tuple(v.name for v in self.decided.wrt)
        made = tuple(facts.line(number, text) for number, text in lines)
        emitted = tuple(self.written[name] for name in self.decided.emitted)
        return FunctionFacts(primal.name, file, wrt, emitted, inputs, made)

    def text(self) -> tuple[str, list[tuple[int, str]]]:
        """The user's file, and the numbered lines of the function."""
        source = function_source(self.decided.primal.holder)
        node = source.node
        first, last = node.lineno, node.end_lineno
        return source.file, [(source.first_line + n - 1, source.lines[n - 1].rstrip()) for n in range(first, last + 1)]

    def notes(self, stmt: Stmt) -> Iterator[str]:
        if isinstance(stmt, (For, While)):
            way = self.decided.placement.loops.get(stmt)
            yield BACKWARDS[way] if way is not None else "nothing in it carries a derivative: there is no reverse loop"
        elif isinstance(stmt, Opaque):
            yield "kept as it is; no derivative flows through it"


class _Lines:
    """Facts by the number of their line."""

    def __init__(self) -> None:
        self.values: dict[int, list[ValueFacts]] = {}
        self.residuals: dict[int, list[ResidualFacts]] = {}
        self.updates: dict[int, list[UpdateFacts]] = {}
        self.notes: dict[int, list[str]] = {}

    def line(self, number: int, text: str) -> LineFacts:
        return LineFacts(
            number,
            text,
            _once(self.values.get(number, ())),
            _once(self.residuals.get(number, ())),
            _once(self.updates.get(number, ())),
            _once(self.notes.get(number, ())),
        )


def _once(facts: Iterable[T]) -> tuple[T, ...]:
    """The facts in order, each once: a line that was inlined twice says the same twice."""
    return tuple(dict.fromkeys(facts))


def _number(stmt: Stmt) -> int:
    return 0 if stmt.origin is None else stmt.origin.line
