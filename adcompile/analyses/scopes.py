"""In which block each value is defined, and which loop's trip it belongs to.

relies on: nothing.  ensures: a scope for each value and each statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adcompile.ir.nodes import Block, Call, For, If, Loop, Stmt, Var, While
from adcompile.ir.traverse import blocks_of, inner_of, results_of


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A block: its owner and position among the owner's blocks, and the scope around it."""

    parent: Scope | None
    owner: Stmt | None
    side: int

    @property
    def frame(self) -> Loop | None:
        """The innermost loop whose trip this scope belongs to; None for the function itself."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope.owner, (For, While)):
                return scope.owner
            scope = scope.parent
        return None


class Scopes:
    """The scopes of a forward sweep."""

    def __init__(self, stmts: Sequence[Stmt], inputs: Sequence[Var]) -> None:
        self.root = Scope(None, None, 0)
        self.of: dict[Var, Scope] = dict.fromkeys(inputs, self.root)
        self.of_stmt: dict[Stmt, Scope] = {}
        self.calls: dict[Var, Call] = {}
        self._enter(stmts, self.root)

    def _enter(self, stmts: Sequence[Stmt], scope: Scope) -> None:
        for stmt in stmts:
            self.of_stmt[stmt] = scope
            for var in results_of(stmt):
                self.of[var] = scope
            if isinstance(stmt, Call) and len(stmt.results) == 1:
                self.calls[stmt.result] = stmt
            blocks: Sequence[Block] = blocks_of(stmt)
            for side, block in enumerate(blocks):
                inner = Scope(scope, stmt, side)
                for var in inner_of(stmt) if side == len(blocks) - 1 or not isinstance(stmt, If) else ():
                    self.of[var] = inner
                self._enter(block.stmts, inner)

    def frame(self, var: Var) -> Loop | None:
        """The loop whose trip a value belongs to; None for the function itself."""
        return self.of[var].frame

    def is_of(self, var: Var, frame: Loop | None) -> bool:
        """Whether a value is one of a trip of `frame`, or of the function itself."""
        return var in self.of and self.frame(var) is frame
