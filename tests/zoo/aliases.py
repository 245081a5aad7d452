"""Two names for one object, in straight lines, branches and loops."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at


@at((V,))
def second_name_for_an_array(x):
    y = x * x
    z = y
    z[1] = x[0] * 3.0
    z *= x
    return np.sum(y * y)


@at((V,))
def second_name_is_changed_by_an_augmented_assignment(x):
    y = x * x
    z = y
    z += x
    return np.sum(y * z)


@at((0.7, 1.3))
def augmented_assignment_of_numbers_makes_a_new_one(s, t):
    a = s * t
    b = a
    b += s
    b *= t
    return a * b


@at((V,))
def augmented_assignment_against_a_new_array(x):
    y = x * x
    z = y
    y = y + x
    z *= 2.0
    return np.sum(y * z)


@at((V, W))
def chained_assignment_of_one_array(x, w):
    a = b = x * w
    a += x
    b *= w
    return np.sum(a * b)


@at((V,))
def old_name_read_after_the_new_one_changed(x):
    y = x * x
    saved = y
    kept = y.copy()
    y[2] = x[0]
    return np.sum(saved * kept * x)


@at((V, W), (-V, W))
def alias_on_one_path_only(x, w):
    y = x * x
    z = y if x[0] > 0 else y * w
    z[1] = w[0] * 2.0
    return np.sum(y * y) + np.sum(z)


@at((V, W, True), (V, W, False))
def one_of_two_arrays_changes(x, w, first):
    a, b = x * w, x + w
    c = a if first else b
    c *= x
    c[0] = 0.5
    return np.sum(a * b)


@at((V,))
def tuple_holds_the_array_that_changes(x):
    y = x * x
    pair = (y, x)
    y[1] *= 5.0
    a, b = pair
    return np.sum(a * b)


@at((V,))
def change_through_a_tuple(x):
    pair = (x * x, x + 1.0)
    pair[0][2] = x[0]
    pair[1][:] *= x
    a, b = pair
    a += b
    return np.sum(pair[0] * pair[1])


@at((V, W))
def names_swapped(x, w):
    a, b = x * x, w * w
    a, b = b, a
    a[0] = x[1]
    b += a
    return np.sum(a * b)


@at((P,))
def double_buffering(x):
    a, b = x.copy(), np.zeros_like(x)
    for _ in range(3):
        b[1:-1] = 0.25 * a[:-2] + 0.5 * a[1:-1] + 0.25 * a[2:] * a[1:-1]
        b[0], b[-1] = a[0], a[-1]
        a, b = b, a
    return np.sum(a * a)


@at((P, 4), (P, 3), (P, 0))
def double_buffering_reads_both_at_the_end(x, n):
    a, b = x.copy(), x * x
    for _ in range(n):
        b[1:] = a[:-1] * b[1:] * 0.5
        a, b = b, a
    return np.sum(a * a) + np.sum(b * x)


@at((V, W))
def three_buffers_in_turn(x, w):
    a, b, c = x.copy(), w.copy(), x * w
    for k in range(4):
        c[k] = a[k] * b[k - 1]
        a, b, c = b, c, a
    return np.sum(a * b + c * c)


@at((P,))
def two_steps_back(x):
    before, now = x.copy(), x * 1.1
    later = np.zeros_like(x)
    for _ in range(4):
        later[1:-1] = 2 * now[1:-1] - before[1:-1] + 0.2 * (now[2:] - 2 * now[1:-1] + now[:-2])
        before, now, later = now, later, before
    return np.sum(now * now)


@at((V,))
def alias_carried_by_a_loop(x):
    y = x * x
    z = x + 1.0
    for k in range(3):
        z[k] = y[k + 1] * 2.0
        z = y
    return np.sum(y * y) + np.sum(z)


@at((V,))
def alias_made_in_the_last_trip_of_a_loop(x):
    y = x * x
    z = x * 2.0
    for k in range(4):
        if k == 3:
            z = y
        z[k] += x[0]
    return np.sum(y * z)


@at((V, 3), (V, 0))
def first_value_kept_while_the_array_changes(x, n):
    y = x * x
    first = y
    for k in range(n):
        y[k] = y[k + 1] * x[k]
    return np.sum(first * y)


@at((V, 3), (V, 1))
def first_value_kept_while_the_name_moves_on(x, n):
    y = x * x
    first = y
    for _ in range(n):
        y = y * x
        y[0] += 1.0
    return np.sum(first * y)


@at((M,))
def best_row_is_a_view_that_changes_later(a):
    b = a * a
    best = b[0]
    for row in b:
        if row[0] > best[0]:
            best = row
    b += a
    b[1] *= 2.0
    return np.sum(best * best)


@at((SQUARE,))
def matrix_and_its_transpose(a):
    b = a * 1.0
    t = b.T
    b[0, 1] = a[2, 2] * 2.0
    t[0, 2] += b[0, 1]
    return np.sum(b @ t)


@at((SQUARE,))
def matrix_plus_its_own_transpose_in_place(a):
    b = 0.3 * a * a
    b += b.T
    b *= b.T
    return np.sum(b * a)


@at((V, W))
def conditional_expression_chooses_where_to_store(x, w):
    a, b = x * x, w * w
    for k in range(4):
        (a if x[k] > 0 else b)[k] += x[k] * w[k]
    return np.sum(a * b)


@at((V, W))
def alias_through_a_walrus(x, w):
    total = np.sum((y := x * w) * y)
    z = y
    z[0] = x[3]
    return total * np.sum(y)


@at((V,))
def copy_is_not_an_alias(x):
    y = x * x
    z = y.copy()
    y[0] = 0.0
    z[1] = 1.0
    z += y
    return np.sum(y * z)


@at((1.5,))
def table_of_numbers_under_two_names(y):
    table = np.array([[-0.9], [-0.2], [1.0]])
    other = table
    other /= np.sin(other)
    return np.mean(table) * y
