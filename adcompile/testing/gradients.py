"""Compare gradients with differences of the function's own values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.testing.loading import along


class GradientMismatch(AssertionError):  # noqa: N818  (the public name)
    """A computed gradient differs from the numerical one."""


# Weights of the 5-point first difference, f'(x) = sum(w * f(x + k * h)) / h + O(h**4)
# (Abramowitz and Stegun, table 25.2).
FIVE_POINT = ((-2, 1 / 12), (-1, -8 / 12), (1, 8 / 12), (2, -1 / 12))


def numerical_gradient(f: Callable[..., Any], args: Sequence[Any], position: int = 0, step: float = 1e-3) -> Any:
    """The gradient of the scalar function `f` by its argument `position`, by 5-point differences.

    Returns an array of the argument's shape, or a float for a number.
    """
    x = np.asarray(args[position], dtype=float)
    gradient = np.zeros(x.shape)

    def value(at: np.ndarray) -> float:
        moved = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
        moved[position] = at if isinstance(args[position], np.ndarray) else float(at)
        return float(f(*moved))

    for index in np.ndindex(x.shape):
        h = step * max(1.0, abs(float(x[index])))
        for k, weight in FIVE_POINT:
            at = x.copy()
            at[index] += k * h
            gradient[index] += weight * value(at) / h
    return gradient if isinstance(args[position], np.ndarray) else float(gradient)


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-6,
) -> None:
    """Check the gradient of the scalar function `f` at `args` against 5-point differences.

    Args:
        f: a function that `grad` can differentiate.
        args: its positional arguments.
        wrt: the arguments to check: positions or names; all float ones if left out.
        order: 2 checks the gradient of `sum(gradient * w)` for a random `w` as well, and so on.
        rtol, atol: tolerances of the comparison, relative to the largest entry.

    Raises:
        GradientMismatch: with the argument, both gradients, and the largest difference.
    """
    from adcompile.api import grad, positions

    if wrt is None:
        where = [i for i, a in enumerate(args) if _is_float(a)]
    else:
        where = list(positions(f, wrt)[0])
    for position in where:
        df = grad(f, position)
        made, expected = df(*args), numerical_gradient(f, args, position)
        _compare(f, position, made, expected, rtol, atol)
        if order > 1:
            _check_higher(df, args, position, order, rtol, atol)


def _check_higher(df: Any, args: Sequence[Any], position: int, order: int, rtol: float, atol: float) -> None:
    """Check the derivative of a gradient: of its scalar product with random numbers."""
    bare = df.specialize(*args)
    w = np.round(np.random.default_rng(order).uniform(-1, 1, np.shape(args[position])), 2)
    scalar = along(bare, w if np.ndim(w) else float(w), len(args))
    check_grads(scalar, args, position, order - 1, rtol=rtol * 10, atol=atol * 10)


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def _compare(f: Any, position: int, made: Any, expected: Any, rtol: float, atol: float) -> None:
    if np.shape(made) != np.shape(expected):
        raise GradientMismatch(
            f"gradient of {f.__name__} by argument {position}: shape {np.shape(made)}, expected {np.shape(expected)}"
        )
    difference = np.abs(np.asarray(made) - expected)
    scale = np.max(np.abs(expected), initial=0.0)
    if np.all(difference <= atol + rtol * scale):
        return
    raise GradientMismatch(
        f"gradient of {f.__name__} by argument {position} is wrong by {np.max(difference):.3g}:\n"
        f"  computed  {made}\n  numerical {expected}"
    )
