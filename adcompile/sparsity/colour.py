"""Colours: groups of columns that one seed gives together.

`column_colours`: no two columns of a colour have an entry in the same row, so each entry of their
sum is of one column. A greedy colouring looks at the columns in some order and gives each the first
colour that no column of its rows has. In two orders, as it stands and the fullest columns first; no
colouring has fewer colours than the fullest row has entries.

`star_colours`, for a symmetric matrix: of each entry and the one across the diagonal, one can be read.
It is enough that neighbours have other colours, and that no path of four columns has two colours.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def column_colours(sparsity: Any) -> np.ndarray:
    """The colour of each column of a sparse boolean matrix, counted from 0; -1 for an empty column."""
    by_column = sparsity.tocsc()
    per_column = np.diff(by_column.indptr)
    least = int(np.diff(sparsity.tocsr().indptr).max(initial=0))
    colours = _greedy(by_column, np.arange(len(per_column)))
    if count(colours) <= max(least, 1):
        return colours
    other = _greedy(by_column, np.argsort(-per_column, kind="stable"))
    return other if count(other) < count(colours) else colours


def count(colours: np.ndarray) -> int:
    """How many colours there are."""
    return int(colours.max(initial=-1)) + 1


def _greedy(by_column: Any, order: np.ndarray) -> np.ndarray:
    """Of each row it is kept, in the bits of a number, which colours its columns have so far."""
    taken = [0] * by_column.shape[0]
    starts, rows = by_column.indptr.tolist(), by_column.indices.tolist()
    colours = np.zeros(by_column.shape[1], dtype=np.intp)
    for column in order.tolist():
        mine = rows[starts[column] : starts[column + 1]]
        forbidden = 0
        for row in mine:
            forbidden |= taken[row]
        bit = ~forbidden & (forbidden + 1)
        for row in mine:
            taken[row] |= bit
        colours[column] = bit.bit_length() - 1 if mine else -1
    return colours


def star_colours(matrix: Any) -> np.ndarray:
    """The colour of each column of a symmetric sparse matrix, such that neighbours have other colours,
    and no path of four has two. `seen` holds the colours of a column's neighbours, and `risky`
    those of its neighbours that have another neighbour of its own colour."""
    starts, indices = matrix.indptr.tolist(), matrix.indices.tolist()
    neighbours = [[j for j in indices[starts[i] : starts[i + 1]] if j != i] for i in range(matrix.shape[0])]
    colours, seen, risky = ([-1] * len(neighbours), [0] * len(neighbours), [0] * len(neighbours))
    counts: list[dict[int, int]] = [{} for _ in neighbours]
    for column in sorted(range(len(neighbours)), key=lambda i: -len(neighbours[i])):
        mine = neighbours[column]
        forbidden = 0
        for other in mine:
            forbidden |= seen[other] if colours[other] < 0 else 1 << colours[other] | risky[other]
        bit = ~forbidden & (forbidden + 1)
        colour = colours[column] = bit.bit_length() - 1
        for other in mine:
            seen[other] |= bit
            counts[other][colour] = so_far = counts[other].get(colour, 0) + 1
            if colours[other] >= 0 and so_far == 2:
                for end in (i for i in neighbours[other] if colours[i] == colour):
                    risky[end] |= 1 << colours[other]
            elif colours[other] >= 0 and so_far > 2:
                risky[column] |= 1 << colours[other]
        for other in mine:
            if colours[other] >= 0 and counts[column].get(colours[other], 0) > 1:
                risky[other] |= bit
    return np.array(colours, dtype=np.intp)
