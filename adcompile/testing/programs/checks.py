"""A program's value, gradient and effect on its arguments against the plain function's."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from adcompile.api import grad, value_and_grad
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.loading import along
from adcompile.testing.programs.orders import Derivatives, check_order
from adcompile.testing.programs.references import (
    Reference,
    agree,
    float_arguments,
    numbers_of,
    references,
    tame_references,
)
from adcompile.vector_jacobian import vjp


class Expected:
    """What the plain function gives, and what it leaves of its arguments."""

    def __init__(self, f: Callable[..., Any], args: Sequence[Any], right: Sequence[Reference], tolerance: float):
        self.args = args
        self.right = right
        self.tolerance = tolerance
        self.after = with_arrays(copy.deepcopy(list(args)))
        self.value = f(*self.after[: len(args)])

    def compare_value(self, value: Any) -> None:
        """The value has to be the plain function's to the bit."""
        if np.asarray(value).tobytes() != np.asarray(self.value).tobytes():
            raise GradientMismatch(f"the value is another: {value!r}, the function {self.value!r}")

    def compare_arguments(self, at: Sequence[Any]) -> None:
        """What was passed, with the arrays that were in it (`with_arrays`), has to be as after a plain
        call."""
        for position, (left, plain) in enumerate(zip(at, self.after, strict=True)):
            if not same(left, plain):
                raise GradientMismatch(f"an argument is left different: {position}\n  {left!r}\n  expected {plain!r}")

    def compare_gradients(self, gradients: dict[int, Any], at: Sequence[Any]) -> None:
        """The gradients, by position, have to be right, and their arrays the caller's to keep."""
        for right in self.right:
            if not set(right.positions) <= set(gradients):
                continue
            numbers = [numbers_of(gradients[p], self.args[p]) for p in right.positions]
            made: np.ndarray = np.sum(numbers, axis=0)
            if not agree(made, right.numbers, self.tolerance if right.exact else 1e-6):
                way = "complex step" if right.exact else "differences"
                raise GradientMismatch(
                    f"the gradient is wrong: by argument {_listed(right.positions)} of {_listed(gradients)}\n"
                    f"  computed {made}\n  expected {right.numbers} ({way})"
                )
        others = list(arrays(list(at)))
        for array in (a for gradient in gradients.values() for a in arrays(gradient)):
            if any(np.shares_memory(array, other) for other in others):
                raise GradientMismatch(f"a gradient shares memory: {array!r}, with an argument or another gradient")
            others.append(array)


def _listed(positions: Iterable[int]) -> str:
    return ", ".join(map(str, positions))


def same(a: Any, b: Any) -> bool:
    """Whether two arguments are of one structure, with the same numbers to the bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(np.asarray(a).tobytes() == np.asarray(b).tobytes()) if isinstance(a, float) else bool(a == b)


def arrays(value: Any) -> Iterator[np.ndarray]:
    """The arrays in an argument or a gradient."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays(item)


def with_arrays(args: list[Any]) -> list[Any]:
    """Arguments, and behind them the arrays that they hold now: a container may hold others later."""
    return [*args, *arrays(args)]


def check_program(
    f: Callable[..., Any],
    args: Sequence[Any],
    *,
    alone: Sequence[int] | None = None,
    pulled: bool = False,
    tolerance: float = 1e-12,
    right: Sequence[Reference] | None = None,
) -> str:
    """Check the value and the gradient of `f` by all arguments that hold floats.

    The value has to be the plain function's to the bit, and so have the arguments afterwards. The
    gradient has to agree with the complex step within `tolerance`, or with differences within
    1e-6. It is computed by all arguments at once, and by those in `alone` (all, if left out) one
    at a time; with `pulled` by a pullback as well, which is called twice.

    Returns:
        The emitted program that gives all gradients at once.

    Raises:
        GradientMismatch: with both gradients.
    """
    where = float_arguments(args)
    expected = Expected(f, args, right or references(f, args), tolerance)
    together = value_and_grad(f, tuple(where))
    requests: list[tuple[Sequence[int], Any]] = [(where, together)]
    if len(where) > 1:
        requests += [((p,), value_and_grad(f, (p,))) for p in (where if alone is None else alone)]
    for positions, df in requests:
        at = copy.deepcopy(list(args))
        passed = with_arrays(at)
        value, gradients = df(*at)
        expected.compare_value(value)
        expected.compare_arguments(passed)
        expected.compare_gradients(dict(zip(positions, gradients, strict=True)), at)
    if pulled:
        check_pullback(f, args, expected)
    return str(together.source)


def check_pullback(f: Callable[..., Any], args: Sequence[Any], expected: Expected) -> None:
    """Check the value and the pullback of `f`: it may be called again, and gives the same."""
    where = float_arguments(args)
    at = copy.deepcopy(list(args))
    passed = with_arrays(at)
    value, pullback = vjp(f, tuple(where))(*at)
    expected.compare_value(value)
    expected.compare_arguments(passed)
    first, second = pullback(1.0), pullback(1.0)
    expected.compare_gradients(dict(zip(where, first, strict=True)), at)
    if not same(first, second):
        raise GradientMismatch(f"a pullback gives another gradient when it is called again: {second}, first {first}")


def check_second_order(f: Callable[..., Any], args: Sequence[Any], position: int, composed: bool = True) -> bool:
    """Check the emitted gradient by an argument as a program: it is multiplied by fixed numbers,
    and differentiated by every argument. With `composed`, check that the modes in every composition
    give one second derivative along two directions.

    Returns:
        Whether that could be checked: it cannot where the gradient is not smooth or is large.
    """
    bare = grad(f, position).specialize(*copy.deepcopy(list(args)))
    weights = np.cos(np.arange(1.0, np.size(args[position]) + 1)).reshape(np.shape(args[position]))
    scalar = along(bare, weights if np.ndim(weights) else float(weights), len(args))
    right = tame_references(scalar, args)
    if right is None:
        return False
    check_program(scalar, args, alone=(), tolerance=1e-9, right=right)
    found = check_order(Derivatives(f, args), 2, by_differences=False) if composed else None
    for refusal in found.refused.values() if found is not None else ():
        raise refusal
    return True
