"""What every part of the lowering shares: the names' values, the statements so far, the flags.

The lowering of one function is one object. Its class is put together in `lower.py` from
parts, a file for each kind of syntax; a part that needs another one inherits from it. What
all need of each other, and every part may call, is declared here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import FunctionSource
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, If, Star, Stmt, Var, leaves, same_atom

# Flags of control flow; '@' keeps them apart from the user's names.
JUMPED, STOP, RETURNED, VALUE = "@jumped", "@stop", "@returned", "@value"


@dataclass(frozen=True, slots=True)
class LocalFunction:
    """A lambda or a nested def: inlined where it is called."""

    node: Any
    name: str


class Lowering:
    """Lowers one function into the statement list `self.stmts`."""

    def __init__(self, source: FunctionSource, scope: OutsideScope, found: DiagnosticList) -> None:
        self.source = source
        self.scope = scope
        self.found = found
        self.env: dict[str, Atom | LocalFunction] = {}
        self.locals: set[str] = set()
        self.stmts: list[Stmt] = []
        self.origin: Origin | None = None
        self.depth = 0  # loops around the statement, within its function
        self.inlining: list[Any] = []

    # -------------------------------------------------------------------------------- pieces

    def refuse(self, node: Any, what: str, why: str = "", hint: str = "") -> Atom:
        """Note a refusal at a node, and go on with a value that nobody will use."""
        self.found.add(what, self.source.origin(node) or self.origin, why, hint)
        return UNDEF

    def emit(self, stmt: Stmt) -> None:
        """Append a statement, unless control never gets there."""
        if not (self.stmts and leaves(self.stmts[-1])):
            self.stmts.append(stmt)

    def call(
        self, fn: Any, *args: Atom | Star, kwargs: Sequence[tuple[str | None, Atom]] = (), node: Any = None
    ) -> Var:
        """Append a call with one result."""
        origin = (self.source.origin(node) if node is not None else None) or self.origin
        result = Var("", origin)
        self.emit(Call((result,), fn, args, tuple(kwargs), origin))
        return result

    def block(self, body: Callable[[], Sequence[Atom]]) -> Block:
        """Run `body` with an empty statement list; its statements, and what it returns as yields."""
        outer, self.stmts = self.stmts, []
        try:
            yields = tuple(body())
            return Block(tuple(self.stmts), yields)
        finally:
            self.stmts = outer

    def choose(self, cond: Atom, then: Callable[[], Atom], orelse: Callable[[], Atom]) -> Atom:
        """`then() if cond else orelse()`, evaluated as Python does."""
        before = dict(self.env)
        then_block = self.block(lambda: [then()])
        self.env = dict(before)
        orelse_block = self.block(lambda: [orelse()])
        self.env = before
        result = Var("", self.origin)
        self.emit(If(cond, then_block, orelse_block, (result,), self.origin))
        return result

    # --------------------------------------------------------------------------------- names

    def value_of_name(self, node: Any, name: str) -> Atom | LocalFunction:
        """What a name stands for at this point."""
        if name in self.env:
            value = self.env[name]
            if value is UNDEF:
                return self.refuse(node, f"'{name}' is read before it is bound")
            return value
        if name in self.locals:
            return self.refuse(node, f"'{name}' is read before it is bound")
        atom = self.scope.atom(name)
        if atom is None:
            return self.refuse(node, f"'{name}' is not defined")
        return atom

    def bind(self, name: str, value: Atom | LocalFunction) -> None:
        """Bind a local name; a temporary takes the name."""
        self.env[name] = value
        if isinstance(value, Var) and not value.name:
            value.name = name

    # ------------------------------------------------------------------------- the other parts

    def expr(self, node: Any) -> Atom:
        """Lower an expression; the atom that holds its value."""
        raise NotImplementedError  # expressions.py

    def assign(self, target: Any, value: Atom) -> None:
        """Assign a value to a target of any form."""
        raise NotImplementedError  # assignments.py

    def statements(self, stmts: Sequence[Any]) -> None:
        """Lower a list of statements."""
        raise NotImplementedError  # branches.py

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        """Lower the body of a lambda or nested def in place of its call."""
        raise NotImplementedError  # local_functions.py


def hint_of(name: str) -> str:
    """The emitted name of a local or flag; a returned value has none of its own."""
    return "" if name == VALUE else name.lstrip("@")


def same_binding(a: Atom | LocalFunction, b: Atom | LocalFunction) -> bool:
    """Whether a name certainly stands for the same in two places."""
    if isinstance(a, LocalFunction) or isinstance(b, LocalFunction):
        return a is b
    return same_atom(a, b)
