"""What the gradient of a program is, found without adcompile.

It is the complex step, which is exact to rounding (Squire and Trapp, SIAM Review 40, 1998), and
where a program is not analytic 5-point differences that agree with those of half the step.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.testing.gradients import FIVE_POINT, GradientMismatch

COMPLEX_STEP = 1e-30
STEP = 1e-3
LARGE = 1e3  # beyond this, differences are not to be trusted


def leaves(value: Any) -> Iterator[tuple[Any, ...]]:
    """The paths to every float in an argument: keys and indices, the last one into an array."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield from ((index,) for index in np.ndindex(value.shape))
    elif isinstance(value, float):
        yield ()
    elif isinstance(value, (dict, list, tuple)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ((key, *path) for path in leaves(item))


def leaf(value: Any, path: Sequence[Any]) -> Any:
    """The part of an argument that a path leads to."""
    for key in path:
        value = value[key]
    return value


def moved(value: Any, path: Sequence[Any], step: complex) -> Any:
    """A copy of an argument with the number at a path moved by a step."""
    if not path:
        return value + step
    key, rest = path[0], path[1:]
    if isinstance(value, np.ndarray):
        made = value.copy()
        made[key] += step
        return made
    if isinstance(value, dict):
        return {**value, key: moved(value[key], rest, step)}
    return type(value)([moved(v, rest, step) if i == key else v for i, v in enumerate(value)])


def as_complex(value: Any) -> Any:
    """An argument with every float as a NumPy complex number, which can be compared."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(complex)
    if isinstance(value, float):
        return np.complex128(value)
    if isinstance(value, dict):
        return {key: as_complex(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([as_complex(item) for item in value])
    return value


def called(f: Callable[..., Any], args: Sequence[Any], positions: Sequence[int], changed: Any) -> Any:
    """The value of `f` with one argument changed, at all positions where it is passed. What is
    passed is a copy: `f` may write to it."""
    at = list(args)
    for position in positions:
        at[position] = changed
    return f(*copy.deepcopy(at))


class ComplexNumPy:
    """NumPy, but the arrays that it makes of floats can hold complex numbers: for programs that
    make a buffer of numbers and store their values into it."""

    MAKERS = frozenset(("zeros", "ones", "full", "array", "arange"))

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        return (lambda *args: as_complex(found(*args))) if name in self.MAKERS else found


def complex_step(f: Callable[..., Any], args: Sequence[Any], positions: Sequence[int]) -> np.ndarray | None:
    """The gradient by the complex step, or None if `f` does not take complex numbers."""
    at = [as_complex(a) for a in args]
    first = at[positions[0]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            steps = (moved(first, path, 1j * COMPLEX_STEP) for path in leaves(args[positions[0]]))
            return np.array([float(np.imag(called(f, at, positions, step))) / COMPLEX_STEP for step in steps])
    except Exception:
        return None


def differences(f: Callable[..., Any], args: Sequence[Any], positions: Sequence[int], step: float) -> np.ndarray:
    """The gradient by 5-point differences."""
    argument = args[positions[0]]
    found = []
    for path in leaves(argument):
        h = step * max(1.0, abs(float(leaf(argument, path))))
        values = [float(called(f, args, positions, moved(argument, path, k * h))) for k, _ in FIVE_POINT]
        found.append(sum(weight * v / h for v, (_, weight) in zip(values, FIVE_POINT, strict=True)))
    return np.array(found)


def difference_along(f: Callable[..., Any], args: Sequence[Any], positions: Sequence[int], step: float) -> float:
    """The derivative when all numbers of an argument move at once, by `directions`."""
    argument = args[positions[0]]
    paths = list(leaves(argument))

    def value(size: float) -> float:
        at = argument
        for path, direction in zip(paths, directions(len(paths)), strict=True):
            at = moved(at, path, size * direction)
        return float(called(f, args, positions, at))

    return sum(weight * value(k * step) / step for k, weight in FIVE_POINT)


def directions(count: int) -> np.ndarray:
    """Fixed numbers, none of them small."""
    return np.where(np.arange(count) % 3 == 1, -1, 1) * (1 - 0.4 * np.cos(np.arange(count)) ** 2)


@dataclass(frozen=True, slots=True)
class Reference:
    """The gradient by one argument, as numbers in the order of its leaves. An object that is passed
    at several positions moves at all of them: the numbers are the sum of their gradients."""

    positions: tuple[int, ...]
    numbers: np.ndarray
    exact: bool  # found by the complex step
    reliable: bool  # differences of several steps agree: the point is not at a kink


def reference(
    f: Callable[..., Any], args: Sequence[Any], *positions: int, complex_f: Callable[..., Any] | None = None
) -> Reference:
    """The gradient of `f` by an argument, found without adcompile. `complex_f` is `f` for complex
    numbers, if that is another function.

    Differences along one direction are enough to trust the complex step.
    """
    exact = complex_step(complex_f or f, args, positions)
    if exact is not None:
        coarse, fine = (np.array([difference_along(f, args, positions, STEP * scale)]) for scale in (1.0, 0.5))
        if agree(np.array([exact @ directions(exact.size)]), fine, 1e-5):
            return Reference(positions, exact, True, agree(coarse, fine, 1e-6))
    coarse, fine = (differences(f, args, positions, STEP * scale) for scale in (1.0, 0.5))
    return Reference(positions, fine, False, bool(np.all(np.isfinite(fine))) and agree(coarse, fine, 1e-6))


def references(
    f: Callable[..., Any], args: Sequence[Any], complex_f: Callable[..., Any] | None = None
) -> list[Reference]:
    """The gradients of `f` by all arguments that hold floats, one for each object."""
    objects: dict[Any, list[int]] = {}
    for position in float_arguments(args):
        same = position if isinstance(args[position], float) else (id(args[position]),)
        objects.setdefault(same, []).append(position)
    return [reference(f, args, *positions, complex_f=complex_f) for positions in objects.values()]


def agree(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether two gradients agree, relative to the largest entry (at least 1)."""
    return a.shape == b.shape and bool(
        np.all(np.abs(a - b) <= tolerance * max(1.0, float(np.max(np.abs(b), initial=0.0))))
    )


def numbers_of(gradient: Any, argument: Any) -> np.ndarray:
    """A gradient's numbers in the order of the argument's leaves.

    Raises:
        GradientMismatch: if it does not have the argument's structure.
    """
    if isinstance(argument, np.ndarray) and np.shape(gradient) != argument.shape:
        raise GradientMismatch(f"the gradient has shape {np.shape(gradient)}, the argument {argument.shape}")
    if isinstance(argument, (dict, list, tuple)):
        if type(gradient) is not type(argument) or len(gradient) != len(argument):
            raise GradientMismatch(f"the gradient is {gradient!r}, the argument {argument!r}")
    if isinstance(argument, float) and np.shape(gradient) != ():
        raise GradientMismatch(f"the gradient has shape {np.shape(gradient)}, the argument is a number")
    return np.array([float(leaf(gradient, path)) for path in leaves(argument)])


def reference_gradient(f: Callable[..., Any], args: Sequence[Any], position: int = 0) -> Any:
    """The gradient of `f` by an argument that is a number or an array."""
    numbers = reference(f, args, position).numbers
    return numbers.reshape(np.shape(args[position])) if isinstance(args[position], np.ndarray) else float(numbers[0])


def float_arguments(args: Sequence[Any]) -> list[int]:
    """The positions of the arguments that hold floats."""
    return [i for i, a in enumerate(args) if next(leaves(a), None) is not None]


def tame_references(
    f: Callable[..., Any], args: Sequence[Any], complex_f: Callable[..., Any] | None = None
) -> list[Reference] | None:
    """The gradients by each argument, or None where they are large or not to be trusted."""
    found = references(f, args, complex_f)
    tame = all(one.reliable and float(np.max(np.abs(one.numbers), initial=0.0)) <= LARGE for one in found)
    return found if tame else None
