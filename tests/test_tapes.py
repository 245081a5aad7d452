"""What goes onto a tape, and what does not."""

import numpy as np
import pytest

from adcompile import grad
from adcompile.testing.gradients import numerical_gradient

X = np.array([0.9, -0.6, 1.2, 0.4, -1.1])


def checked(f, *args):
    """The text of a gradient that is right."""
    df = grad(f)
    np.testing.assert_allclose(df(*args), numerical_gradient(f, args), rtol=1e-7, atol=1e-8)
    return df.source


def rises(x, n):
    s = 1.0
    for k in range(n):
        s = np.sin(s) * x[k]
    return s


def falls(x, n):
    s = 1.0
    for k in range(n - 1, 0, -1):
        s = np.sin(s) * x[k]
    return s


def in_twos(x, n):
    s = 1.0
    for k in range(0, n, 2):
        s = np.sin(s) * x[k] + k
    return s


def from_one_more(x, n):
    s = 1.0
    for i in range(n):
        for j in range(i + 1, n):
            s = np.sin(s) * x[j] - x[i]
    return s


def no_trips(x, n):
    s = 1.0
    for k in range(n, 3):
        s = np.sin(s) * x[k]
    return s * x[0]


def changes_its_counter(x, n):
    s = 1.0
    for k in range(n):
        k = (k * 2) % n
        s = np.sin(s) * x[k]
    return s


@pytest.mark.parametrize("f", [rises, falls, in_twos, from_one_more, no_trips])
def test_the_counter_of_a_range_is_counted_again(f):
    source = checked(f, X, 5)
    entries = [line for line in source.splitlines() if ".append(" in line]
    assert all("k" not in line.split("append")[1] and "j" not in line.split("append")[1] for line in entries)


def test_a_counter_that_the_body_changes():
    checked(changes_its_counter, X, 5)


def test_a_loop_that_ends_early_hands_its_counters_on():
    def f(x, n):
        s = 1.0
        for k in range(n):
            s = np.sin(s) * x[k]
            if s < -0.3:
                break
        return s

    checked(f, X, 5)


def test_what_is_stored_into_often_is_copied_once_a_trip():
    def f(x, n):
        w = np.ones(len(x))
        total = 0.0
        for _ in range(n):
            total += np.sum(w * x * x)
            w[0] = 2.0 * w[1]
            w[1] = w[2] + 1.0
            w[2] = 3.0 * w[0]
        return total

    source = checked(f, X, 4)
    assert source.count("np.copy(w)") == 1


def test_what_a_trip_leaves_changes_in_the_next():
    def f(x, n):
        state = x * 1.0
        total = 0.0
        for k in range(n):
            state[k] = state[k] * state[k + 1]
            state[k + 1] = np.sin(state[k]) * state[k + 1]
            total += np.sum(state * state * state)
        return total

    checked(f, X, 4)


def test_what_is_stored_into_on_one_side_of_a_branch():
    def f(x, n):
        state = x * 1.0
        total = 0.0
        for k in range(n):
            total += np.sum(state * state * state)
            if x[k] > 0:
                state[k] = 2.0 * state[k + 1]
                total += np.sum(state * state)
        return total

    checked(f, X, 4)


def test_what_an_inner_loop_stores_into():
    def f(x, n):
        state = x * 1.0
        total = 0.0
        for _ in range(n):
            for k in range(n):
                total += np.sum(state**3)
                state[k] = 0.5 * state[k + 1]
            total += np.sum(state**3)
        return total

    checked(f, X, 3)
