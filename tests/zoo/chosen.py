"""Names that are one of several arrays: by a branch, by a loop, by which row was the best."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at


@at((V, W, 0), (V, W, 1), (V, W, 2))
def one_of_three(x, w, kind):
    a, b, c = x * w, x + w, x * x
    if kind == 0:
        chosen = a
    elif kind == 1:
        chosen = b
    else:
        chosen = c
    chosen[1:] *= x[1:]
    b[0] = x[3]
    chosen[0] += 2.0 * b[0]
    return np.sum(a * b * c) + np.sum(chosen)


@at((V, W, True), (V, W, False))
def view_taken_before_either_changes(x, w, first):
    a, b = x * w, x + w
    chosen = a if first else b
    part = chosen[1:]
    a[2] = x[0] * 3.0
    b[1] = w[0]
    part *= w[1:]
    chosen[3] = 0.5
    return np.sum(part * part) + np.sum(a * b)


@at((V, W, True), (V, W, False))
def one_of_two_arguments_changes(x, w, first):
    y = x if first else w
    y[1] = y[0] * y[2]
    y *= 1.5
    return np.sum(x * w) + y[3]


@at((V, W, True), (V, W, False))
def an_argument_or_a_copy_of_it_changes(x, w, copied):
    y = x.copy() if copied else x
    y[0] = w[0] * y[1]
    y += w
    return np.sum(y * y) + np.sum(x)


@at((V, 4), (V, 1), (V, 0))
def swapped_and_chosen(x, n):
    a, b = x * 1.0, x * x
    for k in range(n):
        a, b = b, a
        c = a if k % 2 else b
        c[k] = a[k - 1] * b[k] + 0.1
    return np.sum(a * b) + np.sum(a)


@at((V, 5), (V, 0))
def two_names_for_what_a_trip_made(x, n):
    first = last = x * 1.0
    for k in range(n):
        made = last * x + k
        if k == 1:
            first = made
        last = made
        last[0] = first[1] * 2.0
    return np.sum(first * last)


@at((V,))
def chosen_again_until_it_is_large(x):
    a, b = x * 0.5, np.abs(x) + 0.1
    z = a
    while np.sum(z * z) < 20.0:
        z = b if np.sum(a) > np.sum(b) else a
        a += 0.3 * x[3]
        z *= 1.5
        b[0] += z[1]
    return np.sum(a * b) + np.sum(z)


@at((M,))
def largest_row_is_halved_each_time(a):
    b = a * a
    for _ in range(3):
        largest = b[0]
        for row in b:
            if np.sum(row) > np.sum(largest):
                largest = row
        largest *= 0.5
        b[1, 2] += largest[0] * a[0, 1]
    return np.sum(b * b)


@at((M,))
def row_above_a_bound_or_the_last(a):
    b = a * 2.0
    for k in range(3):
        row = b[k]
        if row[1] > 1.0:
            break
    row[2] = a[0, 0] * 5.0
    b[:, 2] *= b[:, 0]
    return np.sum(b * a) + np.sum(row * row)


@at((SQUARE,))
def columns_from_the_best_place_on(a):
    b = a * a
    best = b[0, 0:]
    for i in range(3):
        for j in range(2):
            part = b[i, j:]
            if part[0] > 5.0:
                best = part
    b *= 0.5
    best[0] = a[1, 1]
    return np.sum(b * a) + np.sum(best)


@at((V, W))
def chosen_by_a_list_that_changes(x, w):
    a, b, marks = x * w, x + w, []
    c = a if marks else b
    marks.append(1)
    c[0] = x[1] * 3.0
    b[2] = w[3]
    return np.sum(a * b) + np.sum(c * c)


@at((V, W, True), (V, W, False))
def bound_on_one_path_only(x, w, wanted):
    y = x * w
    if wanted:
        z = y
    y[0] = w[1]
    if wanted:
        z[1] = x[2] * 2.0
        return np.sum(z * y)
    return np.sum(y * x)


@at((V, W, True), (V, W, False))
def chosen_array_filled_from_a_candidate(x, w, first):
    a, b = x * w, x + w
    c = a if first else b
    c[:] = a * b
    c[1:] += a[:-1]
    c[0], c[3] = c[3], c[0]
    return np.sum(a * x) + np.sum(b * c)


@at((V, W, True), (V, W, False))
def chosen_array_is_the_value(x, w, first):
    a, b = x * w, x + w
    c = a if first else b
    c[1] = x[0] * x[3]
    a[0] = w[2]
    return c


@at((P, 1.0), (P, -1.0))
def chosen_views_of_one_array(x, sign):
    y = x * x
    half = y[::-2] if sign > 0 else y[1::2]
    rest = y[::2]
    half *= sign * x[:3]
    rest[0] = half[1]
    half[2] += 1.0
    return np.sum(y * x) + np.sum(half * rest)


@at((V, W, True), (V, W, False))
def chosen_twice(x, w, first):
    a, b = x * w, x + w
    c = a if first else b
    d = c if x[0] > 0 else a
    e = d if not first else b
    d[0] = 2.0 * x[1]
    c *= w
    e[3] = d[0]
    return np.sum(a * b) + np.sum(c * d * e)


@at((V, W, 3), (V, W, 0))
def choice_carried_through_two_loops(x, w, n):
    a, b = x * w, x + w
    z = a
    for i in range(n):
        for j in range(2):
            z[i] += 0.5 * b[j]
            z = b if j == 0 else a
        if i == 1:
            z = b
        a[i] *= w[i]
    return np.sum(a * b) + np.sum(z)


def larger(a, b):
    return a if np.sum(a) > np.sum(b) else b


@at((V, W))
def function_chooses_what_changes(x, w):
    a, b = x * w, x + w
    larger(a, b)[1] = x[3]
    larger(a, b)[:] *= 0.25
    return np.sum(a * b * x)


@at((V, W, True), (V, W, False))
def chosen_array_raised_against(x, w, first):
    a, b = x * w, x + w
    if first:
        c = a
    elif np.sum(b) > 100.0:
        raise ValueError("too large")
    else:
        c = b
    c[0] = x[2]
    a *= b
    return np.sum(c)


@at((V, W, 0), (V, W, 2))
def argument_bound_anew_by_a_loop_that_may_not_run(x, w, times):
    k = 0
    total = 0.0
    while k < times:
        k += 1
        w = np.where(x > 1.0, x, 4.0 * x)
        total += np.sum(w * w)
    for k in range(1, len(w)):
        w[:k] = w[k]
    return total + np.sum(w * x)


@at((V, W, True), (V, W, False))
def chosen_again_where_the_condition_does_not_hold(x, w, first):
    a, b = x * w, x + w
    c = a if first else b
    other = not first
    if other:
        c = a
    c[1] = x[0] * 3.0
    if first:
        b[2] = c[1]
    a *= c
    return np.sum(a * b) + np.sum(c)


@at((V, W))
def chosen_by_not_of_a_list_that_changes(x, w):
    a, b, marks = x * w, x + w, []
    empty = not marks
    c = a if empty else b
    marks.append(1)
    d = c if not marks else b
    c[0] = x[1] * 3.0
    d[2] *= c[0]
    return np.sum(a * b) + np.sum(c * d)


@at((V, W, 3), (V, W, 1), (V, W, 0))
def copied_before_the_loop_on_one_path(x, w, n):
    kept, found = None, False
    for k in range(n):
        kept, found = x * w + k, True
    whole = w * w
    saved = kept if found else whole
    for k in range(3):
        if found:
            kept[k] = saved[k + 1] * x[k]
        else:
            whole[k] += x[k + 1]
    return np.sum(saved * x) + np.sum(whole)


@at((V, 4), (V, 2), (V, 0))
def arrays_of_two_trips(x, n):
    first = last = x * 2.0
    for k in range(n):
        made = last * x
        if k == 1:
            first = made
        made[k] = first[k - 1] * 0.5
        first[0] += made[3]
        last = made
    return np.sum(first * last)
