"""Subscripts are written where they are read, and mean what they meant where they were made."""

import numpy as np
import pytest

from adcompile import check_grads, grad, value_and_grad

X = np.linspace(-0.7, 1.1, 16).reshape(4, 4)


def checked(f, *args):
    """The text of a gradient that is checked first, with the value to the last bit."""
    value, _ = value_and_grad(f)(*args)
    assert value == f(*args)
    check_grads(f, args)
    df = grad(f)
    df(*args)
    return df.source


def test_a_subscript_of_a_tuple_is_written_again():
    def f(x):
        y = np.zeros((4, 4))
        for i in range(1, 4):
            for j in range(1, 4):
                y[i, j] = x[i, j] * x[i - 1, j - 1]
        return np.sum(y * y)

    text = checked(f, X)
    assert "y[i, j] = x[i, j] * x[i - 1, j - 1]" in text
    assert "y_bar[i, j]" in text and "x_bar[i - 1, j - 1]" in text
    assert " = i, j\n" not in text


def test_a_slice_is_written_again():
    def f(x, n):
        y = np.zeros(6)
        for k in range(n):
            y[k : k + 2] = x[0, k : k + 2] * x[1, k : k + 2]
        return np.sum(y * y)

    assert "y[k:k + 2] = x[0, k:k + 2] * x[1, k:k + 2]" in checked(f, X, 3)


def test_a_counter_that_goes_on_between_two_subscripts():
    def f(x):
        s, k = 0.0, 0
        while k < 3:
            y = x[k, k + 1]
            k += 1
            s += y * x[k - 1, k] * x[k, k - 1]
            k = k + 0
        return s

    checked(f, X)


@pytest.mark.parametrize("n", [0, 3])
def test_a_subscript_that_is_read_after_the_loop(n):
    def f(x, n):
        i, j, s = 0, 1, 0.0
        for k in range(n):
            i, j = j, (i + k) % 4
            s = s + x[i, j] * x[j, i]
        return s + x[i, j] * x[i, j] * x[i - 1, j]

    checked(f, X, n)


def test_an_index_array_that_changes_between_two_subscripts():
    def f(x):
        rows = np.array([0, 1])
        first = x[rows, 2]
        rows[0] = 3
        return np.sum(first * x[rows, 2])

    checked(f, X)


def test_a_number_that_is_spread_fills_an_array_of_its_own():
    def f(x, n):
        for _ in range(n):
            x = x - 0.1 * np.cos(x)
        return np.sum(x)

    df = grad(f)
    for n in (0, 3):
        check_grads(f, (X, n))
        gradient = df(X, n)
        assert gradient.flags.writeable and gradient.flags.owndata
    assert "np.full(x.shape, out_bar)" in df.source
    assert "x_bar += " in df.source and "np.copy" not in df.source
