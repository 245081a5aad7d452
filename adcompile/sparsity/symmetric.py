"""A Hessian is symmetric: of each entry and the one across the diagonal, one has to be read.

A full row and a full column together, as one number makes that goes with all others, take two
products in this way, and as many as there are columns without it. Where a function is not smooth,
what it has for a Hessian need not be symmetric: so what was read is compared with one product more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.sparsity.colour import count, star_colours
from adcompile.sparsity.found import Sparsity
from adcompile.sparsity.recover import Product, disagreement, entries

LEAST = 4  # seeds by columns, from which fewer are looked for


class Symmetric:
    """How to read a symmetric matrix off products with sums of its columns: each entry where it is, or
    across the diagonal. `readable` says whether the colours allow it for every entry."""

    def __init__(self, sparsity: Sparsity) -> None:
        matrix = (sparsity.matrix + sparsity.matrix.T).tocsr()
        matrix.sort_indices()
        self.sparsity = Sparsity(matrix)
        self.colours = star_colours(matrix)
        rows, columns = self.sparsity.row_of_entry, matrix.indices.astype(np.intp)
        _, place, often = np.unique(
            rows * max(count(self.colours), 1) + self.colours[columns], return_inverse=True, return_counts=True
        )
        alone = often[place] == 1  # of its colour in its row
        numbers, across = np.arange(len(rows)), np.lexsort((rows, columns))
        first = np.minimum(numbers, across)
        self.source = np.where(alone & alone[across], first, np.where(alone, numbers, across))
        self.readable = bool(np.all(alone | alone[across]))

    @property
    def seeds(self) -> int:
        """How many products it takes, with the one that is compared."""
        return count(self.colours) + 1

    def filled(self, product: Product, dtype: Any) -> Any:
        """The matrix; None if it is not symmetric."""
        rows, columns = self.sparsity.row_of_entry[self.source], self.sparsity.matrix.indices[self.source]
        made = self.sparsity.filled(entries(self.colours, columns, rows, product, dtype))
        return made if disagreement(made, product) is None else None


def symmetric_form(sparsity: Sparsity) -> Symmetric | None:
    """How to read a symmetric matrix by fewer products than by columns; None if there is no way."""
    rows, columns = sparsity.matrix.shape
    by_columns = count(sparsity.columns)
    if rows != columns or by_columns < LEAST:
        return None
    found = Symmetric(sparsity)
    return found if found.readable and found.seeds < by_columns else None
