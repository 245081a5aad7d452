"""Colours: groups of columns of which no two have an entry in the same row.

One sweep gives the sum of a group's columns, and each entry of it is of one column. A greedy
colouring looks at the columns in some order and gives each the first colour that no column of
its rows has. In two orders, as it stands and the fullest columns first; no colouring has fewer
colours than the fullest row has entries.
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
