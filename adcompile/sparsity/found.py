"""Where a Jacobian has entries: given by the caller, or found from the function.

It is found by running the function's index sets (`transforms/index_sets.py`) once. What is found is
kept for the calls that it is certainly right for: those with arguments of the same shapes, and the
same values of all that the program of index sets is decided by.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.fast_path import exact_key
from adcompile.frontend.scope import OutsideScope
from adcompile.pipeline import Compilation
from adcompile.pushforward import JacobianVector
from adcompile.runtime.index_sets import Table, in_use
from adcompile.sparsity.colour import column_colours, count
from adcompile.unit_vectors import leaves_of, with_leaves

MOST_KEPT = 16
MOST_COMPARED = 1 << 20  # elements of an array whose values decide
EFFECTS = (
    "sparsity='auto' runs the function more than once, and it does more than compute; take what has an "
    "effect or draws random numbers out of it, or leave sparsity out"
)


@dataclass(frozen=True)
class Sparsity:
    """The places of a Jacobian's entries, as a sparse boolean matrix, with their colours. The rows of
    several results stand one below the other; `sizes` are theirs, in the structure of what is returned."""

    matrix: Any
    sizes: Any = None  # None: there is one result

    @cached_property
    def columns(self) -> np.ndarray:
        """The colour of each column, for forward mode."""
        return column_colours(self.matrix)

    @cached_property
    def rows(self) -> np.ndarray:
        """The colour of each row, for reverse mode."""
        return column_colours(self.matrix.T)

    @cached_property
    def row_of_entry(self) -> np.ndarray:
        """The row of each entry, in the order of the matrix."""
        return np.repeat(np.arange(self.matrix.shape[0]), np.diff(self.matrix.indptr))

    def prefers_rows(self) -> bool:
        """Whether reverse mode takes fewer seeds than forward mode."""
        return count(self.rows) < count(self.columns)

    def filled(self, data: np.ndarray) -> Any:
        """The matrix with these numbers for its entries."""
        import scipy.sparse

        data = data.astype(np.float32) if data.dtype == np.float16 else data  # scipy.sparse has no half
        parts = (data, self.matrix.indices.copy(), self.matrix.indptr.copy())
        return scipy.sparse.csr_array(parts, shape=self.matrix.shape)


def given_sparsity(sparsity: Any) -> Sparsity:
    """The sparsity that a caller gives: a sparse matrix with an entry wherever one is stored, or a dense
    one with an entry wherever it is not zero.

    Raises:
        UsageError: if it is no matrix.
    """
    import scipy.sparse

    if not scipy.sparse.issparse(sparsity):
        sparsity = np.asarray(sparsity)
    if sparsity.dtype.kind not in "biuf" or sparsity.ndim != 2:
        raise UsageError("sparsity= takes 'auto', a scipy.sparse matrix, or a boolean matrix")
    matrix = scipy.sparse.csr_array(sparsity)
    stored = np.ones(matrix.nnz, bool)  # also where what is stored is 0
    matrix = scipy.sparse.csr_array((stored, matrix.indices, matrix.indptr), shape=matrix.shape)
    matrix.sum_duplicates()
    return Sparsity(matrix)


class IndexSets(JacobianVector):
    """The index sets of a function: for numbers of the sets of its inputs, those of its result."""

    has_value = False
    emit = staticmethod(Compilation.index_sets)

    @property
    def before(self) -> int:
        """How many parameters stand before the set numbers."""
        return self._before


class FoundSparsity:
    """The sparsities of a function's Jacobian by one of its parameters, found where they are needed."""

    def __init__(self, function: Any, position: int) -> None:
        self._sets = IndexSets(function, position)
        self._position = position
        self._kept: dict[Any, Sparsity] = {}
        self._latest: Sparsity | None = None
        self.runs = 0

    def at(self, args: tuple[Any, ...], kwargs: dict[str, Any], x: Any) -> Sparsity:
        """The sparsity at these arguments, by the one of them that is `x`.

        Raises:
            UsageError: if the function has effects, or returns something else than arrays and numbers.
        """
        given = self._sets.given(args, kwargs)
        compiled, _ = self._sets.found(given, _numbered(x))
        if not compiled.program.repeatable:
            raise UsageError(EFFECTS)
        key = self._key(compiled, given)
        kept = self._kept.get(key) if key is not None else None
        if kept is not None:
            return kept
        found, latest = self._find(args, kwargs, x), self._latest
        if latest is not None and found.sizes == latest.sizes and _same(found.matrix, latest.matrix):
            found = latest  # which has its colours
        self._latest = found
        if key is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def _find(self, args: tuple[Any, ...], kwargs: dict[str, Any], x: Any) -> Sparsity:
        """Run the index sets."""
        table = Table()
        for i in range(np.size(x)):
            table.number(frozenset((i,)))
        with in_use(table):
            _, run = self._sets.at(args, kwargs, _numbered(x))
            found = run()
        self.runs += 1
        results = leaves_of(found)
        if not all(isinstance(result, (float, np.ndarray)) for result in results):
            raise UsageError("sparsity= is for functions that return arrays and numbers, and nothing else")
        sizes = with_leaves(found, map(np.size, results)) if isinstance(found, (list, tuple, dict)) else None
        numbers = np.concatenate([np.zeros(0), *map(np.ravel, results)])
        return Sparsity(_matrix(table, numbers, np.size(x)), sizes)

    def _key(self, compiled: Any, given: tuple[Any, ...]) -> Any:
        """What tells the sparsity from others; None if it has to be found at each call."""
        decided = compiled.program.decided
        if not decided.known:
            return None
        place = self._sets.before  # of the set numbers, among the parameters of the program
        of_function = [i - (i > place) for i in decided.params if i != place]
        if self._position in of_function:
            return None
        params = [given[i] for i in of_function if i < len(given)]  # the seed of a gradient has its default
        captured = [OutsideScope(c.holder).value(c.name) for c in decided.captures]
        values = tuple(_frozen(value) for value in (*params, *captured))
        shapes = exact_key((*given, *compiled.captured_now()))
        return None if None in values else (compiled, shapes, values)


def _numbered(x: Any) -> Any:
    """For each number of an argument the number of the set of itself: 1, 2, ..."""
    return np.arange(1.0, np.size(x) + 1).reshape(np.shape(x)) if isinstance(x, np.ndarray) else 1.0


def _matrix(table: Table, numbers: np.ndarray, columns: int) -> Any:
    """The boolean matrix whose rows are sets."""
    import scipy.sparse

    rows = [sorted(table.sets[int(number)]) for number in numbers]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.intp)))
    indices = np.array([column for row in rows for column in row], dtype=np.intp)
    return scipy.sparse.csr_array((np.ones(len(indices), bool), indices, starts), shape=(len(rows), columns))


def _same(a: Any, b: Any) -> bool:
    return a.shape == b.shape and np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices)


def _frozen(value: Any) -> Any:
    """A value as a key; None of one that is no key, or too large a one."""
    if isinstance(value, (bool, int, str, bytes, np.integer, np.bool_)) or value is None or value is Ellipsis:
        return type(value), value
    if isinstance(value, slice):
        return slice, repr(value)
    if isinstance(value, (float, complex, np.inexact)):
        return type(value), repr(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" and value.size <= MOST_COMPARED:
        return value.dtype, value.shape, value.tobytes()
    if isinstance(value, (tuple, list)):
        items = tuple(map(_frozen, value))
        return None if None in items else (type(value), items)
    return None
