"""What emitted code calls to take a solution's derivative by the implicit function theorem: what it
checks before, and a linear system that is solved without its matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def require_regular(jacobian: Any) -> None:
    """Raise LinAlgError if the derivative of an equation by its solution, a number or a square
    matrix, cannot be divided by: then the solution has no derivative."""
    if np.ndim(jacobian) == 0:
        regular = np.isfinite(jacobian) and jacobian != 0
    else:
        regular = bool(np.all(np.isfinite(jacobian))) and _is_regular(jacobian)
    if not regular:
        raise np.linalg.LinAlgError(
            "the derivative of the equation by its solution is singular there: the solution has no derivative by "
            "the parameters (it may be a double root, not isolated, or not a solution)"
        )


def _is_regular(jacobian: np.ndarray) -> bool:
    """Whether a matrix has an inverse that has a correct digit."""
    try:
        inverse = np.linalg.inv(jacobian)
    except np.linalg.LinAlgError:
        return False
    condition = np.linalg.norm(jacobian, 1) * np.linalg.norm(inverse, 1) if jacobian.size else 1.0
    return bool(condition * np.finfo(jacobian.dtype).eps < 1)


def require_square(value: Any, x: Any) -> None:
    """Raise ValueError if what is to be zero has another shape than the solution."""
    if np.shape(value) != np.shape(x):
        raise ValueError(
            f"the equation has the shape {np.shape(value)}, its solution {np.shape(x)}: "
            "it takes one equation for each unknown"
        )


def require_success(report: Any) -> None:
    """Raise ArithmeticError if a solver reports that it found no solution."""
    if not getattr(report, "success", getattr(report, "converged", False)):
        why = getattr(report, "message", "") or getattr(report, "flag", "")
        raise ArithmeticError(f"the solver found no solution, so there is no derivative of it: {why}")


class LinearMap:
    """A square matrix that is known by its products alone, as a solver of linear systems takes it:
    those of `scipy.sparse.linalg` do. `A @ v` and `A.matvec(v)` take vectors."""

    def __init__(self, product: Callable[[np.ndarray], np.ndarray], size: int, dtype: Any) -> None:
        self.matvec = product
        self.shape = (size, size)
        self.dtype = dtype

    def __matmul__(self, vector: np.ndarray) -> np.ndarray:
        return self.matvec(vector)


def solve_linear(solver: Any, product: Any, side: Any, *given: Any) -> Any:
    """The array `w` with `product(*given, w) == side`, found by `solver(A, b)`, which takes the map
    as a `LinearMap` and the side as a vector.

    Raises:
        LinAlgError: if what the solver returns is not near a solution.
    """
    side = np.asarray(side)

    def multiplied(vector: np.ndarray) -> np.ndarray:
        made = product(*given, np.reshape(vector, side.shape))
        return np.array(np.broadcast_to(made, side.shape)).ravel()  # the solver's own, to change

    b = np.ravel(side)
    found = np.asarray(solver(LinearMap(multiplied, b.size, b.dtype), b))
    if found.shape != b.shape or not np.linalg.norm(multiplied(found) - b) <= 1e-4 * np.linalg.norm(b):
        raise np.linalg.LinAlgError(
            "the linear solver found no solution for the derivative: the equation is singular there, or the "
            "solver stopped too early"
        )
    return np.reshape(found, side.shape)
