"""Values that the reverse sweep needs and that are overwritten after their use, through this name
or another."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at

# ------------------------------------------------------------------------- arguments after their use


@at((V,))
def argument_cleared_after_use(x):
    y = np.sin(x)
    total = np.sum(y * y)
    x[:] = 0.0
    return total


@at((V, W))
def argument_scaled_after_a_product(x, w):
    y = x * w
    w *= 3.0
    x[0] = w[1]
    return np.sum(y * y * x)


@at((SQUARE, np.array([1.0, 2.0, -0.5])))
def matrix_changed_between_two_products(a, x):
    y = a @ x
    a[1] = y
    z = a @ x
    a *= 0.0
    return np.sum(y * z)


@at((V, W))
def divisor_changed_after_the_division(x, w):
    x /= w
    w *= w
    w[0] = 7.0
    return np.sum(x * x) + np.sum(w * x)


@at((M,))
def rows_normalised_one_after_the_other(a):
    for i in range(3):
        length = np.sqrt(np.sum(a[i] * a[i]))
        a[i] /= length
        a[i] *= a[i - 1]
    return np.sum(a)


# -------------------------------------------------------------------------------- locals after use


@at((V,))
def exponential_overwritten_by_a_cosine(x):
    y = np.exp(x)
    s = np.sum(y)
    np.cos(y, out=y)
    return s * np.sum(y)


@at((V,))
def chain_of_functions_on_one_buffer(x):
    y = x * x
    np.sin(y, out=y)
    np.exp(y, out=y)
    np.sqrt(y, out=y)
    np.tanh(y, out=y)
    return np.sum(y)


@at((P,))
def product_of_neighbours_then_a_store(x):
    y = x * x
    t = 0.3 * y[1:] * y[:-1]
    y[2] = 0.5
    y[1:] *= t
    return np.sum(y * y)


@at((P,))
def maximum_taken_off_in_place(x):
    y = x * x
    m = np.max(y)
    y -= m
    np.exp(y, out=y)
    y /= np.sum(y)
    return np.sum(y * y) * m


@at((V,))
def norm_and_then_division_by_it(x):
    y = x * 1.0
    n = np.linalg.norm(y)
    y /= n
    y *= n * n
    return np.sum(y * y * y) * n


@at((V, W))
def exponent_changed_after_the_power(x, w):
    y = (x * x + 1.0) ** w
    w[:] = y
    w **= 2
    return np.sum(y * w)


@at((P,))
def array_put_in_order_and_squared(x):
    y = np.sin(3.0 * x)
    order = np.argsort(y)
    y[:] = y[order]
    order[:] = 0
    y *= y
    return np.sum(y * np.arange(6.0))


@at((P,))
def indices_moved_between_stores(x):
    y = x * x
    at_ = np.arange(3)
    y[at_] = x[at_] * x[at_ + 3]
    at_ += 1
    y[at_] *= 2.0
    at_ += 2
    return np.sum(y[at_] * y[at_])


@at((V,))
def condition_changed_after_a_where(x):
    big = x > 0
    y = np.where(big, x * x, np.sin(x))
    big[:] = ~big
    z = np.where(big, y, x)
    big[0] = True
    return np.sum(y * z)


@at((V, W))
def factor_read_by_two_products(x, w):
    y = x * w
    a = y * y
    y += 1.0
    b = y * y
    y[:] = a
    c = y * b
    return np.sum(c)


@at((SQUARE,))
def powers_of_a_matrix_in_one_buffer(a):
    b = a.copy()
    t = np.empty((3, 3))
    for _ in range(3):
        np.matmul(b, a, out=t)
        b[:] = 0.3 * t
    return np.sum(b * t)


# -------------------------------------------------------------- what a loop saw, changed by another


@at((M,))
def view_of_a_trip_changes_in_a_later_trip(a):
    b = a * a
    total = 0.0
    for i in range(3):
        row = b[i]
        total += np.sum(np.sin(row))
        b *= 1.1
    return total


@at((P,))
def window_of_a_trip_is_overwritten_by_the_next(x):
    y = x.copy()
    total = 0.0
    for k in range(4):
        window = y[k : k + 3]
        total += np.sum(window * window) * window[0]
        y[k + 1] = total * 0.01
    return total


@at((M,))
def sums_of_rows_before_the_rows_change(a):
    b = a * a
    sums = [np.sum(row * row) for row in b]
    for row in b:
        row *= 0.5
    return sums[0] * sums[1] + np.sum(b * b) * sums[2]


@at((V,))
def slices_by_a_counter_that_changes(x):
    y = x * x
    k = 0
    while k < 3:
        y[k:] *= x[k]
        k += 1
        y[k] += y[k - 1]
        k += 1 if y[k] > 100.0 else 0
    return np.sum(y) * k


@at((V, 5), (V, 2))
def polynomial_in_one_buffer(x, n):
    power = np.ones_like(x)
    total = np.zeros_like(x)
    for k in range(n):
        total += power / (k + 1.0)
        power *= x
    return np.sum(total * power)


@at((V,))
def buffer_of_each_trip_is_used_by_a_closure_of_values(x):
    y = x.copy()
    terms = []
    for k in range(3):
        y *= y
        y[k] = 0.5 + x[k]
        terms.append(np.sum(y * x))
    return terms[0] * terms[1] + terms[2]


@at((V,))
def largest_so_far_stored_over_it(x):
    y = np.sin(x) + 2.0
    for k in range(1, 4):
        y[k] = max(y[k], y[k - 1] * 0.9)
        y[k - 1] = y[k] * y[k - 1]
    return np.sum(y)


@at((V, W))
def two_unknowns_relaxed_in_turn(x, w):
    a, b = x.copy(), w.copy()
    for _ in range(3):
        a[:] = 0.5 * (np.cos(b) + a)
        b *= 0.3
        b += a * a
    return np.sum(a * b)


@at((V,))
def scan_that_overwrites_its_input(x):
    y = np.exp(0.3 * x)
    carry = 1.0
    for k in range(4):
        carry, y[k] = carry * y[k], carry
    return np.sum(y * y) * carry


@at((M,))
def softmax_of_rows_in_place(a):
    b = a.copy()
    for row in b:
        row -= row.max()
        np.exp(row, out=row)
        row /= row.sum()
    return np.sum(b * b * a)


@at((V,), tolerance=1e-11)
def rows_moved_in_each_trip(x):
    f = np.outer(np.ones(3), x) / 3
    weights = np.array([4.0, 1.0, 1.0]) / 6
    for _ in range(3):
        density = f.sum(axis=0)
        speed = (f[1] - f[2]) / (density + 4)
        f += 0.6 * (weights[:, None] * density * (1 + 3 * np.array([0, 1, -1])[:, None] * speed) - f)
        f[1] = np.roll(f[1], 1)
        f[2] = np.flip(np.roll(f[2], -1), 0)
        f[1, 0], f[2, -1] = f[2, 0], f[1, -1]
    f[0].flat = x[0]
    return f.sum(axis=0) ** 2
