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


def called(f: Callable[..., Any], args: Sequence[Any], position: int, changed: Any) -> Any:
    """The value of `f` with one argument changed; all are copied, `f` may write to them."""
    at = list(args)
    at[position] = changed
    return f(*copy.deepcopy(at))


def complex_step(f: Callable[..., Any], args: Sequence[Any], position: int) -> np.ndarray | None:
    """The gradient by the complex step, or None if `f` does not take complex numbers."""
    at = [as_complex(a) for a in args]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = [
                called(f, at, position, moved(at[position], path, 1j * COMPLEX_STEP)) for path in leaves(args[position])
            ]
            return np.array([float(np.imag(v)) / COMPLEX_STEP for v in values])
    except Exception:
        return None


def differences(f: Callable[..., Any], args: Sequence[Any], position: int, step: float) -> np.ndarray:
    """The gradient by 5-point differences."""
    found = []
    for path in leaves(args[position]):
        h = step * max(1.0, abs(float(leaf(args[position], path))))
        values = [float(called(f, args, position, moved(args[position], path, k * h))) for k, _ in FIVE_POINT]
        found.append(sum(weight * v / h for v, (_, weight) in zip(values, FIVE_POINT, strict=True)))
    return np.array(found)


@dataclass(frozen=True, slots=True)
class Reference:
    """The gradient by one argument, as numbers in the order of its leaves."""

    numbers: np.ndarray
    exact: bool  # found by the complex step
    reliable: bool  # differences of several steps agree: the point is not at a kink


def reference(f: Callable[..., Any], args: Sequence[Any], position: int) -> Reference:
    """The gradient of `f` by an argument, found without adcompile."""
    coarse, fine = (differences(f, args, position, STEP * scale) for scale in (1.0, 0.5))
    reliable = bool(np.all(np.isfinite(fine))) and agree(coarse, fine, 1e-6)
    exact = complex_step(f, args, position)
    if exact is not None and agree(exact, fine, 1e-5):
        return Reference(exact, True, reliable)
    return Reference(fine, False, reliable)


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


def tame_references(f: Callable[..., Any], args: Sequence[Any]) -> list[Reference] | None:
    """The reference gradients by all arguments, or None if one is large or not reliable."""
    found = []
    for position in float_arguments(args):
        found.append(reference(f, args, position))
        if not found[-1].reliable or float(np.max(np.abs(found[-1].numbers), initial=0.0)) > LARGE:
            return None
    return found
