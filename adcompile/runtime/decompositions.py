"""What rules of decompositions look at when the program runs."""

from __future__ import annotations

from typing import Any

import numpy as np


def determined(g: Any, thin: Any) -> Any:
    """The cotangent or tangent of singular vectors, of which there have to be as many as singular values:
    the others may be turned, and have no derivative."""
    if np.shape(g) != np.shape(thin):
        raise ValueError(
            "the derivative of all singular vectors of a matrix that is not square is not known; "
            "write np.linalg.svd(a, full_matrices=False)"
        )
    return g


def of_this_rank(a: Any, rcond: Any) -> Any:
    """A matrix, or a stack, whose singular values up to `rcond` times the largest are zero but for
    rounding: of others the derivative of what is computed without those values is not known."""
    s = np.linalg.svdvals(a)
    kept = s > np.asarray(rcond)[..., None] * np.max(s, axis=-1, keepdims=True)
    if np.any(np.max(np.where(kept, 0, s), axis=-1) > 1e-8 * np.min(np.where(kept, s, np.inf), axis=-1)):
        raise ValueError(
            "the derivative of a pseudo-inverse that leaves out singular values which are not zero is not known"
        )
    return a
