"""Sizes by what a loop counts: `a[:i]` and `b[:i]` are of one size in a trip, and in no other trip.

Where two sizes are taken to be one that are not, a cotangent is not summed over what was spread: so the
programs here spread a part of one element over a longer one. A function that calls itself with
shorter and shorter arrays is typed without their sizes.
"""

import numpy as np
import pytest

from adcompile import check_grads, grad, jvp, value_and_grad

V = np.array([0.5, -1.2, 0.8, 1.5])
W = np.array([1.1, 0.4, -0.3, 0.9])
M = np.array([[0.5, -1.2, 0.8], [1.5, 0.3, -0.7], [0.2, 0.6, 1.4]])


def of_one_size(x, w):
    total = 0.0
    for i in range(1, len(x)):
        total += np.sum(x[:i] * w[:i]) + np.sum(x[i:] / (2.0 + w[i:])) + x[i - 1 : i + 1] @ w[i - 1 : i + 1]
    return total


def triangles(a, b):
    c = np.zeros_like(a)
    for i in range(3):
        c[i, : i + 1] = a[i, : i + 1] * b[: i + 1, i]
        c[i + 1 :, i] = c[i, i + 1 :] + a[i + 1 :, i]
    return np.sum(c * c)


def test_parts_of_one_size():
    for f, args in ((of_one_size, (V, W)), (triangles, (M, M + 1.0))):
        df = grad(f, (0, 1))
        df.specialize(*args)
        check_grads(f, args, (0, 1))
        assert "unbroadcast" not in df.source


def of_the_trip_before(x):
    before, total = x[:1], 0.0
    for i in range(1, 3):
        part = x[:i]
        total += np.sum(before * np.sin(part))
        before = part
    return total


def of_two_counters(x):
    total = 0.0
    for i in range(1, 3):
        for j in range(1, 3):
            if i == 1 or j == i:
                total += np.sum(x[:i] ** 2 * np.cos(x[:j]))
    return total


def of_a_counter_that_is_rebound(x):
    total = 0.0
    for i in range(2, 4):
        long = x[:i]
        i = 1
        total += np.sum(x[:i] * np.exp(long))
    return total


def in_a_list(x):
    parts = [x[: k + 1] for k in range(2)]
    return np.sum(parts[0] * np.sin(parts[1]))


def behind_the_loop(x):
    part = x[:2]
    for i in range(1, 4):
        part = x[:i]
    return np.sum(part * x[3]) + np.sum(part * x[1:i]) if len(part) == 2 else np.sum(part * np.sin(x[i - 3 : i]))


def in_two_loops(x):
    parts = []
    for i in range(1, 2):
        parts.append(x[:i])
    total = 0.0
    for i in range(1, 4):
        total += np.sum(parts[0] * np.sin(x[:i]))
    return total


def below_zero(x):
    total = 0.0
    for i in range(-3, 2):
        total += np.sum(x[i:] * x[-1]) + np.sum(x[:i])
    return total


def downwards(x, w):
    total = 0.0
    for i in range(len(x) - 1, -1, -1):
        total += np.sum(x[: i + 1] * w[: i + 1]) * x[i]
        if i > 5:
            total += 100.0 * x[0]
        if i >= 0:
            total += np.sum(np.zeros(i)) + np.sum(np.ones(i) * x[0])
    return total


def beyond_the_end(x, w):
    total = 0.0
    for i in range(3):
        total += np.sum(x[: i + 3] * w[i + 3 :] if i == 0 else x[: i + 3])
    return total


def counted_in_a_function(x):
    def first(a, count):
        return a[:count] * np.sin(a[:count])

    total = 0.0
    for i in range(1, 4):
        total += np.sum(first(x, i)) * np.sum(first(x, 1) * np.exp(first(x, i)))
    return total


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (of_the_trip_before, (V,)),
        (of_two_counters, (V,)),
        (of_a_counter_that_is_rebound, (V,)),
        (in_a_list, (V,)),
        (behind_the_loop, (V,)),
        (in_two_loops, (V,)),
        (below_zero, (V,)),
        (downwards, (V, W)),
        (beyond_the_end, (V, W[:4])),
        (counted_in_a_function, (V,)),
    ],
)
def test_parts_of_several_sizes(f, args):
    wrt = tuple(range(len(args)))
    value, _ = value_and_grad(f, wrt)(*args)
    assert value == f(*args)
    check_grads(f, args, wrt)
    _, tangent = jvp(f)(*args, W)
    slope = grad(f)(*args) @ W
    assert abs(tangent - slope) <= 1e-12 * max(1.0, abs(slope))


def product_of(x):
    return x[0] if len(x) == 1 else x[0] * product_of(x[1:])


def halves(x):
    if len(x) == 1:
        return x * x
    middle = len(x) // 2
    return np.concatenate((halves(x[:middle]) * x[-1], np.sin(halves(x[middle:]))))


def power(x, k):
    return x if k <= 0 else x * power(x, k - 1)


def by_recursion(x):
    return product_of(x) + np.sum(halves(x)) + power(np.sum(x), len(x))


def swapped(a, b):
    if len(b) < 2:
        return np.sum(a * np.sin(b))
    return np.sum(a * np.cos(b[:1])) + swapped(b, a[:1])


def of_swapped_sizes(x):
    return swapped(x[:3], x)


def in_a_loop(x):
    total = 0.0
    for i in range(1, len(x)):
        total += product_of(x[:i]) * power(x[0], i)
    return total


@pytest.mark.parametrize("f", [by_recursion, of_swapped_sizes, in_a_loop])
def test_recursion_over_sizes(f):
    value, _ = value_and_grad(f)(V)
    assert value == f(V)
    check_grads(f, (V,))
    np.testing.assert_allclose(jvp(f)(V, W)[1], grad(f)(V) @ W, rtol=1e-12)
