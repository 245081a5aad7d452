"""What each statement computes: the type, whether it is active and why, and what a call became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adcompile.analyses.activity import passes_derivative
from adcompile.explain.facts import ValueFacts
from adcompile.explain.words import Words, callee, expression
from adcompile.ir.nodes import Call, For, FunctionRef, Opaque, Stmt, Syntax, Var
from adcompile.ir.traverse import results_of
from adcompile.ir.types import UNKNOWN, may_carry_derivative
from adcompile.rules.registry import rule_for
from adcompile.transforms.decisions import Differentiation


class Values:
    """The facts about the values of one function. `dependence` gives for each input that is
    differentiated by the values that depend on it, `emitted` for each function the name it is written by."""

    def __init__(
        self,
        decided: Differentiation,
        words: Words,
        dependence: Mapping[str, frozenset[Var]],
        emitted: Mapping[str, str],
    ) -> None:
        self.decided = decided
        self.emitted = emitted
        self.words = words
        self.dependence = dependence

    def of(self, stmt: Stmt) -> Iterator[ValueFacts]:
        """The values that a statement computes itself: not what its blocks hand on."""
        if isinstance(stmt, Call):
            for var in stmt.results[:1] if stmt in self.decided.pullbacks else stmt.results:
                yield self._value(var, expression(stmt.origin), self.why(var, stmt), self.computed_by(stmt))
        elif isinstance(stmt, For):
            for var in stmt.items:
                if var.name.isidentifier():
                    yield self._value(var, var.name, self.why(var))
        elif isinstance(stmt, Opaque):
            for var in results_of(stmt):
                yield self._value(var, var.name, self.why(var), "kept as it is")

    def input(self, var: Var) -> ValueFacts:
        """The facts about a parameter or a capture."""
        if var in self.decided.wrt:
            is_active = var in self.decided.active
            why = "in wrt" if is_active else "in wrt, but the result does not depend on it"
        else:
            is_active, why = False, "not in wrt"
        depends_on = (var.name,) if var in self.decided.wrt else ()
        return ValueFacts(var.name, var.name, self.words.type(var), is_active, depends_on, why)

    def _value(self, var: Var, text: str, why: str, computed_by: str = "") -> ValueFacts:
        name = var.name if var.name.isidentifier() else ""
        is_active = var in self.decided.active
        return ValueFacts(name, text, self.words.type(var), is_active, self.depends_on(var), why, computed_by)

    def depends_on(self, var: Var) -> tuple[str, ...]:
        """The inputs of the differentiation that a value depends on."""
        return tuple(name for name, dependent in self.dependence.items() if var in dependent)

    def why(self, var: Var, call: Call | None = None) -> str:
        """Why a value is active, or why it is not."""
        names = self.depends_on(var)
        if var in self.decided.active:
            return f"depends on {', '.join(names)}"
        if names:
            return f"depends on {', '.join(names)}, but the result does not depend on it"
        if call is not None and any(isinstance(a, Var) and self.depends_on(a) for a in call.operands):
            type_ = self.decided.types.get(var, UNKNOWN)
            if not may_carry_derivative(type_):
                return "its type carries no derivative"
            if not passes_derivative(call, self.decided.types):
                return f"no derivative passes {callee(call.fn)}"
        return f"does not depend on {' or '.join(self.dependence)}"

    def computed_by(self, call: Call) -> str:
        """What a call was resolved to."""
        fn: Any = call.fn
        pullback = self.decided.pullbacks.get(call)
        second = pullback.function if pullback is not None else None
        if isinstance(second, FunctionRef) and not isinstance(fn, FunctionRef):
            return f"{callee(fn)}: the solution of an equation, by {second.name}"
        if isinstance(second, FunctionRef):
            halves = (fn.name, second.name)
            return f"your function, as {' and '.join(self.emitted[name] for name in halves if name in self.emitted)}"
        if second is not None:
            return "a function that is found when the program runs, with its pullback"
        if isinstance(fn, Syntax):
            return "kept as it is"
        rule = rule_for(fn)
        if not any(v in self.decided.active for v in call.results):
            return f"{callee(fn)}"
        if rule is None or rule.function is None:
            return f"{callee(fn)}: reversed without a rule"
        chapter = rule.function.__module__.rpartition(".")[2]
        return f"{callee(fn)}: rule {rule.function.__name__} in rules/{chapter}"


__all__ = ["Values"]
