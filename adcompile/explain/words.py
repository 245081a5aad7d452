"""How values, types and statements are spoken of: in the words of the user's source."""

from __future__ import annotations

import re
from typing import Any

from adcompile.errors import Origin
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Attribute, Call, For, FunctionRef, Method, Stmt, Syntax, Var, While
from adcompile.ir.printer import callable_text
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import UNKNOWN, Type
from adcompile.ir.vocabulary import HELPERS
from adcompile.transforms.decisions import Differentiation

SIZE = re.compile(r"\bd\d+\b")  # a size that has no name


class Words:
    """The words for the values of one function."""

    def __init__(self, decided: Differentiation) -> None:
        self.types = decided.types
        self.inputs = frozenset(decided.primal.inputs)
        self.definitions: dict[Var, Stmt] = {}
        self._when: dict[Var, str] = {}  # for what a loop carries: which of the values it is
        self._sizes: dict[str, str] = {}
        for stmt in walk(decided.primal.body):
            for var in (*results_of(stmt), *inner_of(stmt)):
                self.definitions[var] = stmt
            if isinstance(stmt, (For, While)):
                self._when |= dict.fromkeys(stmt.params, "as a trip begins")
                self._when |= dict.fromkeys(stmt.results, "after the loop")

    def value(self, var: Var) -> str:
        """A value by its name, or by the expression that computes it."""
        stmt = self.definitions.get(var)
        if var.name.isidentifier():
            return f"`{var.name}` {self._when[var]}" if var in self._when else f"`{var.name}`"
        if isinstance(stmt, Call):
            return f"`{expression(stmt.origin)}`"
        return f"a value {self._when[var]}" if var in self._when else "a value"

    def line(self, var: Var) -> int | None:
        """The line that defines a value; None for an input."""
        stmt = self.definitions.get(var)
        return None if stmt is None or stmt.origin is None else stmt.origin.line

    def type(self, var: Var) -> str:
        """The type of a value; sizes without a name are numbered in the order of the text."""
        type_: Type = self.types.get(var, UNKNOWN)
        return SIZE.sub(lambda m: self._sizes.setdefault(m[0], f"size{len(self._sizes) + 1}"), str(type_))


def expression(origin: Origin | None) -> str:
    """The user's text at a place."""
    if origin is None:
        return "?"
    text = origin.text[origin.column : origin.end_column].strip()
    return text if origin.end_column is not None or text.endswith(":") else f"{text} ..."


def callee(fn: Any) -> str:
    """A callable by the name of the NumPy function that it means; our helpers without their module."""
    if isinstance(fn, Syntax):
        return "the expression"
    meant = fn if isinstance(fn, FunctionRef) else canonical(fn)
    if isinstance(meant, (Method, Attribute)):
        return f".{meant.name}"
    module, _, own = callable_text(meant).rpartition(".")
    return own if module in (*HELPERS, "operator") else f"{module}.{own}".lstrip(".")
