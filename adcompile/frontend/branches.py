"""Lower lists of statements and branches: names become results, jumps become flags.

Statements after a possible jump are guarded by its flag, or moved into the branch that does
not jump.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from adcompile.frontend.jumps import always_jumps, may_jump
from adcompile.frontend.lowering import (
    FLAGS,
    JUMPED,
    RETURNED,
    STOP,
    VALUE,
    Lowering,
)
from adcompile.frontend.names import LocalFunction
from adcompile.ir.nodes import FALSE, NONE, TRUE, UNDEF, Atom, Var, leaves


class Branches(Lowering):
    """Lowers statement lists, jumps, and `if`."""

    def body_value(self, body: Sequence[Any]) -> Atom:
        """Lower a function's body; the atom that it returns."""
        outer_depth, self.depth = self.depth, 0
        outer_flags = {flag: self.env[flag] for flag in FLAGS if flag in self.env}
        self.env.update({JUMPED: FALSE, RETURNED: FALSE, VALUE: UNDEF, STOP: FALSE})
        self.statements(body)
        returned, value = self.env[RETURNED], self.env[VALUE]
        self.depth = outer_depth
        self.env.update(outer_flags)
        assert not isinstance(value, LocalFunction) and not isinstance(returned, LocalFunction)
        if returned is TRUE or (self.stmts and leaves(self.stmts[-1])):
            return value
        if returned is FALSE:
            return NONE
        return self.choose(returned, lambda: value, lambda: NONE)

    def statements(self, stmts: Sequence[Any]) -> None:
        """Lower a list of statements; those behind a possible jump are guarded."""
        for position, stmt in enumerate(stmts):
            rest = stmts[position + 1 :]
            if isinstance(stmt, gast.If) and rest and may_jump(stmt):
                if always_jumps(stmt.body) and not always_jumps(stmt.orelse):
                    return self._if(stmt, stmt.body, [*stmt.orelse, *rest])
                if always_jumps(stmt.orelse) and not always_jumps(stmt.body):
                    return self._if(stmt, [*stmt.body, *rest], stmt.orelse)
            self.statement(stmt)
            jumped = self.env[JUMPED]
            if jumped is TRUE or isinstance(stmt, gast.Raise):
                return None
            if jumped is not FALSE and rest:
                assert isinstance(jumped, Var)
                return self.branch(jumped, self._after_jump, lambda: self._unguarded(rest))
        return None

    def _after_jump(self) -> None:
        """Behind a jump: outside all loops it was a return."""
        if self.depth == 0:
            self.env[RETURNED] = TRUE

    def _unguarded(self, stmts: Sequence[Any]) -> None:
        self.env[JUMPED] = FALSE
        self.statements(stmts)

    def statement(self, stmt: Any) -> None:
        """Lower one statement."""
        raise NotImplementedError  # lower.py

    # --------------------------------------------------------------------------------- jumps

    def stmt_Return(self, stmt: Any) -> None:
        """`return value`: a jump out of every loop."""
        value = NONE if stmt.value is None else self.expr(stmt.value)
        self.env.update({VALUE: value, RETURNED: TRUE, STOP: TRUE, JUMPED: TRUE})

    def stmt_Break(self, stmt: Any) -> None:
        """`break`: a jump that stops the loop."""
        self.env.update({STOP: TRUE, JUMPED: TRUE})

    def stmt_Continue(self, stmt: Any) -> None:
        """`continue`: a jump to the end of the trip."""
        self.env[JUMPED] = TRUE

    # ------------------------------------------------------------------------------ branches

    def stmt_If(self, stmt: Any) -> None:
        """`if test: body else: orelse`."""
        self._if(stmt, stmt.body, stmt.orelse)

    def _if(self, stmt: Any, body: Sequence[Any], orelse: Sequence[Any]) -> None:
        self.origin = self.source.origin(stmt) or self.origin
        cond = self.expr(stmt.test)
        self.branch(cond, lambda: self.statements(body), lambda: self.statements(orelse))

    def branch(self, cond: Atom, then: Callable[[], None], orelse: Callable[[], None]) -> None:
        """`if cond: then() else: orelse()`."""
        self.either(cond, lambda: _without_yields(then), lambda: _without_yields(orelse))


def _without_yields(body: Callable[[], None]) -> Sequence[Atom]:
    body()
    return ()
