"""From products with a Jacobian to its entries, and the test of a sparsity by one product more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.sparsity.colour import count
from adcompile.sparsity.found import Sparsity

DOUBLE = (1e-7, 1e-12)  # relative to a row's numbers, and to the largest row's
SINGLE = (1e-3, 1e-5)
PROBES = np.random.default_rng(20)
MISFIT = (
    "sparsity= lacks an entry in {which} {row}: the matrix times a random vector is {made} there, and the derivative "
    "along the vector {found}; give a matrix with every entry that can be other than zero, or sparsity='auto'"
)


class Product:
    """Products of a Jacobian, or its transpose, and vectors: `run` takes a matrix whose rows are the
    vectors, `most` at a time, and gives one whose rows are the products. `seeds` counts them."""

    def __init__(self, run: Callable[[np.ndarray], np.ndarray], most: int) -> None:
        self.run = run
        self.most = most
        self.seeds = 0

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """The products with some vectors."""
        self.seeds += len(vectors)
        return self.run(vectors)


def entries_by_columns(sparsity: Sparsity, product: Product, dtype: Any) -> np.ndarray:
    """The entries of a Jacobian from its products with sums of unit vectors, one for each colour."""
    return entries(sparsity.columns, sparsity.matrix.indices, sparsity.row_of_entry, product, dtype)


def entries_by_rows(sparsity: Sparsity, product: Product, dtype: Any) -> np.ndarray:
    """The entries of a Jacobian from products of its transpose."""
    return entries(sparsity.rows, sparsity.row_of_entry, sparsity.matrix.indices, product, dtype)


def entries(
    colours: np.ndarray, summed: np.ndarray, apart: np.ndarray, product: Product, dtype: Any
) -> np.ndarray:
    """Entries of a matrix whose columns (`summed`) have colours, each read where its row (`apart`) is."""
    data, number = np.zeros(len(summed), dtype), count(colours)
    colour_of_entry = colours[summed]
    for first in range(0, number, product.most):
        some = np.arange(first, min(first + product.most, number))
        found = product((colours == some[:, None]).astype(float))
        mine = (colour_of_entry >= first) & (colour_of_entry <= some[-1])
        data = data.astype(np.result_type(dtype, found.dtype), copy=False)
        data[mine] = found[colour_of_entry[mine] - first, apart[mine]]
    return data


def check_sparsity(matrix: Any, product: Product, which: str) -> None:
    """Refuse the sparsity of a recovered matrix if it lacks an entry.

    Raises:
        UsageError: if the matrix times a random vector is not the derivative along it.
    """
    found = disagreement(matrix, product)
    if found is not None:
        row, made, derivative = found
        raise UsageError(MISFIT.format(which=which, row=row, made=made, found=derivative))


def disagreement(matrix: Any, product: Product) -> tuple[int, Any, Any] | None:
    """A row in which the product of a recovered matrix and a random vector is not the derivative along
    it, with both: entries that the matrix lacks are in the one, and not in the other."""
    size = matrix.shape[1]
    vector = PROBES.uniform(0.5, 1.5, size) * PROBES.choice((-1.0, 1.0), size)
    (found,) = product(vector[None])
    with np.errstate(invalid="ignore", over="ignore"):
        made, whole = matrix @ vector, abs(matrix) @ abs(vector)
        by_row, by_all = DOUBLE if matrix.dtype.itemsize > 4 else SINGLE
        finite = np.isfinite(whole)
        wrong = finite & ~(abs(found - made) <= by_row * whole + by_all * whole[finite].max(initial=0.0))
    row = int(np.argmax(wrong)) if wrong.any() else None
    return None if row is None else (row, made[row], found[row])
