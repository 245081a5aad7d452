"""Derivatives of every order by every composition of the modes, each checked against the others.

The derivative of a function along `d1`, then along `d2`, and so on, is one number, whichever mode
takes each step: forward mode by a tangent, reverse mode by the product of the gradient with the
direction. Of order n there are 2**n compositions, all of which have to give that number; and it has
to be what differences of the order before give.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcompile.api import grad
from adcompile.pushforward import jvp
from adcompile.testing.directions import direction_like, moved_along
from adcompile.testing.gradients import FIVE_POINT, GradientMismatch
from adcompile.testing.loading import contraction, load_text
from adcompile.testing.programs.references import float_arguments
from adcompile.testing.refusals import is_refusal

JVP, GRAD = "jvp", "grad"
STEP = 1e-3
LARGE = 1e6  # beyond this, nothing is to be learnt from a difference

Modes = tuple[str, ...]  # those that a derivative was taken by, the first one innermost
Calls = Callable[[Callable[..., Any], Sequence[Any]], float]


def spelled(modes: Modes) -> str:
    """A composition as one says it: the last mode first."""
    return " of ".join(reversed(modes))


def compositions(order: int) -> Iterator[Modes]:
    """All compositions of the modes of an order."""
    yield from itertools.product((GRAD, JVP), repeat=order)


def value_of(f: Callable[..., Any], args: Sequence[Any]) -> float:
    """What a function gives for copies of some arguments."""
    return float(f(*copy.deepcopy(list(args))))


@dataclass
class Derivatives:
    """The derivatives of a function that returns a number, along one direction for each order.
    They are functions of its arguments, with source, and made once."""

    function: Callable[..., Any]
    args: Sequence[Any]
    seed: int = 5
    calls: Calls = value_of
    made: dict[Modes, Callable[..., Any]] = field(default_factory=dict)
    module: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.where = float_arguments(self.args)
        self.rng = np.random.default_rng(self.seed)
        self.directions: list[list[Any]] = []

    def direction(self, order: int) -> list[Any]:
        """The direction of an order: for each argument that holds floats, as it is built."""
        while len(self.directions) <= order:
            self.directions.append([direction_like(self.args[i], self.rng) for i in self.where])
        return self.directions[order]

    def by(self, modes: Modes) -> Callable[..., Any]:
        """The derivative by a composition of the modes."""
        if not modes:
            return self.function
        if modes not in self.made:
            step = self._pushed if modes[-1] == JVP else self._pulled
            self.made[modes] = step(self.by(modes[:-1]), self.direction(len(modes) - 1))
        return self.made[modes]

    def _pushed(self, f: Callable[..., Any], direction: Sequence[Any]) -> Callable[..., Any]:
        return self._load("return {df}({names}, {w})[1]", jvp(f, tuple(self.where)), direction)

    def _pulled(self, f: Callable[..., Any], direction: Sequence[Any]) -> Callable[..., Any]:
        terms = [contraction(f"g[{k}]", f"{{w}}[{k}]", d) for k, d in enumerate(direction)]
        body = "g = {df}({names})\n    return " + " + ".join(terms)
        return self._load(body, grad(f, tuple(self.where)), direction)

    def _load(self, body: str, df: Any, direction: Sequence[Any]) -> Callable[..., Any]:
        """A function of the arguments with this body. All have the same globals, as the functions
        of a module do."""
        number, names = len(self.made), ", ".join(f"a{k}" for k in range(len(self.args)))
        given = {f"df{number}": df, f"w{number}": tuple(direction)}
        lines = body.format(df=f"df{number}", w=f"w{number}", names=names)
        text = f"def along{number}({names}):\n    {lines}\n"
        return load_text(text, f"along{number}", self.module, **given)

    def value(self, modes: Modes) -> float:
        """The derivative by a composition, at the arguments."""
        return self.calls(self.by(modes), self.args)

    def differences(self, modes: Modes, step: float = STEP) -> float:
        """How the derivative by a composition changes along the direction of the next order."""
        direction = dict(zip(self.where, self.direction(len(modes)), strict=True))
        total = 0.0
        for k, weight in FIVE_POINT:
            at = [moved_along(a, direction.get(i), k * step) for i, a in enumerate(self.args)]
            total += weight * self.calls(self.by(modes), at) / step
        return total


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one order: the compositions that are refused, each with the error, and
    whether differences could say anything (not near a kink)."""

    refused: dict[Modes, Exception]
    compared: bool


def check_order(of: Derivatives, order: int, rtol: float = 1e-9, by_differences: bool = True) -> Found:
    """Check the derivatives of one order against each other, and one against differences.

    Raises:
        GradientMismatch: with the numbers.
    """
    values: dict[Modes, float] = {}
    refused: dict[Modes, Exception] = {}
    for modes in compositions(order):
        try:
            values[modes] = of.value(modes)
        except Exception as error:
            if not is_refusal(error):
                raise
            refused[modes] = error
    scale = max([1.0, *(abs(v) for v in values.values())])
    if values:
        first, *others = values.items()
        for modes, value in others:
            if not abs(value - first[1]) <= rtol * scale:
                raise GradientMismatch(
                    f"compositions differ: {spelled(modes)} gives {value!r}, {spelled(first[0])} {first[1]!r}"
                )
    right = _by_differences(of, order - 1) if values and by_differences and scale < LARGE else None
    if right is not None and not abs(right - first[1]) <= 1e-5 * scale:
        raise GradientMismatch(f"a derivative is wrong: {spelled(first[0])} gives {first[1]!r}, differences {right!r}")
    return Found(refused, right is not None)


def _by_differences(of: Derivatives, order: int) -> float | None:
    """The derivative of the next order by differences of one, or None if steps of two sizes disagree."""
    for modes in compositions(order):
        try:
            coarse, fine = (of.differences(modes, STEP * scale) for scale in (1.0, 0.5))
        except Exception as error:
            if not is_refusal(error):
                raise
            continue
        return fine if abs(coarse - fine) <= 1e-6 * max(1.0, abs(fine)) else None
    return None


__all__ = ["Derivatives", "Found", "check_order", "compositions", "spelled"]
