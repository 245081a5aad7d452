"""Names that hold None on the paths that do not need them, and Nones that something reads."""

import numpy as np
import pytest

from adcompile import grad
from adcompile.testing import check_grads

X = np.array([0.5, -1.2, 2.0])
W = np.array([1.5, 0.4, -0.3])


def emitted(f, *args):
    df = grad(f)
    df(*args)
    return df.source


@pytest.mark.parametrize("first", [True, False])
def test_none_that_nobody_reads(first):
    def f(x, w, first):
        y = None
        if first:
            y = x * w
            y[1] = w[0]
        total = np.sum(x * x)
        if first:
            g = y[0]
            y[0] = 0.0
            total += g * np.sum(y)
        return total

    check_grads(f, (X, W, first), order=2)
    assert "None" not in emitted(f, X, W, first)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_none_before_the_first_trip(n):
    """Which of the two it is, a number says: 1 once a trip has made an array."""

    def f(x, n):
        made, which = None, 0
        for k in range(n):
            last = x if which == 0 else made
            made = last * x + k
            made[0] = last[1]
            which = 1
        return np.sum(x * x) if which == 0 else np.sum(made * x)

    check_grads(f, (X, n), order=2)


@pytest.mark.parametrize("n", [0, 3])
def test_none_that_is_asked_for(n):
    def f(x, n):
        best = None
        for k in range(n):
            row = x * k
            if best is None or row[2] > best[2]:
                best = row
        return np.sum(x) if best is None else np.sum(best * x)

    check_grads(f, (X, n))


def weight(y):
    return 3.0 if y is None else np.sum(y)


@pytest.mark.parametrize("first", [True, False])
def test_none_that_a_function_reads(first):
    def f(x, first):
        y = None
        if first:
            y = x * x
        return weight(y) * np.sum(x)

    check_grads(f, (X, first))


@pytest.mark.parametrize("marks", [[], [1]])
def test_a_list_that_is_empty_once_and_not_the_other_time(marks):
    """The two conditions read one name, and are not one condition."""

    def f(x, marks):
        seen = list(marks)
        other = seen
        y = None
        if seen:
            y = x * x
        other.append(1)
        total = np.sum(x)
        if seen:
            total = total * weight(y)
        return total

    check_grads(f, (X, marks))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_flag_that_alternates(n):
    """That the flag was false in one trip says nothing of the trip after it."""

    def f(x, n):
        flag, y = False, None
        total = np.sum(x)
        for _ in range(n):
            if flag:
                total = total * weight(y)
            flag = not flag
        return total

    check_grads(f, (X, n))


@pytest.mark.parametrize("known", [True, False])
def test_zeros_for_what_is_not_there(known):
    """The cotangent of an array that no trip made has the shape of one that is there."""

    def f(x, w, n):
        made = w
        for _ in range(n):
            made = np.where(x > 1.0, x, 4.0 * x)
        for k in range(1, 3):
            made[:k] = made[k]
        return np.sum(made * x)

    check_grads(f, (X, W.copy(), 2 if known else 0))
    assert "zeros_like(None)" not in emitted(f, X, W.copy(), 0)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_one_of_three_arrays_of_which_the_last_is_made_by_a_trip(n):
    """Which of them it is, a number says: neither 0 nor 1 is the number after a trip."""

    def f(x, w, first, n):
        which, made = 0 if first else 1, None
        total = 0.0
        for k in range(n):
            if which == 0:
                total += np.sum(x * k)
            elif which == 1:
                total += np.sum(w * x)
            else:
                total += np.sum(made * x)
            made = x * x
            made[0] = w[1]
            which = 2
        return total

    for first in (True, False):
        check_grads(f, (X, W, first, n), order=3)


@pytest.mark.parametrize("first", [True, False])
def test_what_both_sides_of_a_branch_keep_is_kept_in_one_place(first):
    """What is kept for the reverse sweep is an array on either path: of one type, and not None on one of them."""

    def part(x, first):
        y = x * x
        half = y[::-2] if first else y[1:]
        half *= np.sin(half) * x[0]
        return np.sum(y * x) + np.sum(half)

    def f(x, first):
        return part(x, first) + part(2.0 * x, first)

    check_grads(f, (X, first), order=3)
    assert "None" not in emitted(f, X, first)
