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
