"""Views: what is written through a view is written to its base, and the other way round."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at

# ------------------------------------------------------------------------- writing through a view


@at((P,))
def augmented_store_through_a_slice(x):
    y = x * x
    tail = y[2:]
    tail *= x[0]
    return np.sum(y * y)


@at((P,))
def element_store_through_a_slice(x):
    y = x * x
    tail = y[2:]
    tail[0] = x[0] * x[1]
    tail[-1] += y[0]
    return np.sum(y * x)


@at((M,))
def row_of_a_matrix_scaled(a):
    b = a * a
    row = b[1]
    row *= a[0]
    row += b[2]
    return np.sum(np.sin(b))


@at((M,))
def column_of_a_matrix_replaced(a):
    b = a * a
    column = b[:, 1]
    column[:] = a[:, 0] * a[:, 2]
    return np.sum(b * b)


@at((M,))
def transpose_written_to(a):
    b = a * 1.0
    t = b.T
    t[2, 0] = a[1, 1] * a[2, 2]
    t[3] *= a[:, 0]
    return np.sum(b * b * a)


@at((M,))
def reshape_written_to(a):
    b = a * a
    flat = b.reshape(12)
    flat[::5] = a[0, 0] * a[0, :3]
    flat[-1] += flat[0]
    return np.sum(b * a)


@at((M,))
def reshape_with_an_unknown_size(a):
    b = a * a
    pairs = b.reshape(-1, 2)
    pairs[:, 0] += pairs[:, 1]
    return np.sum(b * b)


@at((M,))
def ravel_of_a_contiguous_array_is_a_view(a):
    b = a * a
    flat = b.ravel()
    flat[3] = a[0, 0] * 5.0
    return np.sum(b * b)


@at((M,))
def ravel_of_a_transpose_is_a_copy(a):
    b = a * a
    flat = b.T.ravel()
    flat[3] = a[0, 0] * 5.0
    return np.sum(b * b) + np.sum(flat * flat)


@at((M,))
def reshape_of_a_transpose_is_a_copy(a):
    b = a * a
    c = b.T.reshape(3, 4)
    c *= 2.0
    return np.sum(b * c)


@at((M,))
def reshape_of_a_slice_may_be_a_copy(a):
    b = a * a
    part = b[:, 1:3].reshape(-1)
    part += a[0, 0]
    return np.sum(b * b) * np.sum(part * part)


@at((M,))
def flatten_is_always_a_copy(a):
    b = a * a
    flat = b.flatten()
    flat[0] = a[1, 1]
    return np.sum(b * b) + np.sum(flat * flat)


@at((SQUARE,))
def diagonal_read_after_a_store(a):
    b = a * a
    d = np.diagonal(b)
    b[1, 1] = a[0, 2] * 3.0
    b[0] *= a[2]
    return np.sum(d * d)


@at((SQUARE,))
def diagonal_written_through_a_flat_slice(a):
    b = a @ a
    b.flat[::4] += a[0, 0]
    return np.sum(b * b)


@at((SQUARE,))
def diagonal_written_through_a_strided_reshape(a):
    b = a @ a
    d = b.reshape(9)[::4]
    d *= d
    return np.sum(b * a)


@at((M,))
def element_of_flat(a):
    b = a * a
    b.flat[5] = b.flat[0] * a[2, 2]
    return np.sum(b * b)


@at((P,))
def reversed_view_written_to(x):
    y = x * x
    backwards = y[::-1]
    backwards[:2] = x[:2]
    backwards += x
    return np.sum(y * x)


@at((M,))
def swapaxes_and_squeeze(a):
    b = (a * a)[None]
    c = b.squeeze(0).swapaxes(0, 1)
    c[1] *= a[:, 1]
    c[0, 0] = a[2, 3]
    return np.sum(b * b)


@at((V,))
def new_axis_view_written_to(x):
    y = x * x
    column = y[:, None]
    column[1:] *= x[0]
    row = y[np.newaxis]
    row[0, 0] += x[3]
    return np.sum(y * y)


@at((P,))
def split_gives_views(x):
    y = x * x
    left, right = np.split(y, 2)
    left += right
    right *= x[:3]
    return np.sum(y * y)


@at((M,))
def rows_unpacked_are_views(a):
    b = a * a
    first, second, third = b
    first += third
    second *= first
    return np.sum(b * b)


@at((M,))
def atleast_and_asarray_do_not_copy(a):
    b = a[0] * a[1]
    c = np.asarray(b)
    c[0] *= 3.0
    d = np.atleast_2d(b)
    d[0, 1] = a[2, 2]
    return np.sum(b * b)


@at((P,))
def array_of_an_array_is_a_copy(x):
    y = x * x
    z = np.array(y)
    z[0] = 0.0
    y[1] *= x[0]
    return np.sum(y * z)


@at((M,))
def broadcast_view_read_after_its_base_changed(a):
    x = a[0] * a[1]
    wide = np.broadcast_to(x, (3, 4))
    x[1] = a[2, 0] * 2.0
    return np.sum(wide * a)


@at((M,))
def index_array_gives_a_copy(a):
    b = a * a
    rows = b[[0, 2]]
    rows *= a[1]
    b[0] += 1.0
    return np.sum(b * b) + np.sum(rows * rows)


@at((P,))
def mask_gives_a_copy(x):
    y = x * x
    big = y[x > 1.0]
    big *= 10.0
    return np.sum(y * x) + np.sum(big)


# ---------------------------------------------------------------------------- views of views


@at((M,))
def view_of_a_view(a):
    b = a * a
    top = b[:2]
    corner = top[:, 2:]
    corner *= a[1:, :2]
    corner[0] = a[2, :2]
    return np.sum(b * b)


@at((P,))
def view_of_a_view_of_a_view(x):
    y = x * x
    a = y[1:]
    b = a[::2]
    c = b[::-1]
    c[0] = x[0] * x[1]
    b[0] += c[1]
    a[1] *= c[0]
    return np.sum(y * y)


@at((M,))
def transpose_of_a_row_block(a):
    b = a * 1.0
    block = b[1:].T
    block += a[:2].T * a[0, 0]
    block[0] *= block[1]
    return np.sum(b * b * b)


@at((P,))
def two_views_that_overlap(x):
    y = x * x
    left, right = y[:4], y[2:]
    left *= 2.0
    right += left
    left[3] = x[0]
    return np.sum(left * right)


@at((P,))
def two_views_that_do_not_overlap(x):
    y = x * x
    left, right = y[:3], y[3:]
    left *= right
    right -= left
    return np.sum(left * left) + np.sum(right * x[:3])


# ------------------------------------------------------------------------ the base changes later


@at((P,))
def view_sees_a_later_store(x):
    y = x * x
    tail = y[3:]
    y[4] = x[0] * x[1]
    return np.sum(tail * tail)


@at((P,))
def view_sees_a_later_whole_update(x):
    y = x * x
    head = y[:2]
    y *= x
    return np.sum(head * head) * y[0]


@at((P,))
def view_read_before_and_after(x):
    y = x * x
    tail = y[3:]
    before = np.sum(tail * tail)
    y[3:] = np.sin(x[:3])
    after = np.sum(tail * tail)
    return before * after


@at((M,))
def view_outlives_the_name_of_its_base(a):
    b = a * a
    row = b[1]
    b[1, 0] = a[0, 0] * a[2, 2]
    b = a + 1.0
    b[1] = 7.0
    return np.sum(row * row) + np.sum(b * a)


@at((P,))
def base_rebound_instead_of_changed(x):
    y = x * x
    tail = y[3:]
    y = y * 2.0
    y[4] = 0.0
    return np.sum(tail * tail) + np.sum(y * x)


@at((M, W))
def views_chosen_by_a_branch(a, w):
    b = a * a
    if w[0] > 1.0:
        part = b[0]
    else:
        part = b[:, 0]
    part *= w[1]
    return np.sum(b * b)


@at((M,), (-M,))
def view_or_copy_by_a_branch(a):
    b = a * a
    part = b[1] if a[0, 0] > 0 else b[1].copy()
    part += a[2]
    return np.sum(b * b) + np.sum(part * part)


# --------------------------------------------------------------------------------- loops over views


@at((M,))
def loop_over_rows_changes_them(a):
    b = a * a
    for row in b:
        row += row[0] * 2.0
    return np.sum(b * b)


@at((M, W))
def loop_over_rows_stores_into_them(a, w):
    b = a * a
    for k, row in enumerate(b):
        row[k] = w[k] * row[3]
        row *= w
    return np.sum(b * b)


@at((M,))
def loop_over_the_columns_of_a_transpose(a):
    b = a * a
    for column in b.T:
        column /= 1.0 + column.sum()
    return np.sum(b * a)


@at((M,))
def loop_over_pairs_of_rows(a):
    b = a * a
    for above, below in zip(b[:-1], b[1:]):  # noqa: RUF007  (slices, as most write it)
        below += above * above
    return np.sum(b * a)


@at((M,))
def view_taken_anew_each_trip(a):
    b = a * 1.0
    for i in range(1, 3):
        row = b[i]
        row -= b[i - 1] * (row[0] / 2.0)
    return np.sum(b * b * b)


@at((P,))
def view_taken_before_the_loop(x):
    y = x * x
    inner = y[1:-1]
    for _ in range(3):
        inner += 0.1 * (y[2:] - 2.0 * inner + y[:-2])
    return np.sum(y * y)


@at((P,))
def asarray_with_another_dtype_is_a_copy(x):
    y = x * x
    same = np.asarray(y, dtype=float)
    other = np.asarray(y, dtype=np.float32)
    same[0] = x[1] * 2.0
    y[2] += x[3]
    return np.sum(same * y) + np.sum(other[1:2])


@at((M,))
def parts_of_a_split_list_replaced(a):
    b = a * a
    parts = np.array_split(b, 3)
    parts[0] = parts[1] * 2.0
    b[1] *= a[0]
    parts[0] += 1.0
    return np.sum(parts[0] * b) + np.sum(parts[2])


@at((M,))
def splits_along_an_axis_in_a_loop(a):
    b = a * 1.0
    for part in np.split(b, 2, axis=1):
        part *= 0.5
    left, right = np.split(b, [1], axis=1)
    right[0] += left[0]
    b[2] = a[0]
    return np.sum(left) * np.sum(right * right)


@at((P,))
def same_array_under_a_function_of_numpy(x):
    y = np.asanyarray(x * x)
    rows = np.atleast_2d(y)
    y[1] = x[0]
    rows[0, 2:] *= x[2:]
    y += rows[0]
    return np.sum(rows * y)


@at((V, 1.0), (V, -1.0))
def number_or_row_taken_before_a_store(x, sign):
    a = x * 2.0 if sign > 0 else np.stack((x, x))
    first = a[0]
    a[0] = np.sum(x * x)
    return np.sum(first * x) + np.sum(a)


@at((V, 1.0), (V, -1.0))
def loop_over_numbers_or_rows(x, sign):
    a = x * 2.0 if sign > 0 else np.stack((x, x, x))
    total = 0.0
    for k, item in enumerate(a):
        a[k] = np.sum(x * x) * k
        total += np.sum(item * x)
    return total


@at((M, 2))
def row_chosen_within_a_context(a, n):
    b = a * a
    with np.errstate(divide="ignore"):
        row = b[n % 3]
        row *= a[0]
    return np.sum(row * b[1])


@at((P,), (V,))
def reshape_of_a_slice_behind_the_last_change(x):
    y = np.concatenate((np.outer(x, x), np.outer(x, np.sin(x))), axis=1)
    y[0] *= 2.0
    y += 1.0
    flat = y[:, : len(x)].reshape(-1)
    return np.sum(flat * flat) * y[0, -1]
