"""Lower a Python function to the IR.

Names become values: each assignment makes a new one, and control flow carries those that
it changes. Break, continue and return become flags that are values as well; statements
after a possible jump are guarded by the flag, or moved into the branch that does not jump.
What cannot be differentiated is collected, and reported all at once.

relies on: source, scope.  ensures: verified IR; every name is resolved or captured.
"""

from __future__ import annotations

import functools
import importlib
import types
from typing import Any

import gast

from adcompile.errors import DiagnosticList
from adcompile.frontend.assignments import Assignments
from adcompile.frontend.contexts import Contexts
from adcompile.frontend.expressions import Expressions
from adcompile.frontend.jumps import assigned_names
from adcompile.frontend.lifting import lifted_before
from adcompile.frontend.loops import Loops
from adcompile.frontend.names import Names
from adcompile.frontend.reverse_blocks import ReverseBlocks
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import function_source
from adcompile.ir.handed_on import without_unread
from adcompile.ir.nodes import NONE, Atom, Const, Function, Param, Var

STATEMENTS = "use assignments, if, for, while, with, and return"


def lower_function(function: types.FunctionType) -> Function:
    """The IR of a Python function.

    Raises:
        SourceError: if the function has no source.
        Refused: with every place in it that cannot be lowered.
    """
    source = function_source(function)
    found = DiagnosticList()
    lowering = FunctionLowering(source, OutsideScope(function), found)
    lowered = lowering.function(function)
    found.raise_if_any()
    return lowered


def lowered(function: types.FunctionType) -> Function:
    """The IR of a user's function; made again only if its code, or a name that it resolved, has changed."""
    lifted = lifted_before(function)
    if lifted is not None:
        return lifted
    found, defaults = _lowered_before(function, function.__code__)
    scope = OutsideScope(function)
    if defaults is not function.__defaults__ or any(scope.value(n) is not value for n, value in found.resolved):
        _lowered_before.cache_clear()
        found, _ = _lowered_before(function, function.__code__)
    return found


@functools.lru_cache(maxsize=512)
def _lowered_before(function: types.FunctionType, code: types.CodeType) -> tuple[Function, tuple[Any, ...] | None]:
    return without_unread(lower_function(function)), function.__defaults__


class FunctionLowering(Assignments, Loops, Contexts, Expressions, ReverseBlocks):
    """Lowers a whole function."""

    def function(self, function: types.FunctionType) -> Function:
        """Lower the whole function."""
        node = self.put_apart(self.source.node)
        self.found.raise_if_any()
        params = self._parameters(node.args, function)
        body = node.body if isinstance(node, gast.FunctionDef) else [gast.Return(node.body)]
        own = assigned_names(body) | set(self.env)
        self.names = Names({name: name for name in own})
        block = self.block(lambda: [self.body_value(body)])
        captures = tuple(self.scope.captures.values())
        name = node.name if isinstance(node, gast.FunctionDef) else "function"
        resolved = tuple(self.scope.resolved.items())
        return Function(name, tuple(params), block, captures, function, resolved)

    def _parameters(self, args: Any, function: types.FunctionType) -> list[Param]:
        params: list[Param] = []
        positional = [*args.posonlyargs, *args.args]
        defaults = function.__defaults__ or ()
        given = dict(zip([a.id for a in positional][len(positional) - len(defaults) :], defaults, strict=True))
        given.update(function.__kwdefaults__ or {})

        def add(arg: Any, kind: str) -> None:
            var = Var(arg.id, self.source.origin(arg))
            default = Const(given[arg.id]) if arg.id in given else None
            params.append(Param(var, kind, default))
            self.env[arg.id] = var

        for arg in positional:
            add(arg, "positional")
        if args.vararg:
            add(args.vararg, "*")
        for arg in args.kwonlyargs:
            add(arg, "keyword")
        if args.kwarg:
            add(args.kwarg, "**")
        return params

    def statement(self, stmt: Any) -> None:
        """Lower one statement."""
        self.origin = self.source.origin(stmt) or self.origin
        lower = getattr(self, "stmt_" + type(stmt).__name__, None)
        if lower is None:
            self.refuse(stmt, f"the statement '{type(stmt).__name__}' is not supported", "", STATEMENTS)
        else:
            lower(stmt)

    def stmt_Pass(self, stmt: Any) -> None:
        """`pass`."""

    def stmt_Expr(self, stmt: Any) -> None:
        """An expression as a statement; a constant is a docstring."""
        if isinstance(stmt.value, gast.Constant):
            return
        if isinstance(stmt.value, gast.Call) and self.mutating_call(stmt.value):
            return
        self.expr(stmt.value)

    # ------------------------------------------------------------- what no derivative can follow

    def stmt_Match(self, stmt: Any) -> None:
        """Refuse a `match` that is not a chain of comparisons (`plain_match`)."""
        why = "patterns that look into the subject are not followed"
        self.refuse(stmt, "'match' with such a pattern is not supported", why, "write if and elif")

    def stmt_ClassDef(self, stmt: Any) -> None:
        """Refuse a class."""
        self.refuse(
            stmt, "a class inside a differentiated function is not supported",
            "each call would make another class", "define it in the module",
        )
        self.bind(stmt.name, Var(stmt.name))

    def stmt_AsyncFunctionDef(self, stmt: Any) -> None:
        """Refuse an async function."""
        self.refuse(stmt, "an async function is not supported", "when it runs is not known", "write a plain def")
        self.bind(stmt.name, Var(stmt.name))

    def expr_Yield(self, node: Any) -> Atom:
        """Refuse a generator."""
        why, hint = "it has no single result", "append the values to a list, and return the list"
        return self.refuse(node, "a generator has no derivative", why, hint)

    def expr_YieldFrom(self, node: Any) -> Atom:
        """Refuse a generator."""
        return self.expr_Yield(node)

    # --------------------------------------------------------------- declarations and imports

    def stmt_Global(self, stmt: Any) -> None:
        for name in stmt.names:
            if self.is_local(name) and not (isinstance(stmt, gast.Nonlocal) and self.names.around):
                self.refuse(
                    stmt,
                    f"the global '{name}' is assigned",
                    "the change would be seen by others, and its derivative by nobody",
                    f"return the value, and assign '{name}' where the function is called",
                )
                self.bind(name, self.scope.atom(name) or NONE)

    def stmt_Nonlocal(self, stmt: Any) -> None:
        self.stmt_Global(stmt)

    def stmt_Import(self, stmt: Any) -> None:
        for alias in stmt.names:
            try:
                module = importlib.import_module(alias.name)
            except ImportError:  # which is the program's own error
                return self.keep(stmt)
            root = alias.name.split(".")[0]
            self.bind(alias.asname or root, Const(module if alias.asname else importlib.import_module(root)))
        return None

    def stmt_ImportFrom(self, stmt: Any) -> None:
        package = self.scope.holder.__globals__.get("__package__")
        try:
            module = importlib.import_module("." * stmt.level + (stmt.module or ""), package)
            found = {alias.asname or alias.name: getattr(module, alias.name) for alias in stmt.names}
        except (ImportError, AttributeError):  # which is the program's own error
            return self.keep(stmt)
        for name, value in found.items():
            self.bind(name, Const(value))
        return None


__all__ = ["lower_function", "lowered"]
