"""Lists and tuples where NumPy takes arrays: in its functions, beside arrays, stored into arrays; and the
lists that `list` and `tuple` make of arrays."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at

WEIGHTS = [1.0, 2.0, 3.0, 0.5]
SCALES = (0.5, 0.25, 2.0, 1.5)


@at((V, W))
def list_beside_an_array(x, w):
    return np.sum([x[0], x[1]] * w[:2]) + np.sum(w - [x[1], x[0], 2.0, x[3]])


@at((V,))
def lists_of_constants_beside_an_array(x):
    return np.linalg.norm(x - [1.0, 2.0, 4.0, 0.5]) + np.sum((1.0, 2.0, 3.0, 4.0) / (2.0 + x)) + np.dot(x, WEIGHTS)


@at((V,))
def constants_of_the_module(x):
    return np.sum((x - WEIGHTS) ** 2 / SCALES) + WEIGHTS @ np.outer(x, x) @ SCALES


@at((V,))
def products_of_lists(x):
    return np.dot([x[0], x[1], 2.0, x[3]], x) + np.vdot([x[0], x[1]], [x[1], x[2]]) + np.sum(np.outer((x[0], x[1]), x))


@at((V,))
def matrix_in_lists(x):
    a = [[2.0, 0.0, x[0]], [0.0, x[1], 1.0], [0.0, 0.0, 1.0]]
    return np.sum(a @ x[:3]) + np.sum(np.linalg.solve(a, [x[0], 1.0, x[2]])) + np.trace(a)


@at((V, W))
def lists_in_ufuncs(x, w):
    return np.sum(np.maximum([x[0], x[1]], [w[1], w[2]]) + np.hypot([x[0], x[1]], w[:2])) + np.sum(np.exp([x[0], x[1]]))


@at((V,))
def list_in_where_and_clip(x):
    chosen = np.where([True, False, True, False], x, [x[1], x[2], x[0], 1.0])
    return np.sum(chosen * np.clip([x[0], x[3], 0.3, x[1]], 0.0, 1.0))


@at((V,))
def power_by_a_list(x):
    return np.sum(np.power([x[0], x[3]], [2, 3]))


@at((V,))
def list_that_a_loop_grows_is_an_array(x):
    squares = []
    for v in x:
        squares.append(v * v)
    return np.dot(squares, x) + np.sum(squares * x) + np.sum(np.sqrt(squares)) + np.std(squares)


@at((V,))
def list_of_rows_is_a_matrix(x):
    rows = []
    for k in range(3):
        rows.append(x * x[k])
    return np.linalg.norm(rows) + np.sum(rows @ x) + np.sum(np.transpose(rows)[0]) + np.sum(np.max(rows, axis=0))


@at((V, SCALES))
def tuple_argument_beside_an_array(x, scales):
    y = x.copy()
    y -= [1.0, 2.0, 3.0, 4.0]
    y *= scales
    return np.sum(y * y)


@at((V,))
def list_stored_into_a_row(x):
    y = np.zeros((2, 4))
    y[0] = [x[0], x[1] * x[2], 1.0, x[3]]
    y[1] = list(x)
    y[1, :2] += (x[1], x[0])
    return np.sum(y * y)


@at((V,))
def list_stored_by_a_list_of_indices(x):
    a = np.array([x[0], 2.0, x[1]])
    a[[0, 2]] += [x[1], x[2]]
    a[[0, 1]] = [x[3], x[0] * a[2]]
    return np.sum(a * a)


@at((V,))
def list_times_an_array_in_place(x):
    values = [v * 2.0 for v in x]
    values *= x
    return np.sum(values)


@at((V, W))
def einsum_and_cross_of_lists(x, w):
    return np.sum(np.einsum("i,i->i", [x[0], x[1]], w[:2])) + np.sum(np.cross([x[0], x[1], 1.0], w[:3]))


@at((V, 3))
def list_in_a_loop(x, n):
    total = 0.0
    for k in range(n):
        total = total + np.dot([x[0], x[1] * k], x[2:])
    return total


@at((V,))
def array_as_a_list(x):
    values = list(x)
    for i in range(len(values)):
        values[i] = values[i] * values[i - 1]
    return values[-1] * x[0]


@at((M,))
def rows_of_a_matrix_as_a_list(m):
    rows = list(m)
    rows[0] = rows[0] * 2.0
    return np.sum(m[0] * rows[0]) + np.sum(rows[1] * rows[2])


@at((V,))
def list_as_a_tuple_and_back(x):
    items = (x, x * 2.0)
    for _ in range(3):
        items = tuple(list(items)[::-1])
    return np.sum(items[0] * items[0] * items[1])


@at((P,))
def queue_of_an_array(x):
    queue = list(x[1:])
    queue.append(x[0])
    first = queue.pop(0)
    return first * queue[0] + sum(queue)


@at((V,))
def sum_and_array_of_a_list_of_an_array(x):
    return sum(list(x * x)) + sum(tuple(x)) + np.sum(np.array(list(x)) * x)


@at((V,))
def range_as_a_list(x):
    order = list(range(len(x)))
    order[0], order[1] = order[1], order[0]
    return np.sum(x[order] * np.arange(4.0)) + np.sum(x[[*range(2), 3]] ** 2)


@at((SQUARE,))
def rows_gathered_in_a_dict(m):
    named = {"first": list(m[0]), "weights": [1.0, 2.0, 3.0]}
    named["first"][1] = named["first"][0] * 2.0
    return np.sum(m[1] * named["weights"]) + np.dot(named["first"], m[2])


@at((V,))
def whole_number_times_a_list(x):
    pair = 2 * [x[0], x[1]]
    three = 3 * (x[2], x[3])
    return pair[0] + pair[1] * 2.0 + pair[2] * 3.0 + pair[3] * 5.0 + three[2] * three[5]


@at((V, True), (V, False))
def repeated_list_or_tuple(x, flag):
    held = [x[0], x[1]] if flag else (x[0], x[1])
    twice = held * 2
    return twice[0] + twice[1] * 2.0 + twice[2] * 3.0 + twice[3] * 5.0
