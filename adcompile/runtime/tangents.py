"""What emitted pushforwards call where types and shapes are known only at run time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from adcompile.runtime.broadcasting import match_dtype


def spread(tangent: Any, x: Any) -> Any:
    """The tangent of `x` that was computed from fewer operands than `x`: broadcast to its shape."""
    if isinstance(x, (list, tuple, dict)):
        raise TypeError(f"an elementwise rule was applied to a {type(x).__name__}; convert it with np.array first")
    if np.shape(tangent) != np.shape(x):
        tangent = np.broadcast_to(tangent, np.shape(x))
    return match_dtype(tangent, x)


def zero_tangent(x: Any) -> Any:
    """The tangent of what does not move: zeros of the structure of `x`.

    The tangent of an int is a float, too: where paths meet, an int may have become one. None
    stands for the tangent of what is no number."""
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros(x.shape)
    if isinstance(x, (list, tuple)):
        items = [zero_tangent(item) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        entries = {key: zero_tangent(item) for key, item in x.items()}
        make = getattr(x, "default_factory", None)
        return entries if make is None else defaultdict(lambda: zero_tangent(make()), entries)
    if isinstance(x, (bool, int, float, complex, np.number, np.bool_)):
        return 0j if np.iscomplexobj(x) else 0.0
    return None
