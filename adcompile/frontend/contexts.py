"""Lower `with`: a context is entered as the user wrote it. `with no_grad():` has the class itself
for its context: it is nothing that has to be entered, and `detach_blocks` takes it out."""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from collections.abc import Sequence
from typing import Any

import gast

from adcompile.errors import SourceError
from adcompile.frontend.jumps import parts_of_scope
from adcompile.frontend.lowering import Lowering, hint_of, same_binding
from adcompile.frontend.names import LocalFunction
from adcompile.frontend.source import function_source
from adcompile.ir.nodes import UNDEF, Atom, Block, Const, Var, With
from adcompile.runtime.contexts import not_swallowing
from adcompile.runtime.markers import grad_of, no_grad


class Contexts(Lowering):
    """Lowers `with`."""

    def stmt_With(self, stmt: Any) -> None:
        """`with context as target: body`; several contexts nest."""
        first, *others = stmt.items
        if others:
            inner = gast.copy_location(gast.With(others, stmt.body, None), stmt)
            return self.stmt_With(gast.copy_location(gast.With([first], [inner], None), stmt))
        context = first.context_expr
        if isinstance(context, gast.Call) and self.known_object(context.func) is grad_of:
            self.refuse(
                stmt, "'grad_of' is imported in the function", "its block is put apart before names are followed",
                "import it where the function is defined, not in the function",
            )
        detaches = isinstance(context, gast.Call) and self.known_object(context.func) is no_grad
        manager = Const(no_grad) if detaches else self.expr(context)
        safe = detaches or self._lets_errors_out(context)
        if safe is None:
            manager = self.call(not_swallowing, manager, node=context)
        elif not safe:
            self.refuse(
                context, "this context may swallow an error that is raised in its block",
                "where the block ends then, and what follows from it, is not followed",
                "test for the case with 'if', or let __exit__ return None",
            )
        origin, before = self.origin, dict(self.env)
        target = Var("", origin) if first.optional_vars is not None else None

        def body() -> Sequence[Atom]:
            if target is not None:
                self.assign(first.optional_vars, target)
            self.statements(stmt.body)
            return []

        block = self.block(body)
        changed = {
            n: a
            for n, a in self.env.items()
            if not isinstance(a, LocalFunction) and not same_binding(a, before.get(n, UNDEF))
        }
        results = tuple(Var(hint_of(n), origin) for n in changed)
        block = Block(block.stmts, tuple(changed.values()))
        self.emit(With(manager, target, block, results, origin))
        for name, result in zip(changed, results, strict=True):
            # A flag that is the same on every path stays a constant, so that jumps stay plain.
            constant = name[0] == "@" and isinstance(changed[name], Const)
            self.env[name] = changed[name] if constant else result
        return None

    def _lets_errors_out(self, context: Any) -> bool | None:
        """Whether a context certainly swallows no error that is raised in its block; None where
        what it is is known only when the program runs."""
        made_by = self.known_object(context.func) if isinstance(context, gast.Call) else None
        if isinstance(made_by, type):
            return lets_errors_out(made_by)
        generator = getattr(made_by, "__wrapped__", None)
        return yields_plainly(generator) if inspect.isgeneratorfunction(generator) else None


SWALLOWING = (contextlib.suppress, contextlib.ExitStack)


def lets_errors_out(kind: type) -> bool:
    """Whether the `__exit__` of a class certainly returns nothing true."""
    leave = inspect.getattr_static(kind, "__exit__", None)
    if leave is None or issubclass(kind, SWALLOWING):
        return False
    package = kind.__module__.split(".")[0]
    if package in ("numpy", "adcompile") or (package in sys.stdlib_module_names and package != "__main__"):
        return True
    if not isinstance(leave, types.FunctionType):
        return False
    found = _returned(leave)
    return found is not None and all(r is None or (isinstance(r, gast.Constant) and not r.value) for r in found)


def _returned(function: types.FunctionType) -> list[Any] | None:
    """The expressions that a function returns; None if it has no source."""
    try:
        node = function_source(function).node
    except SourceError:
        return None
    parts = (p for s in node.body for p in parts_of_scope(s))
    return [part.value for part in parts if isinstance(part, gast.Return)]


def yields_plainly(generator: Any) -> bool:
    """Whether the generator of a `contextmanager` certainly catches nothing where it yields."""
    try:
        body = function_source(generator).node.body
    except SourceError:
        return False
    parts = [p for s in body for p in parts_of_scope(s)]
    guards = [p for p in parts if isinstance(p, gast.With) or (isinstance(p, gast.Try) and p.handlers)]
    return not any(isinstance(p, (gast.Yield, gast.YieldFrom)) for g in guards for p in parts_of_scope(g))
