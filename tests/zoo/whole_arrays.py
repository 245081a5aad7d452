"""Changes of whole arrays: augmented assignments, `out=`, and functions and methods that change
their argument. Arrays of other dtypes and of extreme sizes."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at


@at((V, W))
def augmented_arrays(x, w):
    y = x * 1.0
    y += w
    y *= x
    y -= w * w
    y /= 2.0 + x * x
    return np.sum(y * y)


@at((V,))
def array_times_itself(x):
    y = np.sin(x)
    y *= y
    y += y
    y -= y * x
    return np.sum(y * y)


@at((P,))
def array_to_a_power(x):
    y = x + 0.5
    y **= 2
    y **= x
    return np.sum(y)


@at((SQUARE,))
def matrix_product_in_place(a):
    b = np.eye(3) + a
    b @= a
    return np.sum(b * b)


@at((V, W))
def ufuncs_with_out(x, w):
    y = np.empty_like(x)
    np.multiply(x, w, out=y)
    np.add(y, x, out=y)
    np.exp(y, out=y)
    np.negative(y, y)
    return np.sum(y * y)


@at((V, W))
def out_is_one_of_the_operands(x, w):
    y = x + w
    np.multiply(y, y, out=y)
    np.divide(x, y + 3.0, out=y)
    return np.sum(y * w)


@at((V, W))
def out_is_a_slice(x, w):
    y = np.zeros(8)
    np.multiply(x, w, out=y[:4])
    np.subtract(x, y[:4], out=y[4:])
    return np.sum(y * y)


@at((V,))
def ufunc_with_where_and_out(x):
    y = np.zeros_like(x)
    np.log(x, out=y, where=x > 0)
    return np.sum(y * y * x)


@at((M,))
def reduction_with_out(a):
    s = np.zeros(4)
    np.sum(a * a, axis=0, out=s)
    t = np.empty(3)
    a.mean(axis=1, out=t)
    return np.sum(s * s) * np.sum(t * t)


@at((SQUARE, np.array([0.3, -0.4, 1.2])))
def product_with_out(a, x):
    y = np.empty(3)
    np.matmul(a, x, out=y)
    z = np.empty((3, 3))
    np.dot(a, a, out=z)
    return np.sum(y * y) + np.sum(z * a)


@at((M,))
def cumulative_sum_with_out(a):
    b = np.empty_like(a)
    np.cumsum(a * a, axis=1, out=b)
    return np.sum(b * b)


@at((V, W))
def copyto(x, w):
    y = np.zeros_like(x)
    np.copyto(y, x * x)
    np.copyto(y, w, where=x < 0)
    return np.sum(y * y * w)


@at((M, V))
def copyto_broadcasts(a, x):
    b = np.empty_like(a)
    np.copyto(b, x)
    np.copyto(b[1], a[2] * a[0])
    return np.sum(b * b)


@at((V,))
def fill_with_a_number(x):
    y = np.empty(3)
    y.fill(x[0] * x[1])
    z = x * x
    z.fill(2.0)
    return np.sum(y * y) + np.sum(z * x)


@at((SQUARE, 1.4))
def fill_diagonal(a, s):
    b = a @ a
    np.fill_diagonal(b, s * s)
    return np.sum(b * b)


@at((M,))
def put(a):
    b = a * a
    np.put(b, [0, 5, 11], a[0, :3])
    return np.sum(b * b)


@at((V, W))
def putmask_and_place(x, w):
    y = x * x
    np.putmask(y, x < 0, w)
    np.place(y, x > 1.0, w[:1])
    return np.sum(y * y)


@at((M,))
def put_along_axis(a):
    b = a * a
    k = np.argmax(a, axis=1)[:, None]
    np.put_along_axis(b, k, a[:, :1] * 2.0, axis=1)
    return np.sum(b * b)


@at((V,))
def sort_in_place(x):
    y = x * x
    y.sort()
    return np.sum(y * np.arange(1.0, 5.0))


@at((M,))
def sort_rows_and_columns_in_place(a):
    b = a * 2.0
    b.sort(axis=0)
    c = a * a
    c.sort(axis=1)
    return np.sum(b * c * np.arange(12.0).reshape(3, 4))


@at((P,))
def a_part_sorted_in_place(x):
    y = x * x
    y[1:5].sort()
    return np.sum(y * x)


# ------------------------------------------------------------------------------ dtypes and sizes


@at((V,))
def store_into_an_int_array_carries_no_derivative(x):
    k = np.zeros(4, dtype=int)
    k[:] = x * 3.0
    k[1] += 2
    return np.sum(x * k)


@at((V,))
def store_into_a_bool_array(x):
    keep = np.ones(4, dtype=bool)
    keep[1] = x[1] > 0
    keep[2:] = x[2:] > 1.0
    return np.sum(x * x * keep)


@at((V,), tolerance=1e-6)
def float_values_stored_into_float32(x):
    y = np.zeros(4, dtype=np.float32)
    y[:] = x * x
    y[1] = x[0] * x[3]
    return np.sum(y * x)


@at((V.astype(np.float32),), tolerance=1e-5)
def float32_changed_in_place(x):
    y = x * x
    y *= np.float32(1.5)
    y[1:3] += x[:2]
    return np.sum(y * y)


@at((0.7,))
def array_without_dimensions(s):
    y = np.array(0.0)
    y[()] = s * s
    y += s
    y[...] *= s
    return np.sum(y * y)


@at((np.array([1.3]),))
def array_of_one_element(x):
    y = x * x
    y[0] *= y[0]
    y[-1] += x[0]
    return y[0] * x[0]


@at((np.zeros(0), 2.0))
def array_of_no_elements(x, s):
    y = x * s
    y[:] = s
    y += x
    return np.sum(y) + s * s


@at((P,))
def array_made_by_ones_and_filled_in_a_comprehension(x):
    y = np.ones(6)
    y[[k for k in range(6) if k % 2 == 0]] = x[::2] * x[1::2]
    return np.sum(y * y * x)


# ------------------------------------------------------------- calls that write into an array


@at((M, V))
def products_and_clips_with_out(a, x):
    y = np.empty(3)
    np.dot(a, x, out=y)
    b = np.empty((3, 4))
    np.clip(a * a, 0.1, 1.0, out=b)
    (b * 2.0).clip(0.3, 1.5, out=b)
    np.take(x, [2, 0, 2], out=y)
    return np.sum(y * y) + np.sum(b * b * a)


@at((V, W))
def out_in_a_tuple_and_by_position(x, w):
    y = np.empty(4)
    z = np.add(x, w, out=(y,))
    z *= x
    np.multiply(y, w, z)
    return np.sum(y * z)


@at((M,))
def out_is_a_view_of_an_operand(a):
    b = a * a
    np.add(b[:, 1:], b[:, :-1], out=b[:, 1:])
    np.sqrt(b.T, out=b.T)
    b.sum(axis=0, out=b[0])
    return np.sum(b * b)


@at((M, V))
def out_and_where_that_broadcast(a, x):
    b = a * 0.5
    np.multiply(x, 3.0, out=b, where=x > 0)
    np.divide(a, b, out=b, where=b != 0)
    return np.sum(b * b)


@at((V,))
def result_of_a_call_with_out_is_the_array(x):
    y = np.zeros(4)
    z = np.multiply(x, x, out=y)
    y[1] = 3.0 * x[0]
    return np.sum(z * x) + np.sum(np.add(z, x, out=z))


@at((P,))
def buffers_with_out_in_a_loop(x):
    a, b = x * 1.0, np.empty(6)
    for _ in range(3):
        np.multiply(a, 0.9, out=b)
        np.add(b, np.sin(a), out=b)
        a, b = b, a
    return np.sum(a * b)


@at((M,))
def views_filled_and_sorted(a):
    b = a * a
    b[1].fill(a[0, 0])
    b[:, 2].sort()
    b.T[3].sort()
    b[2:, :2].fill(0.5)
    return np.sum(b * a)


@at((M, V))
def copyto_into_views_and_rows(a, x):
    b = np.zeros((3, 4))
    np.copyto(b[0], x)
    np.copyto(b[1:], a[:2], where=a[:2] > 0)
    for row in b:
        np.copyto(row[1:], row[:-1] * x[1:])
    return np.sum(b * b)


@at((V, 1.3))
def diagonal_of_an_array_of_more_rows(x, s):
    b = np.outer(x, x)[:, :3].copy()
    np.fill_diagonal(b, s)
    c = np.outer(x, x)
    np.fill_diagonal(c, x * s)
    return np.sum(b * b) * np.sum(c * c)


@at((M,))
def rows_put_along_an_axis(a):
    b = a * 1.0
    order = np.argsort(a, axis=0)
    np.put_along_axis(b, order, a * a, axis=0)
    np.put_along_axis(b, np.array([[0, 0], [1, 2], [3, 3]]), a[:, :2] * 3.0, axis=1)
    return np.sum(b * b)


@at((M, V))
def extremes_kept_at_indices(a, x):
    y = np.zeros(3) + x[3]
    np.maximum.at(y, [0, 1, 0, 2], x)
    b = a * a
    np.multiply.at(b, np.array([0, 2, 0]), a)
    np.divide.at(b, [1, 1], 2.0 + x[0])
    return np.sum(y * y) + np.sum(b * b)


@at((V, np.array([1, 0, 1])))
def add_at_of_a_view_and_of_an_argument(x, k):
    b = np.outer(x, x)
    np.add.at(b.T[2], k, x[:3])
    np.subtract.at(x, k, 0.5)
    return np.sum(b * b) + np.sum(x * x)


@at((V,))
def argument_written_by_calls(x):
    np.multiply(x, x, out=x)
    np.copyto(x[1:], x[:-1].copy())
    x[2:].fill(2.0 * x[0])
    return np.sum(x * x)
