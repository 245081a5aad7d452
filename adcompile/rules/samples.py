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
PAIRS = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3)), ((1,), (3,))]


def numbers(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Any:
    """Random numbers in [low, high] with two decimals: an array, or a float for shape ()."""
    made = np.random.default_rng(seed + 7 * len(shape)).uniform(low, high, shape)
    return np.round(made, 2) if shape else float(np.round(made, 2))


def distinct(*shape: int, seed: int = 0) -> Any:
    """Numbers of both signs that are well apart from each other and from 0, in random order."""
    count = int(np.prod(shape))
    made = (np.arange(count) - count // 2 + 0.4) * 0.35
    return np.round(np.random.default_rng(seed).permutation(made), 2).reshape(shape)


def apart_from_zero(*shape: int, seed: int = 0) -> Any:
    """Numbers of both signs, none within 0.3 of 0."""
    made = numbers(*shape, seed=seed)
    return np.round(made + 0.3 * np.sign(made), 2) if shape else float(np.round(made + np.copysign(0.3, made), 2))


def call(*args: Any, **kwargs: Any) -> Sample:
    """One sample."""
    return args, kwargs


# ----------------------------------------------------------------------------- one argument


def real(low: float = -2.0, high: float = 2.0) -> Samples:
    """One argument in [low, high]: a number, a vector, a matrix."""
    return lambda: [call(numbers(*s, low=low, high=high)) for s in ((), (3,), (2, 3))]


def positive() -> Samples:
    """One positive argument."""
    return real(0.3, 3.0)


def between(low: float, high: float) -> Samples:
    """One argument in [low, high]."""
    return real(low, high)


def nonzero() -> Samples:
    """One argument of either sign, not near 0."""
    return lambda: [call(apart_from_zero(*s)) for s in ((), (3,), (2, 3))]


def numbers_only(arrays: bool = True) -> Samples:
    """One number; with `arrays` also arrays of one element."""
    more = [call(np.array(0.7)), call(np.array(-0.3))] if arrays else []
    return lambda: [call(0.37), call(np.float64(-1.2)), *more]


def scaled() -> Sequence[Sample]:
    """One argument, and the options of `nan_to_num`."""
    x = numbers(3)
    return [call(x), call(numbers(2, 3), nan=1.0, posinf=5.0), call(0.3), call(np.array([0.5, np.nan, -1.5]))]


# ---------------------------------------------------------------------------- two arguments


def pairs(low: float = -2.0, high: float = 2.0) -> Samples:
    """Two arguments in [low, high], of equal shapes and of shapes that broadcast."""

    def make() -> Sequence[Sample]:
        return [
            call(numbers(*a, low=low, high=high, seed=1), numbers(*b, low=low, high=high, seed=2)) for a, b in PAIRS
        ]

    return make


def pairs_of(nonzero_only: bool = False) -> Samples:
    """Two arguments of either sign, not near 0."""
    made = apart_from_zero if nonzero_only else numbers
    return lambda: [call(made(*a, seed=1), made(*b, seed=2)) for a, b in PAIRS]


def distinct_pairs() -> Sequence[Sample]:
    """Two arguments that are nowhere nearly equal."""
    return [call(numbers(*a, seed=1), numbers(*b, seed=1) + 0.555) for a, b in PAIRS]


def scalar_pairs() -> Sequence[Sample]:
    """Two numbers, the larger first or last."""
    return [call(0.4, 1.3), call(1.3, 0.4), call(np.float64(0.4), -1.3)]


def powers() -> Sequence[Sample]:
    """Bases and exponents: any exponents of positive bases, whole exponents of any base."""
    whole = [call(apart_from_zero(3), n) for n in (0, 1, 2, 3, -1, -2)]
    mixed = [call(apart_from_zero(2, 3), np.array([0, 1, 2])), call(0.7, 3), call(1.5, -2), call(2, numbers(3))]
    zeros = [call(np.array([0.0, 1.5]), 2), call(np.array([0.0, 1.5]), 1)]
    return [*pairs(0.5, 2)(), *whole, *mixed, *zeros, call(numbers(3, low=0.3), 0.5), call(numbers(3, low=0.3), 2.0)]


def integer_powers() -> Sequence[Sample]:
    """Numbers and whole exponents of 2."""
    return [call(numbers(3), 2), call(0.3, -1), call(numbers(2, 3), np.array([0, 1, -3]))]


def steps() -> Sequence[Sample]:
    """Two arguments whose quotient is not near a whole number."""
    x, y = np.array([[3.4, -2.3, 0.4], [-7.7, 5.2, 1.9]]), np.array([1.0, 0.9, -1.5])
    return [call(x, y), call(3.4, 1.5), call(x, 0.83), call(-2.3, y), call(x[:, :1], y)]


def around() -> Sequence[Sample]:
    """Two numbers whose quotient is far from a half."""
    return [call(3.4, 1.5), call(-2.3, 1.0)]


# -------------------------------------------------------------------- choices and containers


def choices() -> Sequence[Sample]:
    """A condition and two values to choose from."""
    mask = np.array([[True, False, True], [False, False, True]])
    return [
        call(mask[0], numbers(3, seed=1), numbers(3, seed=2)),
        call(mask, numbers(3, seed=1), numbers(2, 1, seed=2)),
        call(mask, 0.3, numbers(2, 3)),
        call(mask[0], numbers(2, 3), 0),
        call(True, 0.3, 0.4),
    ]


def bounds() -> Sequence[Sample]:
    """Numbers and bounds below, above, on both sides."""
    x = distinct(2, 3)
    return [
        call(x, -0.5, 0.5),
        call(x, None, 0.3),
        call(x, -0.5, None),
        call(x, np.array([-0.5, 0.0, 0.2]), 0.3),
        call(x, np.full((2, 1), -0.3), np.array([0.2, 0.4, 0.5])),
        call(0.7, -0.5, 0.5),
        call(x, np.full((2, 3), 0.4), np.full((2, 3), 0.3)),
    ]


# -------------------------------------------------------------------------------- reductions


def over_axes() -> Sequence[Sample]:
    """Samples with every form of `axis` and `keepdims`."""
    x = distinct(2, 3)
    return [
        call(x),
        call(x, axis=0),
        call(x, 1),
        call(x, axis=-1, keepdims=True),
        call(x, axis=(0, 1)),
        call(x, axis=()),
        call(x, axis=np.int64(1)),
        call(x, keepdims=True),
        call(distinct(2, 3, 2), axis=(0, 2)),
        call(distinct(2, 3, 2), axis=(0, -1), keepdims=True),
        call(distinct(4)),
        call(distinct(4), axis=0, keepdims=True),
        call(distinct(2, 3, 2), axis=0),
        call(distinct(3, 1), axis=1),
    ]


def some_missing() -> Sequence[Sample]:
    """Samples with nan in them."""
    x = distinct(2, 3)
    x[0, 1] = np.nan
    return [call(x), call(x, axis=0), call(x, axis=1), call(x, axis=1, keepdims=True), call(distinct(4))]
