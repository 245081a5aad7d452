"""`detach`, `no_grad` and `grad_of`: what a program may say about its own derivative."""

from __future__ import annotations

from types import TracebackType
from typing import Any, TypeVar

from adcompile.runtime.tangents import zero_tangent

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


class grad_of:  # noqa: N801 (a statement's word)
    """`with grad_of(h) as g:` inside a differentiated function: the block runs in the reverse sweep
    at this point, where `g` is what arrives there: the derivative of the result by `h`, as far as
    it is used behind the block. The `g` at the end of the block goes on.

    Where nothing is differentiated, nothing arrives: the block runs with zeros in the form of `h`,
    and what it makes of them goes nowhere.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def __enter__(self) -> Any:
        return zero_tangent(self._value)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
