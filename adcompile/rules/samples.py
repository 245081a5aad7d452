"""Inputs on which the tests check a rule.

Samples are random numbers with two decimals, so that a failure can be read, away from the
points where a function is not differentiable. A sample is `(args, kwargs)`: the checks
differentiate with respect to every float array and float among the positional arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Sample = tuple[tuple[Any, ...], dict[str, Any]]
Samples = Callable[[], Sequence[Sample]]


def numbers(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Any:
    """Random numbers in [low, high] with two decimals: an array, or a float for shape ()."""
    made = np.random.default_rng(seed + 7 * len(shape)).uniform(low, high, shape)
    return np.round(made, 2) if shape else float(np.round(made, 2))


def call(*args: Any, **kwargs: Any) -> Sample:
    """One sample."""
    return args, kwargs


def real(low: float = -2.0, high: float = 2.0) -> Samples:
    """One argument in [low, high]: a number, a vector, a matrix."""
    return lambda: [call(numbers(*s, low=low, high=high)) for s in ((), (3,), (2, 3))]


def positive() -> Samples:
    """One positive argument."""
    return real(0.3, 3.0)


def between(low: float, high: float) -> Samples:
    """One argument in [low, high]."""
    return real(low, high)


def pairs(low: float = -2.0, high: float = 2.0) -> Samples:
    """Two arguments in [low, high], of equal shapes and of shapes that broadcast."""
    shapes = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3))]

    def make() -> Sequence[Sample]:
        return [
            call(numbers(*a, low=low, high=high, seed=1), numbers(*b, low=low, high=high, seed=2)) for a, b in shapes
        ]

    return make
