"""Convolutions and correlations of two sequences: linear in each of them."""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import known_rank
from adcompile.rules.registry import pullback, zero
from adcompile.rules.samples import call, numbers
from adcompile.runtime.placing import cut_off

zero(cut_off)


def sequences():
    """Samples: all modes, the longer sequence first and last, odd and even lengths."""
    forms = [(5, 3, "full"), (5, 2, "same"), (2, 5, "same"), (5, 3, "valid"), (3, 6, "valid"), (3, 5, "same")]
    found = [call(numbers(n), numbers(m, seed=1), mode=mode) for n, m, mode in forms]
    return [*found, call(numbers(4), numbers(2))]


@pullback(np.convolve, linear=("a", "v"), samples=sequences)
def convolve(r, a, v, r_bar, *, mode="full"):
    if known_rank(a) == 0 or known_rank(v) == 0:
        raise NotImplementedError("the derivative of np.convolve is not known for numbers: write a product")
    if mode != "full":
        r_bar = np.pad(r_bar, cut_off(mode, np.size(a), np.size(v)))
    return np.convolve(r_bar, v[::-1], "valid"), np.convolve(r_bar, a[::-1], "valid")


@pullback(np.correlate, linear=("a", "v"), samples=sequences)
def correlate(r, a, v, r_bar, *, mode="valid"):
    if known_rank(a) == 0 or known_rank(v) == 0:
        raise NotImplementedError("the derivative of np.correlate is not known for numbers: write a product")
    if mode != "full":
        r_bar = np.pad(r_bar, cut_off(mode, np.size(a), np.size(v), True))
    return np.convolve(r_bar, v, "valid"), np.convolve(r_bar[::-1], a, "valid")
