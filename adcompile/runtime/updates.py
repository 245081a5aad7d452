"""Changes of arrays and containers as functions of values.

The compiler works on values: `a[i] = v` is `a = update(a, i, v)`. Each function here returns
the changed object and leaves its argument as it was. Where the old value is not needed any
more, the emitter writes the statement that works in place instead.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np


def update(a: Any, index: Any, value: Any) -> Any:
    """`a` with `a[index] = value`."""
    changed = copy(a)
    changed[index] = value
    return changed


def put_back(a: Any, index: Any, part: Any) -> Any:
    """`a` after what stands at `index` has changed itself, to `part` (`a[i][j] = v`). So the front end
    writes it; where the index copies (a list, a mask), `a` stays as it was."""
    return update(a, index, part)


def become(a: Any, value: Any) -> Any:
    """`a` with the contents of `value`, which is like it. An item of a container that changes is
    written so until it is known that nothing else sees the change; then it is `value`."""
    return value


def where_replaced(a: list[Any], index: slice, count: int) -> slice:
    """Where the values stand after `a[index] = values`, of which there are `count`."""
    start, _, step = index.indices(len(a))
    return slice(start, start + count) if step == 1 else index


def increment(a: Any, index: Any, value: Any) -> Any:
    """`a` with `a[index] += value`, for an index that names no element twice."""
    changed = copy(a)
    changed[index] += value
    return changed


def add_at(a: Any, index: Any, value: Any) -> Any:
    """`a` with `value` added at `index`, each time an element is named (`np.add.at`)."""
    changed = copy(a)
    np.add.at(changed, index, value)
    return changed


def written_last(a: Any, index: Any) -> Any:
    """Of the values that `a[index] = values` stores, which ones no later one overwrites."""
    order = np.empty(np.shape(a), dtype=np.intp)
    numbers = np.arange(order[index].size).reshape(order[index].shape)
    order[index] = numbers
    return order[index] == numbers


def write_back(a: Any, changed: Any) -> Any:
    """The caller's `a`, given the contents of `changed`, which was made from it."""
    if changed is not a:
        if isinstance(a, np.ndarray):
            a[...] = changed
        elif isinstance(a, list):
            a[:] = changed
        elif isinstance(a, dict):
            a.clear()
            a.update(changed)
    return a


def write_back_items(a: Any, changed: Any) -> Any:
    """The caller's container `a`, each object in it given the contents of its counterpart."""
    keys = a.keys() if isinstance(a, dict) else range(len(a))
    for key in keys:
        if isinstance(a[key], (list, tuple, dict)):
            write_back_items(a[key], changed[key])
        elif isinstance(a[key], np.ndarray):
            write_back(a[key], changed[key])
        elif a[key] is not changed[key]:
            a[key] = changed[key]
    return a


def append(sequence: list[Any], value: Any) -> list[Any]:
    """`sequence` with `value` at its end."""
    return [*sequence, value]


def extend(sequence: list[Any], values: Any) -> list[Any]:
    """`sequence` with all of `values` at its end."""
    return [*sequence, *values]


def merge(mapping: dict[Any, Any], *others: Any, **named: Any) -> dict[Any, Any]:
    """`mapping` after `mapping.update(*others, **named)`."""
    changed = copy(mapping)
    changed.update(*others, **named)
    return changed


def without_last(sequence: list[Any]) -> list[Any]:
    """`sequence` less its last element."""
    return sequence[:-1]
