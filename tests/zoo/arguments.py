"""Programs that change what the caller gave them. The gradient is by what the arguments held at
the call; afterwards they hold what a plain call leaves in them."""

from __future__ import annotations

import numpy as np

from .table import SQUARE, M, P, V, W, at

WORK = np.zeros(4)
LOG: list[int] = []


@at((V,))
def element_of_an_argument(x):
    x[0] = x[1] * x[2]
    return np.sum(x * x)


@at((V,))
def argument_overwritten_at_once(x):
    x[:] = 3.0
    return np.sum(x)


@at((V, W))
def augmented_argument(x, w):
    x *= w
    x += 1.0
    w -= x
    return np.sum(x * w)


@at((V,))
def argument_scaled_by_its_own_norm(x):
    x /= np.sqrt(np.sum(x * x))
    return x[0] * x[1] + x[2]


@at((P,))
def prefix_sums_in_an_argument(x):
    for k in range(1, len(x)):
        x[k] += 0.3 * x[k - 1] * x[k - 1]
    return x[-1]


@at((M,))
def rows_of_an_argument_normalised(a):
    for row in a:
        row -= row.mean()
        row /= np.sqrt(np.sum(row * row))
    return np.sum(a * np.arange(12.0).reshape(3, 4))


@at((M,))
def view_of_an_argument(a):
    corner = a[1:, :2]
    corner *= a[:2, 2:]
    return np.sum(a * a)


@at((M,))
def transpose_of_an_argument(a):
    t = a.T
    t[0] = t[1] * t[2]
    return np.sum(a * a)


@at((V, np.zeros(4)))
def result_written_into_an_argument(x, out):
    np.multiply(x, x, out=out)
    out[1] += x[0]
    return np.sum(out * x)


@at((V, np.zeros(4)))
def output_argument_and_a_number_returned(x, y):
    y[:] = np.sin(x) * x
    y[0] = y[1] * y[2]
    return y @ y


@at((V, np.zeros(4, dtype=int)))
def passive_argument_is_changed(x, count):
    for k in range(4):
        if x[k] > 0:
            count[k] += 2
    return np.sum(x * count) * x[0]


@at((V, np.array([2, 0, 1])))
def index_argument_is_changed(x, order):
    a = np.sum(x[order] ** 2)
    order[:] = order[::-1] + 1
    return a * x[order[0]]


@at((V,))
def scratch_outside_the_function(x):
    WORK[:] = x * x
    WORK[1] *= x[0]
    return np.sum(WORK * x)


@at((V,))
def passive_buffer_outside_the_function(x):
    total = 0.0
    for k in range(3):
        WORK[k] = k + 1.0
        total += np.sum(WORK * x * x)
    return total


@at((V,))
def log_outside_the_function(x):
    total = 0.0
    for k in range(3):
        LOG.append(k)
        total += x[k] ** 2 * len(LOG)
    return total


@at((V, np.ones(4)))
def argument_changed_and_not_read(x, trace):
    trace[0] = np.sum(x)
    trace[1] = 7.0
    return np.sum(x * x)


@at((V,), (-V,))
def argument_changed_on_one_path(x):
    if x[0] > 0:
        x[1] = x[0] * x[2]
    return np.sum(x * x * x)


@at((V,), (-V,))
def early_return_after_a_store(x):
    x[0] *= 2.0
    if x[0] > 0:
        return np.sum(x * x)
    x[1] = x[0] * x[3]
    return np.sum(x * x * x)


@at((V, 2.0), (V, 30.0))
def argument_changed_until_a_condition_holds(x, limit):
    while np.sum(x * x) < limit:
        x *= 1.3
        x[0] += 0.1 * x[1]
    return np.sum(x * x * x)


@at((SQUARE, np.array([1.0, 2.0, -0.5])))
def elimination_in_the_arguments(a, b):
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            b[i] -= factor * b[k]
    for i in range(n - 1, -1, -1):
        b[i] = (b[i] - a[i, i + 1 :] @ b[i + 1 :]) / a[i, i]
    return np.sum(b * b)


@at((SQUARE,))
def lu_in_the_argument(a):
    n = a.shape[0]
    for k in range(n):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.prod(np.diag(a))


@at((V, W))
def arguments_swapped_in_place(x, w):
    x[:], w[:] = w.copy(), x.copy()
    x[0] *= 2.0
    return np.sum(x * x * w)


@at((V, W))
def argument_copied_from_another(x, w):
    x[:] = w
    x *= x
    w[1] = 0.0
    return np.sum(x * w)


@at((V,))
def argument_rebound_is_not_changed(x):
    x = x * 2.0
    x[0] = x[1] * x[1]
    return np.sum(x * x)


@at((V,))
def argument_returned_itself(x):
    x *= x
    return x


@at((M,))
def view_of_an_argument_returned(a):
    a *= a
    return a[1:, ::2]


@at((V,))
def two_views_of_one_argument_returned_as_one_value(x):
    x[1:] *= x[:-1]
    return x[:2] * x[2:]


@at((V,))
def argument_sorted(x):
    x.sort()
    return np.sum(x * x * np.arange(4.0))


@at((V, 0.5))
def numbers_are_never_changed_for_the_caller(x, s):
    s += x[0]
    s *= s
    x[0] = s
    return np.sum(x) * s
