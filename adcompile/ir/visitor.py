"""A walk over statements that treats each by what it is.

relies on: nothing.  ensures: every kind of statement has its method.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from adcompile.ir.nodes import Call, For, If, Loop, Opaque, Stmt, While, With


class Visitor(ABC):
    """What passes that go from statement to statement have in common."""

    def stmt(self, stmt: Stmt) -> None:
        """Treat one statement."""
        if isinstance(stmt, Call):
            self.call(stmt)
        elif isinstance(stmt, If):
            self.branch(stmt)
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, With):
            self.region(stmt)
        else:
            self.opaque(stmt)

    @abstractmethod
    def call(self, call: Call) -> None:
        """Treat a call."""

    @abstractmethod
    def branch(self, stmt: If) -> None:
        """Treat a branch."""

    @abstractmethod
    def loop(self, loop: Loop) -> None:
        """Treat a loop."""

    @abstractmethod
    def region(self, stmt: With) -> None:
        """Treat a `with` block."""

    @abstractmethod
    def opaque(self, stmt: Opaque) -> None:
        """Treat a statement of Python's that is kept as it is."""
