"""Stores of every kind into arrays that the program made itself."""

from __future__ import annotations

import numpy as np

from .table import M, P, V, W, at

# ------------------------------------------------------------------------------ single elements


@at((V,))
def one_element(x):
    y = x * x
    y[1] = np.sin(x[0])
    return np.sum(y * x)


@at((V,))
def one_element_from_the_end(x):
    y = np.exp(x)
    y[-1] = y[0] * y[1]
    return np.sum(y * y)


@at((M,))
def one_element_of_a_matrix(a):
    b = a * a
    b[1, 2] = b[0, 0] * b[2, 3]
    b[-1, -1] += b[1, 2]
    return np.sum(b * a)


@at((V, 1.5))
def every_augmented_store_on_an_element(x, s):
    y = x + 3.0
    y[0] += s
    y[1] -= s * x[0]
    y[2] *= s
    y[3] /= s + y[2]
    y[0] **= 2
    return np.sum(y * y)


@at((V,))
def store_at_a_computed_index(x):
    y = np.zeros_like(x)
    k = int(np.argmax(x))
    y[k] = x[k] ** 3
    y[(k + 1) % 4] = x[0] * x[1]
    return np.sum(y * y + y)


@at((V,))
def the_last_store_wins(x):
    y = x.copy()
    y[2] = x[0] * 100.0
    y[2] = x[1] * x[1]
    return np.sum(y * y)


@at((V,))
def store_reads_what_it_overwrites(x):
    y = x.copy()
    y[0] = y[0] * y[0] + y[1]
    y[0] = np.sin(y[0])
    return y[0] * y[2]


@at((V,))
def swap_of_elements(x):
    y = x * x
    y[0], y[3] = y[3], y[0]
    return y[0] * x[1] + y[3] * x[2]


@at((M,))
def swap_of_rows(a):
    b = a * 2.0
    b[0], b[2] = b[2].copy(), b[0].copy()
    return np.sum(b * a * np.arange(1.0, 13.0).reshape(3, 4))


@at((M,))
def swap_of_rows_through_views(a):
    # The right side is two views: the second store reads what the first has written.
    b = a * 2.0
    b[0], b[2] = b[2], b[0]
    return np.sum(b * a)


@at((M,))
def swap_of_rows_by_index_list(a):
    b = a * a
    b[[0, 2]] = b[[2, 0]]
    return np.sum(b * a)


@at((M,))
def chained_subscripts(a):
    b = a * a
    b[1][2] = a[0, 0] * a[2, 2]
    b[2][1:3] += a[0, 1:3]
    return np.sum(np.sin(b))


@at((V,))
def two_targets_of_one_value(x):
    y = np.zeros_like(x)
    y[0] = y[2] = x[1] * x[3]
    return np.sum(y * x + y * y)


# -------------------------------------------------------------------------------------- slices


@at((V, W))
def slice_store(x, w):
    y = x * w
    y[1:3] = np.sin(x[1:3])
    return np.sum(y * y)


@at((V, 0.7))
def slice_filled_with_a_number(x, s):
    y = x * x
    y[:2] = s
    y[3:] = 4.0
    return np.sum(y * y * x)


@at((P,))
def slice_with_a_step(x):
    y = x * x
    y[::2] = x[1::2] * x[0]
    return np.sum(y * x)


@at((P,))
def slice_with_a_negative_step(x):
    y = x * x
    y[::-1] = x * np.arange(6.0)
    y[4:1:-1] += x[:3]
    return np.sum(y * y)


@at((P,))
def augmented_slices(x):
    y = 0.1 * np.sqrt(x)
    y[2:] += 0.1 * x[:-2]
    y[:3] *= x[3:]
    y[1:5] /= x[1:5]
    y[::3] -= x[::3] ** 2
    y[-2:] **= 2
    return np.sum(y * y)


@at((P,))
def overlapping_slices_of_one_array(x):
    y = x * x
    y[1:] += y[:-1]
    y[:-2] *= y[2:]
    y[1:4] = y[2:5] * y[0:3]
    return np.sum(y * x)


@at((M, V))
def rows_and_columns(a, x):
    b = np.zeros_like(a)
    b[0] = x * x
    b[1, :] = a[1] * x
    b[:, 2] = a[:, 0] * a[:, 1]
    b[2, 1:3] += x[:2]
    return np.sum(b * b)


@at((M, 0.3))
def blocks(a, s):
    b = a * a
    b[1:, :2] = a[:2, 2:] * s
    b[:2, 1:] -= b[1:, :3]
    return np.sum(b * b)


@at((M,))
def ellipsis(a):
    t = np.zeros((2, 3, 4))
    t[0, ...] = a
    t[1, ...] = a * a
    t[..., 0] *= 2.0
    t[..., -1] = t[..., 0] * t[..., 1]
    return np.sum(t * t)


@at((V,))
def new_axis(x):
    t = np.zeros((4, 4))
    t[:, None, 0] = x[:, None]
    t[None, 1] += x * x
    return np.sum(t * t * x)


@at((V,))
def whole_array_by_slice(x):
    y = np.empty_like(x)
    y[:] = x * x
    y[...] *= x
    return np.sum(y * y)


@at((M, V))
def stores_that_broadcast(a, x):
    b = a * 1.0
    b[:] = x
    b[1:] += a[:2, :1]
    b[:, 1:3] *= x[0]
    return np.sum(b * b * a)


@at((V,))
def empty_slices_change_nothing(x):
    y = x * x
    y[2:2] = 5.0
    y[4:] += x[4:]
    return np.sum(y * y)
