"""What sweeps that carry many seeds call where shapes are known only at run time. The first axis
is that of the seeds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from adcompile.runtime.broadcasting import match_dtype, unbroadcast


def unbroadcast_seeds(g: Any, x: Any) -> Any:
    """`unbroadcast(g, x)` for each of the cotangents that `g` holds."""
    g = align_seeds(g, max(np.ndim(g) - 1, np.ndim(x)))
    ones = (1,) * (np.ndim(g) - 1 - np.ndim(x))
    like = np.broadcast_to(x, (len(g), *ones, *np.shape(x)))
    return np.reshape(unbroadcast(g, like), (len(g), *np.shape(x)))


def spread_seeds(tangent: Any, x: Any) -> Any:
    """`spread(tangent, x)` for each of the tangents that `tangent` holds."""
    aligned = align_seeds(tangent, np.ndim(x))
    return match_dtype(np.broadcast_to(aligned, (len(tangent), *np.shape(x))), x)


def for_each_seed(x: Any, seeds: int) -> Any:
    """What is the same for each of so many seeds, once for each: arrays, numbers, and lists, tuples and
    dicts of them. None stands for what carries no derivative."""
    if isinstance(x, (list, tuple)):
        items = [for_each_seed(item, seeds) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {key: for_each_seed(item, seeds) for key, item in x.items()}
    if x is None:
        return None
    dtype = np.asarray(x).dtype
    return np.full((seeds, *np.shape(x)), x, dtype if dtype.kind in "fc" else float)


def count_seeds(x: Any) -> int | None:
    """How many seeds there are in a list, tuple or dict of arrays of seeds; None if it holds no array."""
    if isinstance(x, (list, tuple, dict)):
        found = map(count_seeds, x.values() if isinstance(x, dict) else x)
        return next((count for count in found if count is not None), None)
    return None if x is None else len(x)


def add_seeds(a: Any, b: Any) -> Any:
    """`add(a, b)` for each seed: where one is a number and the other an array, too."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, (list, tuple)):
        items = [add_seeds(p, q) for p, q in zip(a, b, strict=True)]
        return items if isinstance(a, list) else tuple(items)
    if isinstance(a, dict):
        return {key: add_seeds(item, b[key]) for key, item in a.items()}
    rank = max(np.ndim(a), np.ndim(b)) - 1
    return align_seeds(a, rank) + align_seeds(b, rank)


def seed_by_seed(
    function: Callable[..., Any], seeded: tuple[int, ...], seeds: int, /, *args: Any, **options: Any
) -> Any:
    """What a function gives for each seed, of arguments of which those at the places `seeded` hold
    the values for every seed."""
    of_seeds = itertools.islice(zip(*(one_by_one(args[i]) for i in seeded), strict=False), seeds)
    return together([function(*_replaced(args, seeded, values), **options) for values in of_seeds])


def elementwise_seeds(function: Callable[..., Any], seeded: tuple[int, ...], seeds: int, *args: Any) -> Any:
    """What an elementwise function gives for all seeds, of arguments whose ranks only run time knows."""
    if any(isinstance(a, (list, tuple, dict)) for a in args):
        return seed_by_seed(function, seeded, seeds, *args)
    rank = max(np.ndim(a) - (i in seeded) for i, a in enumerate(args))
    return function(*_replaced(args, seeded, tuple(align_seeds(args[i], rank) for i in seeded)))


def align_seeds(x: Any, rank: int) -> Any:
    """Seeds with axes of size 1 behind their own, so that each has `rank` axes. The items of a list,
    which stands for an array, are along the first axis of each seed."""
    if isinstance(x, (list, tuple)):
        x = np.stack([align_seeds(item, 0) for item in x], axis=1)
    return np.reshape(x, (len(x), *(1,) * (rank + 1 - np.ndim(x)), *np.shape(x)[1:]))


def of_one_seed(x: Any) -> Any:
    """The value for the first seed, to be asked for its shape or class."""
    return next(one_by_one(x))


def _replaced(args: tuple[Any, ...], places: tuple[int, ...], values: tuple[Any, ...]) -> list[Any]:
    given = list(args)
    for place, value in zip(places, values, strict=True):
        given[place] = value
    return given


def one_by_one(x: Any) -> Iterator[Any]:
    """The values for each seed: numbers, arrays, and lists, tuples and dicts of them. What holds no
    array is the same for any number of seeds."""
    if count_seeds(x) is None:
        return itertools.repeat(x)
    if isinstance(x, dict):
        return (dict(zip(x, items, strict=True)) for items in zip(*map(one_by_one, x.values()), strict=False))
    if isinstance(x, (list, tuple)):
        make = list if isinstance(x, list) else tuple
        return (make(items) for items in zip(*map(one_by_one, x), strict=False))
    return iter(x if x.ndim > 1 or x.dtype != float else x.tolist())


def together(values: Sequence[Any]) -> Any:
    """The values for all seeds, from one for each."""
    first = values[0]
    if isinstance(first, dict):
        return {key: together([value[key] for value in values]) for key in first}
    if isinstance(first, (list, tuple)):
        items = [together(items) for items in zip(*values, strict=True)]
        return items if isinstance(first, list) else tuple(items)
    return None if first is None else np.stack([np.asarray(value) for value in values])


def array_of_items(items: list[Any], seeds: int) -> Any:
    """`np.array(items)` for each seed, where each item is an array of the seeds' values."""
    return np.stack(items, axis=1) if items else np.zeros((seeds, 0))
