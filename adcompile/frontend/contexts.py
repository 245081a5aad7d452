"""Lower `with`: a context is entered as the user wrote it, `no_grad` detaches what its block reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast

from adcompile.frontend.lowering import Lowering, hint_of, same_binding
from adcompile.frontend.names import LocalFunction
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, Const, Var, With
from adcompile.runtime.markers import detach, no_grad


class Contexts(Lowering):
    """Lowers `with`."""

    def stmt_With(self, stmt: Any) -> None:
        """`with context as target: body`; several contexts nest."""
        first, *others = stmt.items
        if others:
            inner = gast.copy_location(gast.With(others, stmt.body, None), stmt)
            return self.stmt_With(gast.copy_location(gast.With([first], [inner], None), stmt))
        context = first.context_expr
        if isinstance(context, gast.Call) and self._static(context.func) is no_grad:
            return self._no_grad(stmt)
        manager = self.expr(context)
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

    def _static(self, node: Any) -> Any:
        """The object that a dotted outside name denotes, or None."""
        if isinstance(node, gast.Name) and not self.is_local(node.id):
            value = self.scope.value(node.id)
            return value
        if isinstance(node, gast.Attribute):
            return getattr(self._static(node.value), node.attr, None)
        return None

    def _no_grad(self, stmt: Any) -> None:
        """`with no_grad():` every value that the block reads is detached."""
        for name, value in list(self.env.items()):
            if isinstance(value, Var) and name[0] != "@":
                self.env[name] = self.call(detach, value, node=stmt)
        detached = {a: n for n, a in self.env.items() if isinstance(a, Var)}
        before = dict(self.env)
        self.statements(stmt.body)
        plain = {s.result: s.args[0] for s in self.stmts if isinstance(s, Call) and s.fn is detach}
        for name, value in self.env.items():
            if isinstance(value, Var) and value in detached and before.get(name) is value:
                self.env[name] = plain.get(value, value)  # type: ignore[assignment]
