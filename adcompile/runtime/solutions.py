"""What emitted code checks of a solution before it takes its derivative by the implicit function
theorem."""

from __future__ import annotations

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
