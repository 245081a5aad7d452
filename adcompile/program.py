"""The text of a program: all its functions, written by a backend.

A compilation collects functions here, each with the types of its values; `program` writes those
that are called as one text, with what loading it has to bind.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.analyses.repeatable import is_repeatable
from adcompile.analyses.value_needs import Decided
from adcompile.backend.callables import Bindings
from adcompile.backend.capabilities import NUMPY, Capabilities, fit
from adcompile.backend.emit import Emitted, emit
from adcompile.backend.merge_alike import merge_alike
from adcompile.backend.unparse import to_text
from adcompile.errors import ADError, DiagnosticList, InternalError
from adcompile.frontend.scope import MISSING, OutsideScope
from adcompile.ir.nodes import (
    Call,
    Const,
    Function,
    FunctionRef,
)
from adcompile.ir.traverse import defined_in, walk
from adcompile.ir.verifier import verify
from adcompile.outside import Outside
from adcompile.transforms.carry_seeds import Carried
from adcompile.transforms.decisions import Decisions
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.pass_captures import captures_of_entry
from adcompile.transforms.plan_buffers import plan_buffers
from adcompile.transforms.reverse_blocks import without_blocks

CALLED = {
    *("np", "math", "range", "reversed", "enumerate", "zip", "len", "list", "tuple", "slice", "dict", "isinstance"),
    *("float", "int", "abs", "sum", "min", "max", "bool"),
}
VERIFYING = "ADCOMPILE_VERIFY" in os.environ  # hold the IR to its rules after every pass


@dataclass(slots=True)
class Program:
    """A compiled program: its text, its entry, and what loading it binds."""

    text: str
    entry: str
    second: str
    holders: dict[str, Any]
    values: dict[str, Any]
    imports: list[str]
    repeatable: bool = False  # it has no effect but its result
    changes: bool = False  # the function may change what it is given
    guards: dict[tuple[Any, str], Any] = field(default_factory=dict)
    captures: dict[tuple[Any, str], Any] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    emitted: Sequence[Emitted] = ()
    passed: Sequence[tuple[Any, str]] = ()  # captures that the entry takes as arguments, for some backends
    place: int = 0  # behind so many of its own
    decided: Decided | None = None  # of index sets: what decides them besides shapes
    carried: Carried | None = None  # what its sweep makes for many seeds, if it carries them


class ProgramWriter:
    """The functions of a program while it is compiled, and what is taken from outside by them."""

    def __init__(self, trace: Callable[[str, Function], None] | None, backend: Capabilities) -> None:
        self.trace = trace or (lambda name, function: None)
        self.backend = backend
        self.found = DiagnosticList()
        self.unfit = self.found  # what the backend cannot run
        self.stage = "lower"
        self.decisions = Decisions()
        self.functions: list[tuple[Function, Types]] = []
        self.names: set[str] = set()
        self.holders: dict[str, Any] = {}
        self.outside = Outside()
        self.changes = False  # whether the function may change what it is given

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn a fault of ours into an `InternalError` that names the pass."""
        try:
            yield
        except (ADError, KeyboardInterrupt, MemoryError):
            raise
        except Exception as fault:
            raise InternalError(self.stage, f"{type(fault).__name__}: {fault}") from fault

    def after(self, stage: str, function: Function, abstract: bool = False) -> None:
        """A pass is done: show what it made, and hold it to the rules of the IR if that is asked for."""
        self.trace(stage, function)
        if VERIFYING:
            verify(function, stage, abstract=abstract)

    def finish(self, function: Function, types_: Types, holder: Any) -> None:
        """Drop what is not needed; keep the function for emission."""
        function = eliminate_dead(without_blocks(function))
        self.after("eliminate_dead", function)
        self.functions.append((function, types_))
        self.holders[function.name] = holder

    def program(self, entry: str, second: str = "", carried: Carried | None = None) -> Program:
        """Emit every function of the program that is called as one text."""
        self.drop_uncalled({entry, second})
        outside = [OutsideScope(holder) for holder in self.holders.values()]
        taken = {name: scope.value(name) for scope in outside for name in _outside_names(scope.holder)}
        taken = {name: value for name, value in taken.items() if value is not MISSING}
        params = {p.var for one, _ in self.functions for p in one.params}
        local = dict.fromkeys(v.name for v in params.union(*(defined_in(one.body) for one, _ in self.functions)))
        taken |= {c.name: OutsideScope(c.holder).value(c.name) for one, _ in self.functions for c in one.captures}
        spelled = {name for scope in outside for name in _spelled(scope.holder.__code__)}
        bindings = Bindings({**taken, **dict.fromkeys(self.names), **local}, spelled, self.backend.helpers())
        written = []
        self.stage = "fit"
        functions = fit(self.functions, self.backend, self.unfit, (entry, second))
        self.found.raise_if_any()
        # Names that emitted code may call: a local of the user's with such a name gets another.
        for one, _ in functions:
            bindings.bind_called(one.body)
        reserved = {*taken, *bindings.values}
        for one, types_ in reversed(functions):
            if self.backend is not NUMPY:
                self.after("fit", one)
            self.stage = "plan_buffers"
            plan = plan_buffers(one, types_)
            self.after("plan_buffers", plan.function)
            self.decisions.plans[one.name] = plan
            self.stage = "emit"
            decorators = self.backend.decorators(bindings)
            written.append(emit(plan, types_, bindings, reserved | self.names | CALLED, decorators))
        written, self.decisions.merged = merge_alike(written, self.holders, (entry, second))
        imports = _import_lines(bindings)
        text = "\n".join(imports) + "\n\n\n" * bool(imports) + "\n\n".join(map(to_text, written))
        guards, captures = self.outside.all_guards, self.outside.all_captures
        passed, place = captures_of_entry(self.functions, entry) if not self.backend.live_captures else ((), 0)
        again = all(is_repeatable(one) for one, _ in self.functions)
        return Program(
            text, entry, second, self.holders, bindings.values, imports, again, self.changes, guards, captures,
            self.decisions, written, passed, place, carried=carried,
        )

    def drop_uncalled(self, entries: set[str]) -> None:
        """Forget the functions that nothing calls: first halves whose values nobody reads."""
        called, size = set(entries), -1
        while size != len(called):
            size = len(called)
            for one in (one for one, _ in self.functions if one.name in called):
                calls = [s for s in walk(one.body) if isinstance(s, Call)]
                given = [a.value for s in calls for a in s.operands if isinstance(a, Const)]
                called.update(fn.name for fn in (*(s.fn for s in calls), *given) if isinstance(fn, FunctionRef))
        self.functions = [(one, types_) for one, types_ in self.functions if one.name in called]
        self.holders = {name: holder for name, holder in self.holders.items() if name in called}
        for decided in self.decisions.functions:
            decided.emitted = tuple(name for name in decided.emitted if name in called)

    def fresh(self, name: str) -> str:
        """A name for a function that no other function of the program has, and nothing outside."""
        outside = {known for _, known in (*self.outside.captures, *self.outside.guards)}
        candidate, number = name, 1
        while candidate in self.names or candidate in outside:
            number += 1
            candidate = f"{name}_{number}"
        self.names.add(candidate)
        return candidate


def _outside_names(holder: Any) -> set[str]:
    code = holder.__code__
    return set(code.co_names) | set(code.co_freevars)


def _spelled(code: types.CodeType) -> set[str]:
    """The names of attributes and globals that stand in a function."""
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*map(_spelled, inner))


def _import_lines(bindings: Bindings) -> list[str]:
    return sorted(set(bindings.imports.values()), key=lambda line: (line.startswith("from"), line))
