"""Lower loops: what a trip changes is carried from trip to trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast

from adcompile.frontend.branches import Branches
from adcompile.frontend.iteration import Iteration
from adcompile.frontend.jumps import (
    bound_names,
    contains_break,
    contains_own_break,
    contains_return,
    may_jump,
    parts_of_scope,
)
from adcompile.frontend.lowering import JUMPED, RETURNED, STOP, VALUE, LocalFunction, hint_of
from adcompile.ir.nodes import FALSE, TRUE, UNDEF, Atom, For, Var, While


class Loops(Iteration, Branches):
    """Lowers `for` and `while`, with their `else`."""

    def stmt_For(self, stmt: Any) -> None:
        """`for target in iterable: body`."""
        origin = self.origin
        items, sources, bind = self.loop_sources(stmt.target, stmt.iter)
        carried, inits, params = self._enter_loop([stmt.target, *stmt.body], stmt.body)

        def body() -> Sequence[Atom]:
            bind()
            return self._loop_body(stmt.body, carried)

        block = self.block(body)
        results, stop = self._leave_loop(carried, stmt.body)
        index = Var("k", origin)
        self.emit(For(items, sources, params, inits, block, results, stop, index, origin))
        self._loop_else(stmt)

    def stmt_While(self, stmt: Any) -> None:
        """`while test: body`."""
        origin = self.origin
        if any(isinstance(n, gast.NamedExpr) for n in parts_of_scope(stmt.test)):
            # A walrus in the test binds a name for the body and for what follows.
            test = gast.If(gast.UnaryOp(gast.Not(), stmt.test), [gast.Break()], [])
            gast.copy_location(test, stmt.test)
            gast.copy_location(test.test, stmt.test)
            loop = gast.While(gast.Constant(True, None), [test, *stmt.body], stmt.orelse)
            if stmt.orelse:
                self.refuse(stmt, "'else' of a while loop whose test assigns", "", "assign inside the loop")
            return self.stmt_While(gast.copy_location(loop, stmt))
        carried, inits, params = self._enter_loop(stmt.body, stmt.body)
        entry = dict(self.env)
        head = self.block(lambda: [self.expr(stmt.test)])
        self.env = dict(entry)
        body = self.block(lambda: self._loop_body(stmt.body, carried))
        results, stop = self._leave_loop(carried, stmt.body)
        self.emit(While(params, inits, head, body, results, stop, origin))
        endless = isinstance(stmt.test, gast.Constant) and stmt.test.value is True
        if endless and RETURNED in carried and not contains_own_break(stmt.body):
            self.env.update({RETURNED: TRUE, JUMPED: TRUE})  # there is no other way out
        return self._loop_else(stmt)

    def _enter_loop(
        self, binding: Sequence[Any], body: Sequence[Any]
    ) -> tuple[list[str], tuple[Atom, ...], tuple[Var, ...]]:
        """Give each name that the loop binds a carried value; bind the names to the params."""
        carried = [n for n in bound_names(binding) if n in self.locals]
        if contains_break(body):
            carried.append(STOP)
            self.env[STOP] = FALSE
        if contains_return(body):
            carried += [RETURNED, VALUE]
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        inits, params = [], []
        for name in list(carried):
            init = self.env.get(name, UNDEF)
            if isinstance(init, LocalFunction):
                carried.remove(name)
                continue
            inits.append(init)
            params.append(Var(hint_of(name), self.origin))
            self.env[name] = params[-1]
        return carried, tuple(inits), tuple(params)

    def _loop_body(self, body: Sequence[Any], carried: Sequence[str]) -> Sequence[Atom]:
        self.depth += 1
        self.env[JUMPED] = FALSE
        if STOP in carried:
            self.env[STOP] = FALSE
        if RETURNED in carried:
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        self.statements(body)
        self.depth -= 1
        yields = []
        for name in carried:
            value = self.env.get(name, UNDEF)
            yields.append(UNDEF if isinstance(value, LocalFunction) else value)
        return yields

    def _leave_loop(self, carried: Sequence[str], body: Sequence[Any]) -> tuple[tuple[Var, ...], int | None]:
        results = tuple(Var(hint_of(n), self.origin) for n in carried)
        self.env.update(zip(carried, results, strict=True))
        self.env[JUMPED] = self.env[RETURNED] if RETURNED in carried else FALSE
        return results, carried.index(STOP) if STOP in carried else None

    def _loop_else(self, stmt: Any) -> None:
        """What follows a loop: its `else`, and the restored flag of the loop around it."""
        stopped = self.env[STOP]
        if stmt.orelse:
            if contains_break(stmt.body):
                assert isinstance(stopped, Var)
                self.branch(stopped, lambda: None, lambda: self.statements(stmt.orelse))
            else:
                self.statements(stmt.orelse)
        returned = self.env[RETURNED] if contains_return(stmt.body) else FALSE
        assert not isinstance(returned, LocalFunction)
        if not any(may_jump(s) for s in stmt.orelse):
            self.env[STOP] = returned
