"""`detach` and `no_grad`: what a program may say about its own derivative."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


def detach(value: T) -> T:
    """The value itself; inside a differentiated function it counts as a constant."""
    return value


class no_grad:  # noqa: N801 (the field's name for it)
    """`with no_grad():` inside a differentiated function: what the block computes counts as
    constant. Anywhere else it does nothing."""

    def __enter__(self) -> no_grad:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
