"""Lower loops: what a trip changes is carried from trip to trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast

from adcompile.frontend.branches import Branches
from adcompile.frontend.jumps import (
    contains_break,
    contains_own_break,
    contains_return,
)
from adcompile.frontend.lowering import JUMPED, RETURNED, STOP, VALUE, Carried
from adcompile.frontend.mapped import Mapped
from adcompile.frontend.names import LocalFunction
from adcompile.ir.nodes import FALSE, TRUE, UNDEF, Atom, For, Var, While


class Loops(Mapped, Branches):
    """Lowers `for` and `while`, with their `else`."""

    def stmt_For(self, stmt: Any) -> None:
        """`for target in iterable: body`."""
        origin, stmt = self.origin, self.over_items(stmt)
        head = self.loop_head(stmt.target, stmt.iter)
        carried = self._enter_loop([stmt.target, *stmt.body], stmt.body)

        def body() -> Sequence[Atom]:
            head.bind()
            return self._loop_body(stmt.body, carried)

        block = self.block(body)
        results, stop = self._leave_loop(carried)
        index = Var("k", origin)
        items, sources = tuple(head.items), tuple(head.sources)
        self.emit(For(items, sources, carried.params, carried.inits, block, results, stop, index, origin))
        self._loop_else(stmt)

    def stmt_While(self, stmt: Any) -> None:
        """`while test: body`; a test that changes a variable is made in the body."""
        if self.changed([stmt.test]):
            return self._while_true(stmt)
        origin = self.origin
        carried = self._enter_loop(stmt.body, stmt.body)
        head = self.block(lambda: [self.expr(stmt.test)])
        body = self.block(lambda: self._loop_body(stmt.body, carried))
        results, stop = self._leave_loop(carried)
        self.emit(While(carried.params, carried.inits, head, body, results, stop, origin))
        endless = isinstance(stmt.test, gast.Constant) and stmt.test.value is True
        if endless and RETURNED in carried.keys and not contains_own_break(stmt.body):
            self.env.update({RETURNED: TRUE, JUMPED: TRUE})  # there is no other way out
        return self._loop_else(stmt)

    def _while_true(self, stmt: Any) -> None:
        """`while test: body else: orelse` as `while True: if not test: break; body`."""
        ended = f"ended@{next(self.numbers)}"
        self.names.own[ended] = ended
        self.env[ended] = FALSE

        def at(node: Any) -> Any:
            return gast.copy_location(node, stmt.test)

        def name(context: Any) -> Any:
            return at(gast.Name(ended, context, None, None))

        note = [at(gast.Assign([name(gast.Store())], at(gast.Constant(True, None)), None))] if stmt.orelse else []
        test = at(gast.If(at(gast.UnaryOp(gast.Not(), stmt.test)), [*note, at(gast.Break())], []))
        loop = gast.copy_location(gast.While(gast.Constant(True, None), [test, *stmt.body], []), stmt)
        after = [at(gast.If(name(gast.Load()), stmt.orelse, []))] if stmt.orelse else []
        self.statements([loop, *after])

    def _enter_loop(self, binding: Sequence[Any], body: Sequence[Any]) -> Carried:
        """Carry what the loop binds, and the flags of its jumps."""
        keys = self.changed(binding)
        if contains_break(body):
            keys.append(STOP)
            self.env[STOP] = FALSE
        if contains_return(body):
            keys += [RETURNED, VALUE]
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        return self.carry(keys)

    def _loop_body(self, body: Sequence[Any], carried: Carried) -> Sequence[Atom]:
        self.depth += 1
        self.env[JUMPED] = FALSE
        if STOP in carried.keys:
            self.env[STOP] = FALSE
        if RETURNED in carried.keys:
            self.env.update({RETURNED: FALSE, VALUE: UNDEF})
        self.statements(body)
        self.depth -= 1
        return self.carried_on(carried)

    def _leave_loop(self, carried: Carried) -> tuple[tuple[Var, ...], int | None]:
        results = self.carried_out(carried)
        self.env[JUMPED] = self.env[RETURNED] if RETURNED in carried.keys else FALSE
        return results, carried.keys.index(STOP) if STOP in carried.keys else None

    def _loop_else(self, stmt: Any) -> None:
        """What follows a loop: its `else`, and the restored flag of the loop around it."""
        stopped = self.env[STOP]
        returned = self.env[RETURNED] if contains_return(stmt.body) else FALSE
        assert not isinstance(returned, LocalFunction)
        self.env[STOP] = returned  # a break of this loop is none of the loop around it; one in its `else` is
        if stmt.orelse:
            if contains_break(stmt.body):
                assert isinstance(stopped, Var)
                self.branch(stopped, lambda: None, lambda: self.statements(stmt.orelse))
            else:
                self.statements(stmt.orelse)
