"""From products with a Jacobian to its entries, and the test of a sparsity by one product more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.sparsity.colour import count
from adcompile.sparsity.found import Sparsity

Product = Callable[[np.ndarray], np.ndarray]  # of the Jacobian, or of its transpose, and a vector
DOUBLE = (1e-7, 1e-12)  # relative to a row's numbers, and to the largest row's
SINGLE = (1e-3, 1e-5)
PROBES = np.random.default_rng(20)
MISFIT = (
    "sparsity= lacks an entry in {which} {row}: the matrix times a random vector is {made} there, and the derivative "
    "along the vector {found}; give a matrix with every entry that can be other than zero, or sparsity='auto'"
)


def by_columns(sparsity: Sparsity, product: Product, dtype: Any) -> np.ndarray:
    """The entries of a Jacobian from its products with sums of unit vectors, one for each colour."""
    rows, columns = sparsity.row_of_entry, sparsity.matrix.indices
    return entries(sparsity.columns, columns, rows, product, dtype)


def by_rows(sparsity: Sparsity, product: Product, dtype: Any) -> np.ndarray:
    """The entries of a Jacobian from products of its transpose."""
    rows, columns = sparsity.row_of_entry, sparsity.matrix.indices
    return entries(sparsity.rows, rows, columns, product, dtype)


def entries(
    colours: np.ndarray, summed: np.ndarray, apart: np.ndarray, product: Product, dtype: Any
) -> np.ndarray:
    """Entries of a matrix whose columns (`summed`) have colours, each read where its row (`apart`) is."""
    data = np.zeros(len(summed), dtype)
    colour_of_entry = colours[summed]
    for colour in range(count(colours)):
        mine = colour_of_entry == colour
        found = product((colours == colour).astype(float))
        data = data.astype(np.result_type(dtype, found.dtype), copy=False)
        data[mine] = found[apart[mine]]
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
    found = product(vector)
    with np.errstate(invalid="ignore", over="ignore"):
        made, whole = matrix @ vector, abs(matrix) @ abs(vector)
        by_row, by_all = DOUBLE if matrix.dtype.itemsize > 4 else SINGLE
        finite = np.isfinite(whole)
        wrong = finite & ~(abs(found - made) <= by_row * whole + by_all * whole[finite].max(initial=0.0))
    row = int(np.argmax(wrong)) if wrong.any() else None
    return None if row is None else (row, made[row], found[row])
