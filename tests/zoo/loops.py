"""Stores in loops that end early, loops that are not counted, and numbers that loops carry."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at


@at((P,))
def store_and_break(x):
    y = np.zeros_like(x)
    for k in range(6):
        y[k] = x[k] * x[k]
        if y[k] > 1.5:
            break
        y[k] += 0.5
    return np.sum(y * x) + k


@at((P,))
def break_before_the_store(x):
    y = x.copy()
    for k in range(1, 6):
        if y[k] * y[k - 1] > 1.8:
            break
        y[k] *= y[k - 1]
    return np.sum(y * y)


@at((P,))
def store_and_continue(x):
    y = x * 1.0
    for k in range(1, 6):
        if x[k] < 1.0:
            continue
        y[k] = y[k - 1] * x[k]
        if x[k] > 2.0:
            y[k - 1] = 0.5
            continue
        y[0] += y[k]
    return np.sum(y * y)


@at((P,))
def break_in_the_inner_loop(x):
    y = x.copy()
    for i in range(6):
        for j in range(i):
            if y[j] > y[i]:
                y[i] += 0.1 * y[j] * x[i]
                break
            y[j] *= 0.9 + 0.1 * y[i]
    return np.sum(y * y)


@at((V,), (np.array([0.1, 0.2, 0.1, 0.3]),))
def while_loop_with_stores(x):
    y = x.copy()
    k = 0
    while np.sum(y * y) < 20.0:
        y[k % 4] = y[k % 4] * 1.5 + y[(k + 1) % 4]
        k += 1
    return np.sum(y * x) * k


@at((np.array([2.0, 3.0]),))
def while_true_with_a_break_after_a_store(x):
    y = np.ones(2)
    while True:
        old = y.copy()
        y[0] = 0.5 * (y[0] + x[0] / y[0])
        y[1] = 0.5 * (y[1] + x[1] / y[0])
        if np.max(np.abs(y - old)) < 1e-9:
            break
    return y[0] * y[1]


@at((P,))
def return_from_the_middle_of_a_loop(x):
    y = np.zeros_like(x)
    for k in range(6):
        y[k] = x[k] ** 2 + y[k - 1]
        if y[k] > 4.0:
            return y[k] * y[0]
    return np.sum(y)


@at((P,))
def return_after_a_store_in_a_nested_loop(x):
    y = x * x
    for i in range(6):
        for j in range(3):
            y[j] += 0.3 * y[i]
            if y[j] > 6.0:
                y[0] = 2.0
                return np.sum(y * y)
    return 0.0


@at((P,))
def else_of_a_loop_stores(x):
    y = x.copy()
    for k in range(6):
        if y[k] > 10.0:
            break
        y[k] *= y[k]
    else:
        y[0] = y[1] * y[2]
    return np.sum(y * x)


# ------------------------------------------------------------- numbers carried and stored later


@at((P,))
def carried_number_used_by_a_later_store(x):
    y = np.zeros_like(x)
    s = 1.0
    for k in range(6):
        s = s * 0.5 + x[k] * x[k]
        y[k] = s * x[k]
    return np.sum(y * y)


@at((P,))
def carried_number_used_by_a_store_of_the_next_trip(x):
    y = x * x
    s = x[0]
    for k in range(1, 6):
        y[k] *= s
        s = np.sin(y[k - 1]) + s * x[k]
    return np.sum(y) * s


@at((P,))
def carried_number_stored_after_the_loop(x):
    y = x * x
    best = 0.0
    where = 0
    for k in range(6):
        if y[k] > best:
            best = y[k]
            where = k
        y[k] = 1.0
    y[where] = best * best
    return np.sum(y * x)


@at((P,))
def moving_average_in_place(x):
    y = x * x
    left = y[0]
    for k in range(1, 5):
        here = y[k]
        y[k] = (left + here + y[k + 1]) / 3.0 * here
        left = here
    return np.sum(y * y)


@at((P,))
def position_carried_by_the_loop(x):
    y = np.zeros(6)
    top = 0
    for value in x:
        if value > 0.8:
            y[top] = value * value
            top += 1
    return np.sum(y[:top] * x[:top]) * top


@at((P,))
def recurrence_over_an_array(x):
    y = np.zeros(8)
    y[0], y[1] = x[0], x[1]
    for k in range(2, 8):
        y[k] = y[k - 1] * x[k % 6] - 0.5 * y[k - 2]
    return y[-1] * y[-2]


@at((V, W))
def horner_on_an_array_of_coefficients(x, c):
    y = np.zeros(4)
    for i in range(4):
        for k in range(3, -1, -1):
            y[i] = y[i] * x[i] + c[k]
    return np.sum(y * y)


@at((P, 6), (P, -9))
def loop_that_ends_by_a_tolerance(x, digits):
    tolerance = 10.0**-digits
    y = x.copy()
    for k in range(1, 50):
        change = 0.0
        for i in range(1, 5):
            new = 0.5 * (y[i - 1] + y[i + 1]) * 0.9
            change += (new - y[i]) ** 2
            y[i] = new
        if change < tolerance:
            break
    return np.sum(y * y) * k


# ------------------------------------------------------------------------- loops as they come


@at((SQUARE,))
def cholesky_by_elements(a):
    s = a @ a.T
    n = 3
    l = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            t = s[i, j]
            for k in range(j):
                t -= l[i, k] * l[j, k]
            l[i, j] = np.sqrt(t) if i == j else t / l[j, j]
    return l[0, 0] * l[1, 0] + l[2, 2]


@at((P,))
def bubble_sort(x):
    y = x * 1.0
    for i in range(5):
        for j in range(5 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return np.sum(y * y * np.arange(6.0))


@at((P, 4))
def heat_with_a_source(x, steps):
    u = x.copy()
    for t in range(steps):
        u[1:-1] += 0.2 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u[2] += 0.1 * np.sin(u[3]) * t
        u[0] = u[-1] = 0.0
    return np.sum(u * u)


@at((M,))
def gauss_seidel_sweep(a):
    u = a.copy()
    for _ in range(2):
        for i in range(1, 2):
            for j in range(1, 3):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] * u[i, j + 1])
    return np.sum(u * u)


@at((P,))
def stores_backwards(x):
    y = x * x
    for k in range(4, -1, -1):
        y[k] += 0.5 * y[k + 1] * x[k]
    for k in reversed(range(1, 6)):
        y[k] -= y[k - 1] * 0.1
    return np.sum(y * y)


@at((V,))
def loop_of_no_trips(x):
    y = x * x
    for k in range(0):
        y[k] = 100.0
    while y[0] > 100.0:
        y[:] = 0.0
    return np.sum(y * y)


@at((P + 0.03,))
def histogram_of_weights(x):
    h = np.zeros(3)
    for k in range(6):
        bin_ = int(x[k] * 10) % 3
        h[bin_] += x[k] * x[k]
    return np.sum(h * h)


@at((P,))
def stores_inside_a_with_block(x):
    y = np.zeros_like(x)
    with np.errstate(divide="ignore"):
        for k in range(6):
            y[k] = np.log(x[k]) * x[k - 1]
        y[0] *= 2.0
    return np.sum(y * y)


@at((V,))
def newton_steps_in_an_array(x):
    z = np.ones(4)
    for _ in range(6):
        for k in range(4):
            z[k] -= (z[k] ** 3 - 2.0 - x[k]) / (3.0 * z[k] ** 2)
    return np.sum(z * z)


# ------------------------------------------------------- loops over a few arrays that stand there


@at((V, W))
def loop_over_a_tuple_of_arrays_that_change(x, w):
    a, b = x * w, x + w
    for changed, other, by in ((a, b, 2.0), (b, a, x[0])):
        changed[1:] += by * other[:-1]
    return np.sum(a * b) + np.sum(changed)


@at((V, W))
def one_array_twice_in_the_tuple(x, w):
    y = x * w
    for k, (one, scale) in enumerate(((y, x), (w * 1.0, w), (y, y)), 1):
        one *= scale
        y[k] += one[0]
    return np.sum(y * y)


@at((V, W, 3), (V, W, 0))
def tuples_of_arrays_in_step_in_a_loop(x, w, n):
    a, b, c = x * 1.0, w * 1.0, x * w
    for _ in range(n):
        for left, right in zip((a, b), (b, c, a)):
            left -= 0.1 * right
            right[0] *= 1.1
        for last in reversed((a, c)):
            last[3] = b[0]
    return np.sum(a * b * c)


@at((V, W))
def loop_over_a_tuple_left_by_a_break(x, w):
    a, b = x * w, x + w
    for one in (a, b):
        one += w
        if one[0] > 1.0:
            break
    return np.sum(a * b)


@at((V, W))
def the_arguments_in_a_tuple_change(x, w):
    for one in (x, w):
        one *= 2.0
        one[0] = x[1]
    return np.sum(x * w)


@at((V, W))
def counted_loop_over_two_arrays_that_change(x, w):
    a, b = x * w, x + w
    total = 0.0
    for k, (u, v) in enumerate(zip(a, b)):
        a[k] = u * v
        b[(k + 1) % len(b)] += a[k]
        total += u * v * k
    return total + np.sum(a * b)


@at((M, M))
def counted_loop_over_the_rows_from_the_last(a, b):
    a = a * b
    total = 0.0
    for k, row in enumerate(reversed(a)):
        row *= b[0]
        a[k] += row
        total += np.sum(row * k)
    return total + np.sum(a)


@at((V,))
def swap_in_a_table_made_by_a_function(x):
    def around(q):
        return np.concatenate([q[1:], q[:1]]) + q

    total = 0.0
    for step in range(3):
        table = around(np.array([0.3 * step, 0.6, x[0]]))
        for _, item in enumerate(table):
            table[step], table[2] = table[-2], table[step]
            total += np.sin(item * x[1])
    return total
