"""Lists and tuples whose items are known, read by rules in and out of loops."""

import numpy as np

from adcompile import check_grads, grad


def test_a_display_from_outside_is_read_in_a_loop():
    def f(x, y):
        items = [np.cos(x), np.sin(x * y), x]
        for k in range(3):
            y = y * np.cos(sum(items) / (k + 1.0))
        return y + items[0]

    check_grads(f, (0.7, -0.4))


def test_a_display_of_arrays_is_joined_in_a_loop():
    def f(v, w):
        parts = (v, w * 2.0)
        total = 0.0
        for k in range(2):
            total += np.sum(np.sin(np.concatenate(parts)) * (k + 1.0))
        return total

    check_grads(f, (np.array([0.3, -0.8]), np.array([1.1, 0.2, 0.5])))


def test_a_display_made_in_a_branch_and_read_there():
    def f(x, v):
        if x > 0.0:
            y = np.sum(np.stack([v, v * x]) ** 2)
        else:
            y = np.sum(v)
        return y * x

    check_grads(f, (0.6, np.array([0.3, -0.8])))
    check_grads(f, (-0.6, np.array([0.3, -0.8])))


def test_a_display_repeated_no_times():
    def f(x, n):
        return np.sin(sum([x * x, x] * n)) + x

    for n in (0, 1, 2):
        check_grads(f, (0.6, n), wrt=0)


def test_a_display_repeated_as_often_as_a_loop_appended():
    """The first derivative of such a sum is a program of this form."""

    def f(x, limit):
        kept = []
        for z in (0.1, 0.5, 0.9):
            if z > limit:
                kept.append(x)
        return x * sum([x * x] * len(kept))

    for limit in (0.0, 0.5, 1.0):
        check_grads(f, (0.6, limit), wrt=0)


def test_running_products_of_known_sizes():
    """The rule's loop is no unrolled one, however much is known of the sizes."""

    def of_a_display(x):
        return np.sum(np.cumprod(np.array([x[0], x[1], x[2] * x[0]])))

    def of_zeros(x):
        return np.sum(np.cumprod(np.ones(30) * x))

    check_grads(of_a_display, (np.array([0.3, 0.4, 0.5]),), order=2)
    check_grads(of_zeros, (0.9,), order=2)
    assert len(grad(of_zeros).source.splitlines()) < 15


def test_a_list_times_an_array_in_a_loop():
    def products(v):
        for _ in range(3):
            v = [1.5, -1.0, 0.5] * v
        return np.mean(v)

    def sums(v):
        for _ in v:
            v = (0.1, 0.2, 0.3) + v * v
        return np.sum(v)

    def in_place(v, flag):
        w = v if flag else np.sum(v) * v
        for _ in range(2):
            w = [1.0, 2.0, 3.0] * w
            w += [0.5, 0.25, 0.1]
        return np.sum(w * w)

    v = np.array([0.3, -0.4, 0.5])
    check_grads(products, (v,), order=2)
    check_grads(sums, (v,), order=2)
    for flag in (True, False):
        check_grads(in_place, (v, flag), wrt=0, order=2)
