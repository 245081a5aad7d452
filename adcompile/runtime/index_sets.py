"""What programs of index sets call: which inputs each number may depend on.

Such a program has, beside each number of the function, the number of a set of inputs in place of
a tangent. 0 is the empty set. The sets themselves stand in a table, the one that is in use while
the program runs. What moves the elements of an array moves the numbers of their sets; what
computes joins sets, by the functions here. All arrays of set numbers are float64, as tangents are,
and each function returns new memory.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

MOST_SETS = 1 << 26  # two set numbers make one whole number of a float64's precision


class Table:
    """Sets of inputs by number; equal sets have one number."""

    def __init__(self) -> None:
        self.sets: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], float] = {frozenset(): 0.0}
        self._pairs: dict[tuple[float, float], float] = {}
        self._many: dict[frozenset[float], float] = {}

    def number(self, members: frozenset[int]) -> float:
        """The number of a set.

        Raises:
            MemoryError: if there are too many sets.
        """
        found = self._numbers.get(members)
        if found is None:
            if len(self.sets) >= MOST_SETS:
                raise MemoryError("a sparsity pattern of more than 67 million sets of inputs; give the pattern")
            found = self._numbers[members] = float(len(self.sets))
            self.sets.append(members)
        return found

    def pair(self, a: float, b: float) -> float:
        """The number of the union of two sets."""
        if a == b or not b:
            return a
        if not a:
            return b
        key = (a, b) if a < b else (b, a)
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = self.number(self.sets[int(a)] | self.sets[int(b)])
        return found

    def pairs(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The unions, element by element, of two arrays of one shape."""
        made = np.where(a == 0, b, a)
        apart = (a != b) & (a != 0) & (b != 0)
        if apart.any():
            keys = a[apart].astype(np.int64) * MOST_SETS + b[apart].astype(np.int64)
            different, places = np.unique(keys, return_inverse=True)
            unions = [self.pair(float(key // MOST_SETS), float(key % MOST_SETS)) for key in different.tolist()]
            made[apart] = np.array(unions)[places]
        return made

    def union(self, numbers: Iterable[float]) -> float:
        """The number of the union of many sets."""
        key = frozenset(numbers) - {0.0}
        if len(key) < 2:
            return next(iter(key), 0.0)
        found = self._many.get(key)
        if found is None:
            found = self._many[key] = self.number(frozenset().union(*(self.sets[int(i)] for i in key)))
        return found

    def rows(self, sets: np.ndarray) -> np.ndarray:
        """The union of each row of a matrix."""
        return np.array([self.union(row) for row in sets.tolist()], dtype=float)


class _InUse(threading.local):
    table: Table | None = None


_IN_USE = _InUse()


@contextmanager
def in_use(table: Table) -> Iterator[None]:
    """Let the program that is run here work with a table."""
    before, _IN_USE.table = _IN_USE.table, table
    try:
        yield
    finally:
        _IN_USE.table = before


def _table() -> Table:
    if _IN_USE.table is None:
        raise RuntimeError("a program of index sets runs without a table of them")
    return _IN_USE.table


# ------------------------------------------------------------------------------- element by element


def nothing(x: Any) -> Any:
    """The empty set for each number of `x`, in its structure; None for what is no number."""
    if isinstance(x, np.ndarray):
        return np.zeros(x.shape)
    if isinstance(x, (list, tuple)):
        items = [nothing(item) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {key: nothing(item) for key, item in x.items()}
    return 0.0 if isinstance(x, (bool, int, float, complex, np.number, np.bool_)) else None


def join(like: Any, *operands: Any) -> Any:
    """The sets of what an elementwise function gives, which is `like`: the unions of those of its
    operands."""
    if isinstance(like, (list, tuple, dict)):
        raise TypeError(f"an elementwise rule was applied to a {type(like).__name__}; convert it with np.array first")
    table, shape = _table(), np.shape(like)
    if not shape and all(isinstance(sets, float) for sets in operands):
        total = 0.0
        for sets in operands:
            total = table.pair(total, float(sets))
        return total
    arrays = [np.asarray(sets, dtype=float) for sets in operands]
    if any(not _spreads(a.shape, shape) for a in arrays):
        return join_all(like, *operands)
    if not shape:
        return table.union(float(a) for a in arrays)
    made = np.zeros(shape)
    for sets in arrays:
        made = table.pairs(made, np.broadcast_to(sets, shape))
    return made


def _spreads(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))


def join_all(like: Any, *operands: Any) -> Any:
    """The sets of what a function gives of which nothing is known: each number of `like` depends on
    all that the operands depend on."""
    return _filled(like, _table().union(number for sets in operands for number in _numbers_in(sets)))


def _filled(like: Any, number: float) -> Any:
    if isinstance(like, np.ndarray):
        return np.full(like.shape, number)
    if isinstance(like, (list, tuple)):
        items = [_filled(item, number) for item in like]
        return items if isinstance(like, list) else tuple(items)
    if isinstance(like, dict):
        return {key: _filled(item, number) for key, item in like.items()}
    return number


def _numbers_in(sets: Any) -> Iterator[float]:
    if isinstance(sets, np.ndarray):
        yield from np.unique(sets).tolist()
    elif isinstance(sets, (list, tuple, dict)):
        for item in sets.values() if isinstance(sets, dict) else sets:
            yield from _numbers_in(item)
    elif sets is not None:
        yield float(sets)


def join_structures(a: Any, b: Any) -> Any:
    """The unions of two structures of sets; None stands for nothing."""
    if a is None or b is None:
        return deepcopy(b if a is None else a)
    if isinstance(a, (list, tuple)):
        items = [join_structures(p, q) for p, q in zip(a, b, strict=True)]
        return items if isinstance(a, list) else tuple(items)
    if isinstance(a, dict):
        return {key: join_structures(item, b[key]) for key, item in a.items()}
    return join(a if np.ndim(a) >= np.ndim(b) else b, a, b)


# -------------------------------------------------------------------------------- along some axes


def join_along(like: Any, sets: Any, axis: Any = None) -> Any:
    """The sets of a reduction along some axes, or all."""
    sets = np.asarray(sets, dtype=float)
    if axis is None:
        return join_all(like, sets)
    made = _reduced(sets, axis if isinstance(axis, tuple) else (axis,))
    return made.reshape(np.shape(like)) if np.ndim(like) else float(made)


def _reduced(sets: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The unions along some axes, without these axes."""
    axes = tuple(axis % sets.ndim for axis in axes)
    kept = tuple(axis for axis in range(sets.ndim) if axis not in axes)
    shape = tuple(sets.shape[axis] for axis in kept)
    if not sets.size:
        return np.zeros(shape)
    rows = sets.transpose(*kept, *axes).reshape(math.prod(shape), -1)
    return _table().rows(rows).reshape(shape)


def join_running(sets: Any, axis: Any = None) -> Any:
    """The sets of a sum that runs along an axis, or through all elements."""
    sets = np.ravel(sets) if axis is None else np.moveaxis(np.asarray(sets, dtype=float), axis, 0)
    made = np.array(sets, dtype=float)
    for i in range(1, len(made)):
        made[i] = join(made[i], made[i - 1], made[i])
    return made if axis is None else np.ascontiguousarray(np.moveaxis(made, 0, axis))


def join_neighbours(sets: Any, n: int = 1, axis: int = -1) -> Any:
    """The sets of `np.diff`."""
    moved = np.moveaxis(np.array(sets, dtype=float), axis, 0)
    for _ in range(n):
        moved = join(moved[1:], moved[1:], moved[:-1])
    return np.ascontiguousarray(np.moveaxis(moved, 0, axis))


def join_broadcast(sets: Any, like: Any) -> Any:
    """The sets of what is summed over the axes along which `like` was broadcast."""
    sets, shape = np.asarray(sets, dtype=float), np.shape(like)
    if isinstance(like, (list, tuple, dict)):
        return join_all(like, sets)
    if sets.shape == shape:
        return np.array(sets) if shape else float(sets)
    sets = np.broadcast_to(sets, np.broadcast_shapes(sets.shape, shape))  # it may be the smaller one
    extra = sets.ndim - len(shape)
    summed = (*range(extra), *(i for i, n in enumerate(shape, extra) if n == 1))
    return join_along(like, sets, summed)


def join_items(like: Any, items: Any, *more: Any) -> Any:
    """The sets of Python's `sum` of the items of a sequence, and of what it starts with."""
    return join(like, *items, *more)


# -------------------------------------------------------------------------------------- products


def join_product(like: Any, a: Any, b: Any) -> Any:
    """The sets of a product of matrices or vectors: those of its row and of its column."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not a.ndim or not b.ndim:
        return join(like, a, b)
    rows, columns = _reduced(a, (-1,)), _reduced(b, (-2 if b.ndim > 1 else -1,))
    if a.ndim > 1 and b.ndim > 1:
        return join(like, np.expand_dims(rows, -1), np.expand_dims(columns, -2))
    return join(like, rows, columns)


def join_weighted(like: Any, weights: Any, sets: Any, weights_first: bool) -> Any:
    """The sets of a product of a matrix or vector with one of constants, on the left of it or on the
    right: where a constant is zero, the product does not depend on the other factor."""
    weights, sets = np.asarray(weights), np.asarray(sets, dtype=float)
    rows = weights if weights_first else weights.T
    vectors = np.atleast_2d(sets.T if weights_first else sets)  # what each row of constants is multiplied by
    table, taken = _table(), [np.flatnonzero(row) for row in np.atleast_2d(rows)]
    made = np.array([table.union(vector[places].tolist()) for vector in vectors for places in taken])
    made = made.reshape(len(vectors), len(taken))
    made = made.T if weights_first else made
    return made.reshape(np.shape(like)) if np.ndim(like) else float(made[0, 0])


def join_outer(like: Any, a: Any, b: Any) -> Any:
    """The sets of each product of an element of one array and one of the other."""
    return join(like, np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


# ------------------------------------------------------------------------------------ at an index


def join_at(sets: Any, index: Any, more: Any) -> Any:
    """The sets of an array that something is added to at an index, however often that names an
    element."""
    made = np.array(sets, dtype=float, order="C")  # whose elements can be reached one after the other
    where = np.arange(made.size).reshape(made.shape)[index]
    given = np.broadcast_to(np.asarray(more, dtype=float), where.shape)
    flat, table = made.reshape(-1), _table()
    for place, number in zip(where.ravel().tolist(), given.ravel().tolist(), strict=True):
        flat[place] = table.pair(float(flat[place]), number)
    return made


def join_item(sets: Any, index: Any, more: Any) -> Any:
    """The sets of an array or a container to an item of which something is added."""
    if isinstance(sets, np.ndarray):
        return join_at(sets, index, more)
    changed = dict(sets) if isinstance(sets, dict) else list(sets)
    changed[index] = join_structures(changed[index], more)
    return tuple(changed) if isinstance(sets, tuple) else changed


JOINS = frozenset(
    [
        *(join, join_all, join_structures, join_along, join_running, join_neighbours, join_broadcast, join_items),
        *(join_product, join_weighted, join_outer, join_at, join_item),
    ]
)
