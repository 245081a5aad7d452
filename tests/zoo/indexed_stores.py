"""Stores by masks and by arrays of indices, repeated ones too."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, V, W, at


@at((V,))
def mask_filled_with_zero(x):
    y = x * x * x
    y[y < 0] = 0
    return np.sum(y * y + x)


@at((V, W))
def mask_filled_with_values(x, w):
    y = x * w
    y[x > 0] = w[x > 0] * x[x > 0] ** 2
    y[x < 0] *= w[x < 0]
    return np.sum(y * y)


@at((M, 0.2))
def mask_of_a_matrix(a, floor):
    b = a * a * a
    b[b < floor] = floor
    b[a > 1.0] += floor * a[a > 1.0]
    return np.sum(b * a)


@at((V,))
def index_array_that_repeats_keeps_the_last(x):
    y = np.zeros_like(x)
    y[[0, 2, 0, 1]] = x * x
    return np.sum(y * y + y)


@at((V,))
def augmented_store_by_an_index_array_that_repeats(x):
    # NumPy adds once for each element, with the last of the values.
    y = x * x
    y[np.array([0, 2, 0, 1])] += x
    return np.sum(y * y)


@at((V,))
def add_at_adds_every_time(x):
    y = np.zeros(3)
    np.add.at(y, [0, 2, 0, 0], x * x)
    return np.sum(y * y)


@at((M, V))
def add_at_of_rows(a, x):
    b = a * a
    np.add.at(b, [2, 0, 2], x)
    return np.sum(b * b)


@at((V,))
def subtract_at_and_multiply_at(x):
    y = x + 2.0
    np.subtract.at(y, [0, 1, 0, 3], x * x)
    np.multiply.at(y, [1, 2], x[:2])
    return np.sum(y * y)


@at((M,))
def two_index_arrays(a):
    b = a * a
    b[[0, 1, 2], [1, 2, 3]] = a[[2, 1, 0], 0]
    b[np.arange(3), 0] += a[:, 3]
    return np.sum(b * b)


@at((SQUARE,))
def diagonal_by_indices(a):
    b = a @ a
    k = np.arange(3)
    b[k, k] = 0.0
    b[k, (k + 1) % 3] *= a[k, k]
    return np.sum(b * b)


@at((SQUARE,))
def triangle_by_indices(a):
    b = a * a
    b[np.triu_indices(3, 1)] = a[np.tril_indices(3, -1)] * 2.0
    return np.sum(b * a * a)


@at((M, np.array([2, 0, 2])), (M, np.array([2, 0, -1])))
def rows_by_an_index_argument_that_repeats(a, k):
    b = np.zeros((3, 4))
    b[k] = a * a
    b[k, 1:3] += a[:, :2]
    return np.sum(b * b + b)


@at((M,))
def pairs_of_indices_that_repeat(a):
    b = a * a
    b[[[0, 1], [0, 2]], [1, 2]] = a[:2, :2]
    b[[0, 0, 1], [1, 1, 3]] += a[2, :3]
    return np.sum(b * b)


@at((V,))
def repeated_positions_of_a_view_and_of_flat(x):
    b = np.outer(x, x)
    b.T[1:, 2][[0, 2, 0]] = x[:3]
    b.flat[[3, 3, -1]] = x[1:]
    return np.sum(b * b)


@at((V, 1.3))
def one_number_to_repeated_positions(x, s):
    y = x * x
    y[[1, 1, 3]] = s
    y[np.array([0, 0, 0])] += s * x[1]
    return np.sum(y * x)


@at((V,))
def index_array_whose_entries_become_equal(x):
    k = np.arange(4)
    y = np.zeros(4)
    k[1:][0] = 3
    y[k] = x * x
    return np.sum(y * y)


@at((V,))
def store_into_what_indices_copied(x):
    y = x * 3
    y[[0, 1]][0] = x[3]
    y[y > 0][:] = 0.0
    y[np.array([2, 3])][...] *= x[:2]
    return np.sum(y * y)


@at((M,))
def store_into_what_was_copied_of_rows(a):
    b = a * 3
    b[[0, 1]][:, 1] = a[2, 1]
    b[:, [0, 2]][0] = 3.0
    b[1:][0, 0] = a[0, 0] ** 2
    return np.sum(b * b)


@at((V,))
def store_into_an_array_of_ints(x):
    a = np.zeros_like((1, 2, 3, 4))
    a[:] = x * 3.1
    b = np.ones_like(x, int)
    b[1] = x[0] * 9.3
    return np.sum(a * x) + np.sum(b * x)


@at((V,), (np.array([0.5, -1.2, 0.8, 1.5, 0.9]),))
def positions_that_outnumber_the_values(x):
    y = x * x
    np.put(y, [0, 1, 2], x[1:3] * y[3])
    np.put(y, np.array([3, 1]), x)
    np.put(y, 2, x[1:])
    y.put(np.flatnonzero(x > 0.6), [x[0], 2.0, x[1] ** 2])
    return np.sum(y * y * x)


@at((SQUARE,))
def open_mesh_of_positions(a):
    mesh = np.ix_(np.array([0, 2]), [2, 0])
    b = a * a
    b[mesh] = a[:2, :2] * a[1, 1]
    b[np.ix_([1], np.arange(3))] *= a[0]
    return b * b
