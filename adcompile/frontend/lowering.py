"""What every part of the lowering shares: the names' values, the statements so far, the flags.

The lowering of one function is one object. Its class is put together in `lower.py` from
parts, a file for each kind of syntax; a part that needs another one inherits from it. What
all need of each other, and every part may call, is declared here.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.names import LocalFunction, Names, changed_keys
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import FunctionSource
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, Const, If, Star, Stmt, Var, leaves, same_atom

# Flags of control flow; '@' keeps them apart from the user's names.
JUMPED, STOP, RETURNED, VALUE = FLAGS = "@jumped", "@stop", "@returned", "@value"


@dataclass(frozen=True, slots=True)
class Carried:
    """The variables that a loop changes, their values before it and at the start of a trip; and
    the local functions among what it changes."""

    keys: list[str]
    inits: tuple[Atom, ...]
    params: tuple[Var, ...]
    functions: dict[str, LocalFunction]


class Lowering:
    """Lowers one function into the statement list `self.stmts`."""

    def __init__(self, source: FunctionSource, scope: OutsideScope, found: DiagnosticList) -> None:
        self.source = source
        self.scope = scope
        self.found = found
        self.env: dict[str, Atom | LocalFunction] = {}
        self.names = Names()
        self.numbers = itertools.count(2)  # of the scopes that are lowered in place
        self.stmts: list[Stmt] = []
        self.origin: Origin | None = None
        self.depth = 0  # loops around the statement, within its function
        self.inlining: list[Any] = []

    # -------------------------------------------------------------------------------- pieces

    def refuse(self, node: Any, what: str, why: str = "", hint: str = "") -> Atom:
        """Note a refusal at a node, and go on with a value that nobody will use."""
        self.found.add(what, self.source.origin(node) or self.origin, why, hint)
        return Var("", self.origin)

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
        (result,) = self.either(cond, lambda: [then()], lambda: [orelse()])
        return result

    def either(
        self, cond: Atom, then: Callable[[], Sequence[Atom]], orelse: Callable[[], Sequence[Atom]]
    ) -> tuple[Var, ...]:
        """`if cond: then() else: orelse()`: results for what they return, and for each variable
        that they bind."""
        origin, before = self.origin, dict(self.env)
        then_block = self.block(then)
        then_env, self.env = self.env, dict(before)
        orelse_block = self.block(orelse)
        orelse_env, self.env = self.env, before
        given = tuple(Var("", origin) for _ in then_block.yields)
        then_yields, orelse_yields = list(then_block.yields), list(orelse_block.yields)
        keys, results = [], []
        for key in dict.fromkeys((*then_env, *orelse_env)):
            left, right = then_env.get(key, UNDEF), orelse_env.get(key, UNDEF)
            if same_binding(left, right) or orelse_block.leaves:
                self.env[key] = left
            elif then_block.leaves:
                self.env[key] = right
            elif isinstance(left, LocalFunction) or isinstance(right, LocalFunction):
                self.env[key] = left if isinstance(left, LocalFunction) else right
                self.found.add(
                    f"'{hint_of(key)}' is a function, and not the same one on both paths", origin,
                    "which one is called is not known", "call it in the branch, or put the branch into the function",
                )
            else:
                keys.append(key)
                results.append(Var(hint_of(key), origin))
                then_yields.append(left)
                orelse_yields.append(right)
        then_block, orelse_block = _block(then_block, then_yields), _block(orelse_block, orelse_yields)
        if given or results or then_block.stmts or orelse_block.stmts:
            self.emit(If(cond, then_block, orelse_block, (*given, *results), origin))
        self.env.update(zip(keys, results, strict=True))
        self.origin = origin
        return given

    # --------------------------------------------------------------------------------- names

    def is_local(self, name: str) -> bool:
        """Whether a name means a variable of the function, or of a function in it."""
        return self.names.key(name) is not None

    def lookup(self, name: str) -> Atom | LocalFunction | None:
        """What a local name stands for at this point; None for one that is bound to nothing."""
        value = self.env.get(self.names.key(name) or "", UNDEF)
        return None if value is UNDEF else value

    def value_of_name(self, node: Any, name: str) -> Atom | LocalFunction:
        """What a name stands for at this point."""
        if self.is_local(name):
            value = self.lookup(name)
            return self.refuse(node, f"'{name}' is read before it is bound") if value is None else value
        atom = self.scope.atom(name)
        if atom is None:
            known = [*self.env, *self.scope.names()]
            return self.refuse(node, f"'{name}' is not defined", "", did_you_mean(name, known))
        return atom

    def known_object(self, node: Any) -> Any:
        """The object that a dotted name denotes when the function is compiled, or None."""
        if isinstance(node, gast.Name) and self.is_local(node.id):
            value = self.lookup(node.id)  # of an import in the function
            return value.value if isinstance(value, Const) else None
        if isinstance(node, gast.Name):
            return self.scope.value(node.id)
        return getattr(self.known_object(node.value), node.attr, None) if isinstance(node, gast.Attribute) else None

    def unused_name(self, name: str, within: Any, others: Sequence[str]) -> str:
        """A name that means nothing yet, here or in an expression."""
        used = {part.id for part in gast.walk(within) if isinstance(part, gast.Name)}
        while name in used or name in others or self.is_local(name):
            name += "_"
        return name

    def bind(self, name: str, value: Atom | LocalFunction) -> None:
        """Bind a local name; a temporary takes the name."""
        key = self.names.key(name)
        assert key is not None, name
        self.env[key] = value
        if isinstance(value, Var) and not value.name:
            value.name = name

    def inner_names(self, own: Iterable[str], around: Names, outside: frozenset[str] = frozenset()) -> Names:
        """The names of a scope that is lowered in place, with variables of its own."""
        number = next(self.numbers)
        return Names({name: f"{name}@{number}" for name in own}, around, outside)

    def changed(self, nodes: Sequence[Any]) -> list[str]:
        """The keys of the variables that a piece of the function may change."""

        def function_of(key: str) -> LocalFunction | None:
            value = self.env.get(key)
            return value if isinstance(value, LocalFunction) else None

        return changed_keys(nodes, self.names, function_of)

    def carry(self, keys: Iterable[str]) -> Carried:
        """Give each variable that a loop changes a carried value."""
        functions = {k: f for k in keys if isinstance(f := self.env.get(k), LocalFunction)}
        carried = [k for k in keys if k not in functions]
        inits = tuple(self.env.get(k, UNDEF) for k in carried)
        params = tuple(Var(hint_of(k), self.origin) for k in carried)
        self.env.update(zip(carried, params, strict=True))
        return Carried(carried, inits, params, functions)  # type: ignore[arg-type]

    def carried_on(self, carried: Carried) -> list[Atom]:
        """At the end of a trip: the values that the carried variables have then."""
        for key, function in carried.functions.items():
            if self.env.get(key) is not function:
                what = f"'{hint_of(key)}' is another function from the second trip on"
                self.found.add(what, self.origin, "which one is called is not known", "give them two names")
        values = [self.env.get(key, UNDEF) for key in carried.keys]
        return [UNDEF if isinstance(v, LocalFunction) else v for v in values]

    def carried_out(self, carried: Carried) -> tuple[Var, ...]:
        """After a loop: the results that its carried variables stand for."""
        results = tuple(Var(hint_of(k), self.origin) for k in carried.keys)
        for key, result in zip(carried.keys, results, strict=True):
            # A function that the loop's body defines is not known to be defined after it.
            self.env[key] = UNDEF if isinstance(self.env.get(key), LocalFunction) else result
        return results

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

    def made_here(self, node: Any, name: str = "<lambda>") -> LocalFunction:
        """The function that a def or lambda makes here."""
        raise NotImplementedError  # local_functions.py

    def local_function(self, node: Any) -> LocalFunction | None:
        """The nested function that an expression is, if it is a lambda or the name of one."""
        raise NotImplementedError  # local_functions.py

    def as_function(self, node: Any) -> Const | None:
        """A nested function that reads no local variable, as the function that Python would make of it."""
        raise NotImplementedError  # local_functions.py

    def syntax(self, node: Any, passive: bool = False) -> Atom:
        """An expression that is kept as it is."""
        raise NotImplementedError  # kept.py

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        """Lower a call of a lambda or nested def: its body in place of the call."""
        raise NotImplementedError  # local_functions.py

    def bind_arguments(self, function: LocalFunction, node: Any) -> dict[str, Atom | LocalFunction] | None:
        """What the parameters of a nested function stand for at a call; None where that is refused."""
        raise NotImplementedError  # local_functions.py

    def body_value(self, body: Sequence[Any]) -> Atom:
        """Lower a function's body; the atom that it returns."""
        raise NotImplementedError  # branches.py


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint with the known name that is nearest to one that is not known."""
    near = difflib.get_close_matches(name, known, 1, cutoff=0.75)
    return f"did you mean '{near[0]}'?" if near else ""


def hint_of(key: str) -> str:
    """The emitted name of a variable or flag; a returned value has none of its own."""
    return "" if key == VALUE else key.lstrip("@").split("@")[0]


def same_binding(a: Atom | LocalFunction, b: Atom | LocalFunction) -> bool:
    """Whether a name certainly stands for the same in two places."""
    if isinstance(a, LocalFunction) or isinstance(b, LocalFunction):
        return a is b
    return same_atom(a, b)


def _block(block: Block, yields: Sequence[Atom | LocalFunction]) -> Block:
    """A block with other yields; one that control leaves yields nothing."""
    return Block(block.stmts, tuple(UNDEF if block.leaves else a for a in yields))  # type: ignore[misc]


def placed(node: Any, at: Any) -> Any:
    """A node that was made, its new parts at the place of another."""
    for part in gast.walk(node):
        if not hasattr(part, "lineno"):
            gast.copy_location(part, at)
    return node
