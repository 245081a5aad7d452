"""Signs, extremes, and what is chosen by a condition: the elementwise functions with kinks.

At a kink a rule takes the middle of the slopes on its two sides: 0 for `abs` at 0, a half for
each argument of `maximum` where they tie (docs/kinks.md).
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from adcompile.rules.registry import partials, pullback, pushforward
from adcompile.rules.samples import (
    bounds,
    call,
    choices,
    distinct,
    distinct_pairs,
    nonzero,
    numbers,
    pairs_of,
    scalar_pairs,
    scaled,
)
from adcompile.runtime.broadcasting import unbroadcast


@partials(np.absolute, np.fabs, samples=nonzero())
def absolute(r, x):
    if np.iscomplexobj(x):
        return np.conj(x) / (r + (r == 0))
    return np.sign(x)


@partials(np.copysign, samples=pairs_of(nonzero_only=True))
def copysign(r, x, y):
    return np.sign(x) * np.copysign(1, y), 0


@partials(np.heaviside, samples=lambda: [*pairs_of(nonzero_only=True)(), call(np.array([0, 1]), numbers(2))])
def heaviside(r, x, y):
    return 0, x == 0


@pullback(builtins.max, samples=scalar_pairs)
@pullback(np.maximum, samples=distinct_pairs)
def maximum(r, x, y, r_bar):
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (x > y) + tie, x), unbroadcast(r_bar * (x < y) + tie, y)


@pushforward(builtins.max, np.maximum)
def maximum_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((x > y) + tie), y_dot * ((x < y) + tie)


@pullback(builtins.min, samples=scalar_pairs)
@pullback(np.minimum, samples=distinct_pairs)
def minimum(r, x, y, r_bar):
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (x < y) + tie, x), unbroadcast(r_bar * (x > y) + tie, y)


@pushforward(builtins.min, np.minimum)
def minimum_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((x < y) + tie), y_dot * ((x > y) + tie)


@pullback(np.fmax, np.fmin, samples=distinct_pairs)
def fmax(r, x, y, r_bar):
    # Told by the result: a number wins against nan.
    tie = r_bar / 2 * (x == y)
    return unbroadcast(r_bar * (r == x) - tie, x), unbroadcast(r_bar * (r == y) - tie, y)


@pushforward(np.fmax, np.fmin)
def fmax_tangent(r, x, y, x_dot, y_dot):
    tie = 0.5 * (x == y)
    return x_dot * ((r == x) - tie), y_dot * ((r == y) - tie)


@pullback(np.where, together=("x", "y"), samples=choices)
def where(r, condition, x, y, r_bar):
    return None, unbroadcast(np.where(condition, r_bar, 0), x), unbroadcast(np.where(condition, 0, r_bar), y)


def regimes():
    """Samples of several conditions: some that overlap, choices that broadcast, a default."""
    x = distinct(2, 3)
    return [
        call([x > 0.3, x > -0.3], [numbers(2, 3), numbers(2, 3, seed=1)]),
        call((x > 0.3, x > -0.3), (numbers(2, 3), 0.5), default=1.5),
        call((x > 0.3, x < -0.3, x > 0), (numbers(3), numbers(2, 1), numbers(2, 3)), numbers(3)),
        call((x[0] > 0,), (numbers(2, 3),), numbers(3)),
    ]


@pullback(np.select, together=("choicelist", "default"), samples=regimes, spelled={"default": "default"})
def select(r, condlist, choicelist, default, r_bar):
    cotangents: tuple[Any, ...] = ()
    for i, choice in enumerate(choicelist):
        cotangents = (*cotangents, unbroadcast(np.where(condlist[i], r_bar, 0), choice))
        r_bar = np.where(condlist[i], 0, r_bar)  # what is left for the choices behind it
    return None, cotangents, None if default is None else unbroadcast(r_bar, default)


@pullback(np.clip, samples=bounds, spelled={"min": "a_min", "max": "a_max"})
def clip(r, a, a_min, a_max, r_bar):
    # What lies inside the bounds, or on one, has slope 1: the result is told from it by `==`.
    # Where the bounds cross, the upper one is the result.
    a_bar = unbroadcast(r_bar * (r == a), a)
    low_bar = high_bar = None
    if a_min is not None:
        low_bar = unbroadcast(r_bar * ((r > a) & (r == a_min)), a_min)
    if a_max is not None:
        above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))
        high_bar = unbroadcast(r_bar * above, a_max)
    return a_bar, low_bar, high_bar


@pushforward(np.clip)
def clip_tangent(r, a, a_min, a_max, a_dot, a_min_dot, a_max_dot):
    low = high = None
    if a_min is not None:
        low = a_min_dot * ((r > a) & (r == a_min))
    if a_max is not None:
        above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))
        high = a_max_dot * above
    return a_dot * (r == a), low, high


@pullback(np.nan_to_num, samples=scaled)
def nan_to_num(r, x, r_bar, *, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise NotImplementedError("nan_to_num(copy=False) changes its argument; write x = np.nan_to_num(x)")
    return np.where(np.isfinite(x), r_bar, 0)


@pushforward(np.nan_to_num)
def nan_to_num_tangent(r, x, x_dot, *, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise NotImplementedError("nan_to_num(copy=False) changes its argument; write x = np.nan_to_num(x)")
    return np.where(np.isfinite(x), x_dot, 0)
