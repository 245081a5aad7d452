"""Displays and unpacking as functions: `(a, b)`, `[a, b]`, `{k: v}`, `a, b = t`."""

from __future__ import annotations

from typing import Any

import numpy as np


def make_tuple(*items: Any) -> tuple[Any, ...]:
    """`(a, b, ...)`."""
    return items


def make_list(*items: Any) -> list[Any]:
    """`[a, b, ...]`."""
    return list(items)


def make_dict(*pairs: Any) -> dict[Any, Any]:
    """`{k: v, ...}` from keys and values in turn."""
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def make_set(*items: Any) -> set[Any]:
    """`{a, b, ...}`."""
    return set(items)


def unpack(value: Any, count: int) -> tuple[Any, ...]:
    """`a, b, ... = value`, for `count` names."""
    items = tuple(value)
    if len(items) != count:
        raise ValueError(f"cannot unpack {len(items)} values into {count} names")
    return items


def unpack_star(value: Any, before: int, after: int) -> tuple[Any, ...]:
    """`a, *b, c = value`, with `before` names before the star and `after` names after it."""
    items = tuple(value)
    if len(items) < before + after:
        raise ValueError(f"cannot unpack {len(items)} values into at least {before + after} names")
    end = len(items) - after
    return (*items[:before], list(items[before:end]), *items[end:])


def contains(container: Any, item: Any) -> bool:
    """`item in container`."""
    return item in container


def not_contains(container: Any, item: Any) -> bool:
    """`item not in container`."""
    return item not in container


def places_of_item(items: Any, found: Any, tie: bool) -> list[int]:
    """Where the item stands that `max` or `min` found: the first that it is, or is equal to; with `tie`, of
    numbers all of those. No key is asked again: it may answer otherwise."""
    at = [k for k, item in enumerate(items) if item is found or np.array_equal(item, found)]
    if not at:  # nan
        at = [k for k, item in enumerate(items) if np.array_equal(item, found, equal_nan=True)]
    return at if tie and isinstance(found, (int, float, np.number)) else at[:1]


def sorted_places(items: Any, key: Any, reverse: bool, found: Any = None) -> list[int]:
    """Where the items of `sorted(items, key=key, reverse=reverse)` stood before, which were `found`.

    Raises:
        ValueError: if the key answers otherwise than it did.
    """
    values = list(items) if key is None else [key(item) for item in items]
    places = sorted(range(len(values)), key=values.__getitem__, reverse=reverse)
    if key is not None and not all(
        items[k] is item or np.array_equal(items[k], item) for k, item in zip(places, found, strict=True)
    ):
        raise ValueError("the key that 'sorted' was given does not order the items as it did before")
    return places
