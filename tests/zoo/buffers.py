"""Arrays that carry no derivative, change in place, and are read by what does.

The gradient needs what such a buffer held when it was read, not what it holds at the end.
Tools that keep a reference to it are silently wrong here.
"""

from __future__ import annotations

import numpy as np

from .table import M, P, V, W, at


@at((np.array([0.5, 0.6, 0.7]),))
def weights_doubled_in_a_loop(x):
    w = np.ones(3)
    s = 0.0
    for _ in range(3):
        s += np.sum(w * x * x)
        w *= 2.0
    return s


@at((V,))
def weights_overwritten_after_use(x):
    w = np.array([1.0, 2.0, 3.0, 4.0])
    y = np.sum(w * x)
    w[:] = 0.0
    return y * y


@at((V,))
def one_scratch_array_for_every_trip(x):
    w = np.empty(4)
    total = 0.0
    for k in range(4):
        w.fill(k)
        w[k] = 5.0
        total += np.sum(np.sin(w * x))
    return total


@at((V,))
def buffer_used_twice_between_changes(x):
    w = np.arange(4.0)
    a = np.sum(w * x * x)
    w += 1.0
    b = np.sum(w * x)
    w[2] = -3.0
    return a * b + np.dot(w, x)


@at((V,))
def mask_that_changes_in_a_loop(x):
    keep = np.ones(4, dtype=bool)
    total = 0.0
    for k in range(4):
        keep[k] = False
        total += np.sum(np.exp(x[keep])) * (k + 1)
    return total


@at((V,))
def permutation_rotated_in_a_loop(x):
    order = np.arange(4)
    total = 0.0
    for k in range(4):
        order[:] = np.roll(order, 1)
        total += np.sum(x * x[order]) * (k + 1)
    return total


@at((V,))
def index_list_that_changes(x):
    at_ = [0, 1]
    a = np.sum(x[at_] ** 2)
    at_[1] = 3
    at_.append(2)
    return a * np.sum(x[at_] ** 3)


@at((V,))
def counter_array(x):
    count = np.zeros(4, dtype=int)
    total = 0.0
    for k in (2, 0, 2, 2, 1):
        count[k] += 1
        total += x[k] ** count[k]
    return total


@at((P,))
def view_of_a_buffer_that_changes(x):
    w = np.ones(12)
    left, right = w[:6], w[6:]
    a = np.sum(left * x * x)
    w *= 3.0
    b = np.sum(right * x)
    left[:] = 0.0
    return a * b + np.sum(w)


@at((V,))
def buffer_doubles_while_a_name_keeps_it(x):
    w = np.ones(4)
    kept = w
    total = 0.0
    for _ in range(3):
        w *= 2.0
        total += np.sum(kept * x * x)
    return total


@at((M,))
def rows_of_a_table_filled_as_they_are_needed(a):
    table = np.zeros((3, 4))
    total = 0.0
    for i in range(3):
        table[i] = np.arange(4.0) ** i
        total += np.sum((table @ a[i]) ** 2)
    return total


@at((V, W))
def coefficient_set_back_to_zero(x, w):
    c = np.zeros(4)
    total = 0.0
    for k in range(4):
        c[k] = 1.0
        total += np.sum(c * x) * np.sum(c * w)
        c[k] = 0.0
    return total


@at((V,), (2.0 * V,))
def buffer_changed_on_one_path(x):
    w = np.ones(4)
    a = np.sum(w * x * x)
    if a > 10.0:
        w[1:] = 5.0
    b = np.sum(np.sin(w * x))
    w[0] = 100.0
    return a * b


@at((V,))
def random_buffer_drawn_in_place(x):
    rng = np.random.default_rng(3)
    w = np.empty(4)
    total = 0.0
    for _ in range(3):
        rng.standard_normal(out=w)
        total += np.sum(np.tanh(w * x))
    return total


@at((V,))
def buffer_that_becomes_active(x):
    w = np.ones(4)
    a = np.sum(w * x * x)
    w[1] = x[0]
    b = np.sum(w * x)
    w[1] = 2.0
    return a * b * np.sum(w * w * x)
