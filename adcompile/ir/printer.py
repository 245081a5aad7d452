"""The IR as text: one statement a line, blocks indented, each value by its user's name.

    function f(%a, %n = 3):
      capture %w = w
      %1 = operator.mul(%a, %w)  # float64[n]
      for %i in range(0, %n, 1) index %k carry %b = %1 -> %b.1:
        %b.2 = .clip(%b, 0, max=%i)
        yield %b.2
      yield %b.1

A value is `%name`, then `%name.1`, `%name.2` in the order of the text; a temporary is `%1`,
`%2`. A callable is a dotted name; `.sum` is a method, `@T` an attribute, `&f_pullback` another
function of the program. `parser.from_text` reads the text back.
"""

from __future__ import annotations

import ast
import re
import types as python_types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.ir.nodes import (
    UNDEFINED,
    Atom,
    Attribute,
    Augmented,
    Block,
    Call,
    Each,
    For,
    Function,
    FunctionRef,
    If,
    Method,
    Opaque,
    Param,
    Range,
    Source,
    Star,
    Stmt,
    Syntax,
    Through,
    Unwind,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import Type
from adcompile.ir.vocabulary import (
    CALLABLE_PREFIX,
    EACH,
    INDENT,
    KEPT_EXPRESSION,
    PARAM_PREFIX,
    UNDEFINED_NAME,
    known_name,
)


def to_text(function: Function, types: Mapping[Var, Type] | None = None) -> str:
    """The function as text, each line with the types of what it defines if `types` has them."""
    return "\n".join(_Printer(function, types or {}).function(function)) + "\n"


class _Printer:
    def __init__(self, function: Function, types: Mapping[Var, Type]) -> None:
        self.types = types
        self._names: dict[Var, str] = {}
        self._used: dict[str, int] = {}
        self._sizes: dict[str, str] = {}
        self._labels = _labels(function)

    # ------------------------------------------------------------------------------- function

    def function(self, function: Function) -> Iterator[str]:
        params = ", ".join(map(self.param, function.params))
        header = f"function {function.name}({params}):"
        yield header + self.note((p.var for p in function.params), named=True)
        for capture in function.captures:
            yield f"{INDENT}capture {self.var(capture.var)} = {capture.name}" + self.note([capture.var])
        yield from self.block(function.body, INDENT)

    def param(self, param: Param) -> str:
        default = "" if param.default is None else f" = {constant_text(param.default.value)}"
        return PARAM_PREFIX[param.kind] + self.var(param.var) + default

    def block(self, block: Block, indent: str) -> Iterator[str]:
        for stmt in block.stmts:
            yield from self.stmt(stmt, indent)
        yield f"{indent}yield {self.atoms(block.yields)}".rstrip()

    # ----------------------------------------------------------------------------- statements

    def stmt(self, stmt: Stmt, indent: str) -> Iterator[str]:
        if isinstance(stmt, (Call, Opaque)):
            line = self.call(stmt) if isinstance(stmt, Call) else self.opaque(stmt)
            yield indent + line + self.note(results_of(stmt))
            return
        header = {If: self.if_, For: self.for_, While: self.while_, With: self.with_}[type(stmt)]
        opening = header(stmt) + self.label(stmt) + ":"  # type: ignore[operator]
        yield indent + opening + self.note((*inner_of(stmt), *results_of(stmt)), named=True)
        if isinstance(stmt, (If, While)):
            first, between, second = (
                (stmt.then, "else:", stmt.orelse) if isinstance(stmt, If) else (stmt.head, "do:", stmt.body)
            )
            yield from self.block(first, indent + INDENT)
            yield indent + between
            yield from self.block(second, indent + INDENT)
        else:
            yield from self.block(stmt.body, indent + INDENT)

    def call(self, call: Call) -> str:
        fn: Any = call.fn
        if isinstance(fn, Syntax):
            kind = KEPT_EXPRESSION[fn.passive]
            named = [f"{n}={self.atom(a)}" for n, a in zip(fn.reads, call.operands, strict=True)]
            return f"{self.atoms(call.results)} = {kind}({', '.join([repr(ast.unparse(fn.node)), *named])})"
        args = list(map(self.atom, call.args))
        args += [f"**{self.atom(a)}" if name is None else f"{name}={self.atom(a)}" for name, a in call.kwargs]
        return f"{self.atoms(call.results)} = {callable_text(fn)}({', '.join(args)})"

    def opaque(self, stmt: Opaque) -> str:
        reads = ", ".join(f"{name}={self.atom(a)}" for name, a in stmt.reads)
        writes = ", ".join(f"{name}={self.var(v)}" for name, v in stmt.writes)
        parts = [f"opaque {ast.unparse(stmt.node)!r}"]
        parts += [f"{word} {some}" for word, some in (("reads", reads), ("writes", writes)) if some]
        return " ".join(parts) + " leaves" * stmt.leaves

    def if_(self, stmt: If) -> str:
        of = f" of {self._labels[stmt.of]}" if stmt.of in self._labels else ""
        return f"if {self.atom(stmt.cond)}{self.results(stmt.results)}{of}"

    def for_(self, stmt: For) -> str:
        items = iter(stmt.items)
        named = [self.source(s, None if isinstance(s, Unwind) else next(items, None)) for s in stmt.sources]
        index = f" index {self.var(stmt.index)}" if stmt.index else ""
        return f"for {', '.join(named)}{index}{self.carried(stmt)}"

    def while_(self, stmt: While) -> str:
        return "while" + self.carried(stmt)

    def with_(self, stmt: With) -> str:
        target = f" as {self.var(stmt.target)}" if stmt.target else ""
        return f"with {self.atom(stmt.context)}{target}{self.results(stmt.results)}"

    def source(self, source: Source, item: Var | None) -> str:
        if isinstance(source, Unwind):
            return f"unwind {self._labels[source.loop]}"
        start = f"{self.var(item)} in " if item else ""
        if isinstance(source, Range):
            return f"{start}range({self.atoms((source.start, source.stop, source.step))})"
        assert isinstance(source, Each)
        return f"{start}{EACH[source.backwards]}({self.atom(source.sequence)})"

    def carried(self, loop: For | While) -> str:
        pairs = zip(loop.params, loop.inits, strict=True)
        carry = ", ".join(f"{self.var(param)} = {self.atom(init)}" for param, init in pairs)
        stop = "" if loop.stop is None else f" stop {loop.stop}"
        return (f" carry {carry}" if carry else "") + self.results(loop.results) + stop

    def results(self, results: Sequence[Var]) -> str:
        return f" -> {self.atoms(results)}" if results else ""

    def label(self, stmt: Stmt) -> str:
        return f" label {self._labels[stmt]}" if stmt in self._labels else ""

    # ---------------------------------------------------------------------------------- values

    def atoms(self, atoms: Sequence[Atom | Star]) -> str:
        return ", ".join(map(self.atom, atoms))

    def atom(self, atom: Atom | Star) -> str:
        if isinstance(atom, Star):
            return "*" + self.atom(atom.value)
        return self.var(atom) if isinstance(atom, Var) else constant_text(atom.value)

    def var(self, var: Var) -> str:
        """The value's name: its user's, with a number from the second value of that name on."""
        if var not in self._names:
            base = var.name if var.name.isidentifier() else ""
            number = self._used.get(base, 0 if base else 1)
            self._used[base] = number + 1
            self._names[var] = "%" + ".".join(filter(None, (base, str(number or ""))))
        return self._names[var]

    def note(self, variables: Iterable[Var], named: bool = False) -> str:
        """The known types of some values, as a comment."""
        known = [(self.var(v), self.type(self.types[v])) for v in variables if v in self.types]
        texts = [f"{name}: {text}" if named else text for name, text in known]
        return f"  # {', '.join(texts)}" if texts else ""

    def type(self, type_: Type) -> str:
        """A type as text; sizes without a name are numbered in the order of the text."""
        return re.sub(r"\bd\d+\b", lambda m: self._sizes.setdefault(m[0], f"d{len(self._sizes) + 1}"), str(type_))


def _labels(function: Function) -> dict[Any, str]:
    """A number for each statement that another one refers to; `?` where it is not in the function."""
    referred: set[Any] = set()
    stmts = list(walk(function.body))
    for stmt in stmts:
        if isinstance(stmt, For):
            referred.update(s.loop for s in stmt.sources if isinstance(s, Unwind))
        if isinstance(stmt, If) and stmt.of in stmts:
            referred.add(stmt.of)
    here = [s for s in stmts if s in referred]
    return dict.fromkeys(referred, "?") | {s: str(i) for i, s in enumerate(here, 1)}


# ------------------------------------------------------------------------ constants, callables


def constant_text(value: Any) -> str:
    """A constant as text: a literal, a call that makes it, or the name of a known object."""
    if value is UNDEFINED:
        return UNDEFINED_NAME
    if type(value) is tuple:
        return f"({', '.join(map(constant_text, value))}{',' * (len(value) == 1)})"
    if type(value) is list:
        return f"[{', '.join(map(constant_text, value))}]"
    if isinstance(value, (slice, range)):
        parts = map(constant_text, (value.start, value.stop, value.step))
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, complex) and type(value) is complex:
        return f"complex({value.real!r}, {value.imag!r})"
    if type(value) in (bool, int, float, str, bytes, type(None)):
        return repr(value)
    if isinstance(value, np.dtype):
        return f"np.dtype({value.str!r})"
    if isinstance(value, np.generic):
        return f"np.{type(value).__name__}({constant_text(value.item())})"
    return callable_text(value)


def callable_text(fn: Any) -> str:
    """A callable (or a module, or any other object) by its name."""
    if isinstance(fn, Augmented):
        return f"{callable_text(fn.op)} at"
    if isinstance(fn, Through):
        views = (" ".join([callable_text(v.fn), str(v.arity), *v.keys]) for v in fn.views)
        return f"{callable_text(fn.fn)} through [{', '.join(views)}]"
    if isinstance(fn, (Method, Attribute, FunctionRef)):
        return CALLABLE_PREFIX[type(fn)] + fn.name
    name = known_name(fn)
    if name is not None:
        return name
    owner = getattr(fn, "__self__", None)
    if owner is not None and not isinstance(owner, python_types.ModuleType):
        return f"{constant_text(owner)}.{fn.__name__}"
    return getattr(fn, "__name__", None) or f"<{type(fn).__name__}>"
