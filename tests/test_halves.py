"""Calls of user functions: what the two halves hand to each other, and what is read for its shape."""

import numpy as np
import pytest

from adcompile import grad, value_and_grad, vjp
from adcompile.testing.gradients import check_grads

X = np.array([1.5, -0.5, 2.0, 0.7])


def source(f, *args, wrt=0):
    df = grad(f, wrt)
    df(*[a.copy() if isinstance(a, np.ndarray) else a for a in args])
    return df.source


said = []


def loud(x):
    said.append("loud")
    return 2.0 * x


def small(x):
    if x[0] > 100:
        raise ValueError("too big")
    return 2.0 * x


def squares(a):
    return np.sum(a * a)


def weighted(a):
    flat = a.ravel()
    return np.sum(flat) + np.sum(flat[::2])


def test_what_a_call_does_beside_computing_happens_though_nobody_reads_its_value():
    said.clear()
    np.testing.assert_array_equal(grad(lambda x: np.sum(loud(x)))(X), [2.0] * 4)
    assert said == ["loud"]
    np.testing.assert_array_equal(grad(lambda x: np.sum(small(x)))(X), [2.0] * 4)
    with pytest.raises(ValueError, match="too big"):
        grad(lambda x: np.sum(small(x)))(X * 100)


def test_an_argument_that_changes_after_the_call():
    def f(x):
        y = x * 1.0
        before = squares(y)
        y[0] = 5.0
        return before + squares(y)

    check_grads(f, [X])
    np.testing.assert_array_equal(vjp(f)(X)[1](1.0), grad(f)(X))


def test_an_argument_that_the_caller_changes_before_the_pullback():
    x = X.copy()
    _, pullback = vjp(squares)(x)
    x[:] = 0.0
    np.testing.assert_array_equal(pullback(1.0), 2 * X)


def test_a_value_that_nobody_reads_is_not_computed():
    def f(x):
        y = np.sin(x)
        return weighted(y)

    check_grads(f, [X])
    text = source(f, X)
    assert "weighted_forward" not in text and "np.sin" not in text
    assert value_and_grad(f)(X)[0] == f(X)


def power(x, n):
    return x if n == 0 else x * power(x, n - 1)


def test_a_function_that_calls_itself():
    check_grads(lambda x, n: np.sum(power(x, n)), [X, 3])
    check_grads(lambda x, n: np.sum(power(x, n)), [X, np.int64(3)])


def test_the_same_argument_for_its_shape_and_for_more():
    def pair(a, b):
        return np.sum(a[1:]) + np.sum(b * b * b)

    check_grads(lambda x: pair(x, x), [X])
    check_grads(lambda x: pair(x * 2.0, x), [X])


def relaxed(x, b, steps):
    for _ in range(steps):
        old = x.copy()
        x[1:-1] = 0.5 * (old[2:] + old[:-2]) + b[1:-1]
    return np.sum(x * x)


def test_shapes_are_read_off_an_argument_and_nothing_is_recorded():
    args = np.linspace(0.0, 1.0, 6), np.ones(6), 4
    check_grads(lambda x, b, steps: relaxed(x.copy(), b, steps), args)
    assert "tape" not in source(relaxed, *args, wrt=(0, 1))


def test_an_argument_of_other_dtype_does_not_give_its_shape():
    def f(x, ints, steps):
        total = 0.0
        for k in range(steps):
            y = x * k
            total = total + np.sum(y[1:]) + ints[0]
        return total

    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert grad(f)(x.astype(np.float32), np.arange(4), 3).dtype == np.float32
    check_grads(f, [x, np.arange(4), 3])


def test_a_name_of_an_argument_that_means_something_else_by_then():
    def f(x, n):
        total = 0.0
        for _ in range(n):
            y = x * 2.0
            total = total + np.sum(y[1:])
            x = x[:-1] * 1.0
        return total

    check_grads(f, [X, 3])


def test_a_shape_that_changes_from_trip_to_trip():
    def f(x, n):
        total = 0.0
        for k in range(n):
            part = x[k:] * x[0]
            total = total + np.sum(part[:1])
        return total

    check_grads(f, [X, 3])
