"""Random tangents and cotangents, and their products: for the test `<J v, u> == <v, J.T u>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def direction_like(value: Any, rng: np.random.Generator) -> Any:
    """A random tangent, or cotangent, of a value: of its structure, shapes and dtypes. None stands
    for that of what is no number."""
    if isinstance(value, dict):
        return {key: direction_like(item, rng) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([direction_like(item, rng) for item in value])
    if isinstance(value, np.ndarray):
        made = np.asarray(rng.normal(size=value.shape))
        return made.astype(value.dtype) if value.dtype.kind == "f" else made
    if isinstance(value, np.floating):
        return type(value)(rng.normal())
    return float(rng.normal()) if isinstance(value, (int, float)) else None


def moved_along(value: Any, direction: Any, step: float) -> Any:
    """A value moved along a direction that is built like it; None stays where it is."""
    if direction is None:
        return value
    if isinstance(value, dict):
        return {key: moved_along(item, direction[key], step) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([moved_along(v, d, step) for v, d in zip(value, direction, strict=True)])
    return value + step * direction


def product(a: Any, b: Any) -> float:
    """The scalar product of two trees of one structure; None counts as zeros."""
    return _summed(a, b, lambda x: x)


def size_of_product(a: Any, b: Any) -> float:
    """The same with all terms positive: what rounding errors of the product are to be measured by."""
    return _summed(a, b, np.abs)


def _summed(a: Any, b: Any, term: Callable[[Any], Any]) -> float:
    if a is None or b is None:
        return 0.0
    if isinstance(a, dict):
        return sum(_summed(a[key], b[key], term) for key in a)
    if isinstance(a, (list, tuple)):
        return sum(_summed(p, q, term) for p, q in zip(a, b, strict=True))
    if np.shape(a) != np.shape(b):
        raise ValueError(f"a product of shapes {np.shape(a)} and {np.shape(b)}")
    with np.errstate(invalid="ignore"):
        return float(np.sum(term(np.asarray(a, float) * np.asarray(b, float))))


def agree(along: float, back: float, scale: float, rtol: float = 1e-13) -> bool:
    """Whether two products that should be one number are, by the scale of their terms."""
    return abs(along - back) <= rtol * max(scale, 1e-3)
