"""The slopes of `np.gradient`, transposed."""

from __future__ import annotations

from typing import Any

import numpy as np


def transposed_gradient(g: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The cotangent of an array of which `g` is that of its slopes along an axis: each slope is a sum of
    weighed neighbours, which get its cotangent by the same weights."""
    g = np.moveaxis(g, axis, 0)
    steps = np.full(len(g) - 1, spacing) if np.ndim(spacing) == 0 else np.diff(spacing)
    steps = np.reshape(steps, (-1,) + (1,) * (g.ndim - 1))
    f = np.zeros_like(g)
    below, above, inner = steps[:-1], steps[1:], g[1:-1]
    f[:-2] -= inner * above / (below * (below + above))
    f[1:-1] += inner * (above - below) / (below * above)
    f[2:] += inner * below / (above * (below + above))
    _add_edge(f, g[0], steps, edge_order)
    _add_edge(f[::-1], g[-1], -steps[::-1], edge_order)
    return np.moveaxis(f, 0, axis)


def _add_edge(f: Any, g: Any, steps: Any, edge_order: int) -> None:
    """Add what the slope at the first place gives; at the last, all is turned around."""
    first = steps[0]
    if edge_order == 1:
        f[0] -= g / first
        f[1] += g / first
        return
    second = steps[1]
    f[0] -= g * (2 * first + second) / (first * (first + second))
    f[1] += g * (first + second) / (first * second)
    f[2] -= g * first / (second * (first + second))
