"""Read the text that `printer.to_text` writes: one line, one statement.

The text has no origins, no types, and no Python function that the IR was made from; all
else comes back: `to_text(from_text(t)) == t`. The parser takes any name for a value,
defined or not, once or twice: to find that wrong is the verifier's work.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Augmented,
    Block,
    Call,
    Capture,
    Const,
    Each,
    For,
    Function,
    If,
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
    View,
    While,
    With,
)
from adcompile.ir.tokens import Line, Token
from adcompile.ir.vocabulary import (
    CALLABLE_PREFIX,
    EACH,
    KEPT_EXPRESSION,
    PARAM_PREFIX,
    UNDEFINED_NAME,
    object_named,
)

T = TypeVar("T")
LITERALS: dict[str, Any] = {"None": None, "True": True, "False": False}
KEPT = {word: passive for passive, word in KEPT_EXPRESSION.items()}
BACKWARDS = {word: backwards for backwards, word in EACH.items()}
CALLABLES = {prefix: made for made, prefix in CALLABLE_PREFIX.items()}
MAKERS = (slice, range, complex, np.dtype, np.generic)  # what may be called to make a constant


def from_text(text: str, namespace: Mapping[str, object]) -> Function:
    """The function that a text describes. `namespace` has the objects whose names are not
    of the modules in `vocabulary.MODULES`.

    Raises:
        SourceError: where the text is not as `to_text` writes it.
    """
    return _Parser(text, namespace).function()


class _Parser:
    def __init__(self, text: str, namespace: Mapping[str, object]) -> None:
        lines = enumerate(text.splitlines(), 1)
        self.lines = [line for number, one in lines if (line := Line(one, number)).tokens]
        self.lines.reverse()
        self.line = self.lines[-1] if self.lines else Line("", 1)
        self.namespace = namespace
        self.vars: dict[str, Var] = {}
        self.labels: dict[str, Any] = {}

    # ------------------------------------------------------------------------------- function

    def function(self) -> Function:
        line = self.next_line()
        line.expect("function")
        name = line.take("name").text
        line.expect("(")
        params = tuple(line.enclosed(self.param, ")"))
        self.end(":")
        captures = []
        while self.lines and self.lines[-1].peek() == "capture":
            captures.append(self.capture())
        function = Function(name, params, self.block(1), tuple(captures))
        if self.lines:
            raise self.next_line().error("this stands behind the function's end")
        return function

    def param(self) -> Param:
        kind = next(k for k, prefix in PARAM_PREFIX.items() if not prefix or self.line.accept(prefix.strip()))
        var = self.var()
        default = self.constant() if self.line.accept("=") else None
        return Param(var, kind, default)

    def capture(self) -> Capture:
        self.next_line().expect("capture")
        var = self.var()
        self.line.expect("=")
        capture = Capture(var, self.line.take("name").text, None)
        self.end()
        return capture

    def next_line(self) -> Line:
        if not self.lines:
            raise self.line.error("the text ends here")
        self.line = self.lines.pop()
        return self.line

    def end(self, *texts: str) -> None:
        """The end of the line, after some tokens."""
        self.line.expect(*texts)
        if self.line.tokens:
            raise self.line.error(f"{self.line.peek()!r} is too much")

    # ----------------------------------------------------------------------------- statements

    def block(self, depth: int) -> Block:
        """Statements up to their block's `yield`."""
        stmts: list[Stmt] = []
        while True:
            line = self.next_line()
            if line.depth != depth:
                raise line.error("the indentation is wrong")
            if line.accept("yield"):
                yields = line.many(self.atom) if line.tokens else ()
                self.end()
                return Block(tuple(stmts), tuple(yields))
            stmts.append(self.stmt(depth))

    def between(self, word: str) -> None:
        """The line between the two blocks of a statement."""
        self.next_line().expect(word)
        self.end(":")

    def stmt(self, depth: int) -> Stmt:
        kinds: dict[str, Callable[[int], Stmt]] = {
            "if": self.if_,
            "for": self.for_,
            "while": self.while_,
            "with": self.with_,
            "opaque": self.opaque,
        }
        for word, read in kinds.items():
            if self.line.accept(word):
                return read(depth)
        return self.call()

    def if_(self, depth: int) -> If:
        cond, results = self.atom(), self.results()
        of = self.labels[self.line.take("number").text] if self.line.accept("of") else None
        label = self.label()
        then = self.block(depth + 1)
        self.between("else")
        return self.labelled(label, If(cond, then, self.block(depth + 1), results, of=of))

    def for_(self, depth: int) -> For:
        pairs = self.line.many(self.source)
        index = self.var() if self.line.accept("index") else None
        params, inits, results, stop = self.carried()
        label = self.label()
        items = tuple(item for item, _ in pairs if item is not None)
        sources = tuple(source for _, source in pairs)
        return self.labelled(label, For(items, sources, params, inits, self.block(depth + 1), results, stop, index))

    def while_(self, depth: int) -> While:
        params, inits, results, stop = self.carried()
        label = self.label()
        head = self.block(depth + 1)
        self.between("do")
        return self.labelled(label, While(params, inits, head, self.block(depth + 1), results, stop))

    def with_(self, depth: int) -> With:
        context = self.atom()
        target = self.var() if self.line.accept("as") else None
        results = self.results()
        label = self.label()
        return self.labelled(label, With(context, target, self.block(depth + 1), results))

    def opaque(self, depth: int) -> Opaque:
        node = ast.parse(self.string()).body[0]
        reads = self.line.many(self.named) if self.line.accept("reads") else []
        writes = self.line.many(self.named) if self.line.accept("writes") else []
        leaves = self.line.accept("leaves")
        self.end()
        return Opaque(node, tuple(reads), tuple(writes), leaves)

    def source(self) -> tuple[Var | None, Source]:
        line = self.line
        if line.accept("unwind"):
            return None, Unwind(self.labels[line.take("number").text])
        item = self.var() if line.tokens[-1].kind == "var" else None
        if item is not None:
            line.expect("in")
        kind = line.take("name").text
        line.expect("(")
        bounds = line.enclosed(self.atom, ")")
        if kind == "range" and len(bounds) == 3:
            return item, Range(*bounds)
        if kind in BACKWARDS and len(bounds) == 1:
            return item, Each(bounds[0], BACKWARDS[kind])
        raise line.error("a source is 'range' of three atoms, or 'each' or 'reversed' of one")

    def carried(self) -> tuple[tuple[Var, ...], tuple[Atom, ...], tuple[Var, ...], int | None]:
        pairs = self.line.many(self.carry) if self.line.accept("carry") else []
        results = self.results()
        stop = int(self.line.take("number").text) if self.line.accept("stop") else None
        return tuple(p for p, _ in pairs), tuple(i for _, i in pairs), results, stop

    def carry(self) -> tuple[Var, Atom]:
        param = self.var()
        self.line.expect("=")
        return param, self.atom()

    def results(self) -> tuple[Var, ...]:
        return tuple(self.line.many(self.var)) if self.line.accept("->") else ()

    def label(self) -> str:
        label = self.line.take("number").text if self.line.accept("label") else ""
        self.end(":")
        return label

    def labelled(self, label: str, stmt: T) -> T:
        """The statement, found by its label from now on."""
        if label:
            self.labels[label] = stmt
        return stmt

    # ---------------------------------------------------------------------------------- calls

    def call(self) -> Call:
        line = self.line
        results = tuple(line.many(self.var))
        line.expect("=")
        token = line.take("name", "syntax")
        views = self.views() if line.accept("through") else ()
        is_augmented = line.accept("at")
        line.expect("(")
        is_kept = token.text in KEPT and line.tokens and line.tokens[-1].kind == "string"
        kept = self.string() if is_kept else ""
        line.accept(",")
        arguments = line.enclosed(self.argument, ")")
        self.end()
        if is_kept:
            node = ast.parse(kept, mode="eval").body
            reads = tuple(str(name) for name, _ in arguments)
            fn: Any = Syntax(node, reads, passive=KEPT[token.text])
            return Call(results, fn, tuple(a for _, a in arguments))
        args = tuple(a for name, a in arguments if name == "")
        kwargs = tuple((None if name == "**" else name, a) for name, a in arguments if name != "")
        called = self.callable(token)
        if is_augmented:
            called = Augmented(called)
        return Call(results, Through(called, views) if views else called, args, kwargs)  # type: ignore[arg-type]

    def views(self) -> tuple[View, ...]:
        """The views of `update through [operator.getitem 1, np.squeeze 1 axis]`."""
        line = self.line
        line.expect("[")
        found: list[View] = []
        while not line.accept("]"):
            fn, arity, keys = self.callable(line.take("name", "syntax")), int(line.take("number").text), []
            while line.peek() not in (",", "]"):
                keys.append(line.take("name").text)
            line.accept(",")
            found.append(View(fn, arity, tuple(keys)))
        return tuple(found)

    def argument(self) -> tuple[str, Atom | Star]:
        """An argument after its name: '' for a positional one, '**' for a mapping."""
        if self.line.accept("**"):
            return "**", self.atom()
        if self.line.accept("*"):
            return "", Star(self.atom())
        following = self.line.tokens[-2].text if len(self.line.tokens) > 1 else ""
        return self.named() if following == "=" else ("", self.atom())

    def named(self) -> tuple[str, Any]:
        name = self.line.take("name").text
        self.line.expect("=")
        return name, self.atom()

    def callable(self, token: Token) -> Any:
        made = CALLABLES.get(token.text[0])
        return made(token.text[1:]) if made is not None else self.resolve(token.text)

    def resolve(self, name: str) -> Any:
        """The object that a dotted name means."""
        try:
            return object_named(name, self.namespace)
        except LookupError as error:
            raise self.line.error(error.args[0]) from None

    # ---------------------------------------------------------------------------------- atoms

    def var(self) -> Var:
        name = self.line.take("var").text
        base = name[1:].split(".")[0]
        return self.vars.setdefault(name, Var("" if base.isdigit() else base))

    def atom(self) -> Atom:
        is_var = self.line.tokens and self.line.tokens[-1].kind == "var"
        return self.var() if is_var else self.constant()

    def constant(self) -> Const:
        return UNDEF if self.line.accept(UNDEFINED_NAME) else Const(self.value())

    def string(self) -> str:
        return str(ast.literal_eval(self.line.take("string").text))

    def value(self) -> Any:
        """A constant's value."""
        line = self.line
        if line.accept("("):
            return tuple(line.enclosed(self.value, ")"))
        if line.accept("["):
            return line.enclosed(self.value, "]")
        token = line.take("string", "number", "syntax", "name")
        if token.kind == "string":
            return ast.literal_eval(token.text)
        if token.kind == "number":
            return float(token.text) if set(token.text) & set(".en") else int(token.text)
        if token.text in LITERALS:
            return LITERALS[token.text]
        value = self.callable(token)
        if not line.accept("("):
            return value
        if not (isinstance(value, type) and issubclass(value, MAKERS)):
            raise line.error(f"a constant is not made by {token.text!r}")
        return value(*line.enclosed(self.value, ")"))
