"""Reductions: sums, means, extremes, norms."""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import pullback
from adcompile.rules.samples import call, numbers


def over_axes():
    """Samples with every form of `axis` and `keepdims`."""
    x = numbers(2, 3)
    return [
        call(x),
        call(x, axis=0),
        call(x, axis=-1, keepdims=True),
        call(x, axis=(0, 1)),
        call(numbers(2, 3, 2), axis=(0, 2)),
        call(numbers(4)),
    ]


def restore_axes(g, x, axis, keepdims):
    """The cotangent of a reduction with the reduced axes back, of size 1."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return g


@pullback(np.sum, samples=over_axes)
def sum(r, a, r_bar, *, axis=None, dtype=None, out=None, keepdims=False):  # noqa: A001
    if axis is not None and not keepdims:
        r_bar = np.expand_dims(r_bar, axis)
    return np.broadcast_to(r_bar, np.shape(a))
