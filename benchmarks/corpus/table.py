"""The table of the kernels: what is differentiated, at which sizes, with which data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SIZES = ("small", "medium", "large")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A program of one real value, and its arguments at three sizes.

    `program` calls a kernel, which may change its arguments as the classical one does, and weighs
    what the kernel made. `small` is for tests by differences.
    """

    program: Callable[..., Any]
    initialise: Callable[..., tuple[Any, ...]]
    sizes: dict[str, tuple[int, ...]]
    linear: bool

    @property
    def name(self) -> str:
        return self.program.__name__.removesuffix("_value")

    def arguments(self, size: str) -> tuple[Any, ...]:
        """New arguments of a size: the same at every call."""
        return self.initialise(*self.sizes[size])

    def active(self) -> tuple[int, ...]:
        """The positions of the arguments with a derivative: floats and arrays of floats."""
        return tuple(k for k, a in enumerate(self.arguments("small")) if is_float(a))


KERNELS: list[Kernel] = []


def kernel(
    initialise: Callable[..., tuple[Any, ...]],
    small: tuple[int, ...],
    medium: tuple[int, ...],
    large: tuple[int, ...],
    linear: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated program into the table. A linear one has no need to record anything."""

    def add(program: Callable[..., Any]) -> Callable[..., Any]:
        KERNELS.append(Kernel(program, initialise, dict(zip(SIZES, (small, medium, large), strict=True)), linear))
        return program

    return add


def is_float(value: Any) -> bool:
    """Whether an argument is a float or an array of floats."""
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def weigh(a):
    """A sum of an array's numbers with four different weights. Nothing has to be recorded for it."""
    flat = a.ravel()
    return np.sum(flat) + 0.5 * np.sum(flat[1::2]) - 0.3 * np.sum(flat[::3])


def numbers(*shape, seed=0):
    """Reproducible numbers between -1 and 1."""
    return np.random.default_rng((seed, *shape)).uniform(-1.0, 1.0, shape)


def dominant(n):
    """A symmetric matrix with a dominant diagonal: positive definite and well conditioned."""
    a = numbers(n, n) / n
    return a + a.T + 3.0 * np.eye(n)
