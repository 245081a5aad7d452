"""Python's builtins that take the items of one iterable: the largest, the smallest, their order, their sum.

`max(items)` is another function than `max(a, b)`, and a sum that starts with a list joins lists: each has a
primitive of its own here, whose rule serves the call. Numbers that tie share the derivative, as those of
`np.max` do; of other items, and with a key, the first is taken, as Python does.
"""

from __future__ import annotations

import builtins

import numpy as np

from adcompile.rules.reductions import sum_of
from adcompile.rules.registry import pullback, pushforward, zero
from adcompile.rules.samples import call, distinct
from adcompile.runtime.broadcasting import match_dtype, unbroadcast, zeros_like
from adcompile.runtime.structures import places_of_item, sorted_places


def largest(items, default=None, *, key=None):
    """`max(items)`: what `max` means on one iterable."""
    return max(items, key=key) if len(items) else default


def smallest(items, default=None, *, key=None):
    """`min(items)`: what `min` means on one iterable."""
    return min(items, key=key) if len(items) else default


def sum_from(iterable, start):
    """`sum(iterable, start)`: what `sum` means where it starts with a value that counts, or with a list."""
    return sum(iterable, start)


def at_places(items, places, item_bar):
    """The cotangent of items of which one was taken, or several that tie."""
    if len(places) > 1:
        item_bar = item_bar / len(places)
    if isinstance(items, np.ndarray):
        items_bar = np.zeros_like(items)
        items_bar[places] = item_bar
        return items_bar
    bars = [zeros_like(item) for item in items]
    for k in places:
        bars[k] = item_bar
    return tuple(bars) if isinstance(items, tuple) else bars


def mean_at(places, items_dot):
    """The tangent of the item that was taken, or of several that tie."""
    if len(places) == 1:
        return items_dot[places[0]]
    return sum([items_dot[k] for k in places]) / len(places)


def _lists():
    """Samples: numbers in a list, a tuple and an array."""
    x = distinct(4)
    return [call(x), call(list(map(float, x))), call(tuple(map(float, x)))]


def _lists_with_defaults():
    return [*_lists(), call(distinct(4), 1.5), call([], 1.5), call(distinct(4), key=abs)]


@pullback(largest, smallest, spelled={"default": "default"}, samples=_lists_with_defaults)
def extreme_of(r, items, default, r_bar, *, key=None):
    if len(items) == 0:
        return zeros_like(items), r_bar
    return at_places(items, places_of_item(items, r, key is None), r_bar), zeros_like(default)


@pushforward(largest, smallest)
def extreme_of_tangent(r, items, default, items_dot, default_dot, *, key=None):
    if len(items) == 0:
        return zeros_like(default), default_dot
    return mean_at(places_of_item(items, r, key is None), items_dot), zeros_like(r)


def _sorted():
    return [call(x, **options) for (x,), _ in _lists() for options in ({}, {"reverse": True}, {"key": abs})]


@pullback(builtins.sorted, samples=_sorted)
def sorted_of(r, iterable, r_bar, *, key=None, reverse=False):
    order = sorted_places(iterable, key, reverse, r)
    bars = [r_bar[k] for k in sorted_places(order, None, False)]
    if isinstance(iterable, np.ndarray):
        return match_dtype(np.array(bars), iterable)
    return tuple(bars) if isinstance(iterable, tuple) else bars


@pushforward(builtins.sorted)
def sorted_of_tangent(r, iterable, iterable_dot, *, key=None, reverse=False):
    return [iterable_dot[k] for k in sorted_places(iterable, key, reverse, r)]


@pullback(
    sum_from,
    together=("iterable", "start"),
    samples=lambda: [
        call([0.3, 1.2], 1.5),
        call(distinct(3), 0.5),
        call([[0.3], [1.2, 0.5]], [1.5]),
        call(([0.3],), [1.5]),
    ],
)
def summed_from(r, iterable, start, r_bar):
    if not isinstance(start, (list, tuple)):
        return sum_of(r, iterable, r_bar, start=start), unbroadcast(r_bar, start)
    bars, end = [], len(start)
    for item in iterable:
        bars.append(r_bar[end : end + len(item)])
        end += len(item)
    return tuple(bars) if isinstance(iterable, tuple) else bars, r_bar[: len(start)]


zero(places_of_item, sorted_places)
