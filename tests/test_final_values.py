"""Elements that are read from the final array, and those that must not be."""

import numpy as np
import pytest

from adcompile import grad, vjp
from adcompile.analyses.inequalities import constant, has_no_solution
from adcompile.testing.gradients import numerical_gradient

N = 5
A = np.cos(np.arange(1.0, N * N + 1)).reshape(N, N) + 2.5 * np.eye(N)
X = np.array([0.9, -0.6, 1.2, 0.4, -1.1])


def is_recorded(f, *args):
    df = grad(f, tuple(range(len(args))))
    df(*args)
    return "tape" in df.source


def check(f, *args):
    """The gradients are right, of grad and of vjp."""
    where = tuple(range(len(args)))
    made = grad(f, where)(*[a.copy() for a in args])
    again = vjp(f, where)(*[a.copy() for a in args])[1](1.0)
    for i in where:
        expected = numerical_gradient(lambda *moved: f(*[a.copy() for a in moved]), args, i)
        np.testing.assert_allclose(made[i], expected, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(again[i], made[i], rtol=1e-12)


# ------------------------------------------------------------------------- read from the end


def lower_upper(a):
    a = a.copy()
    n = len(a)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[k, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            for k in range(i):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(a * a)


def backwards(a, x):
    y = np.zeros(len(x))
    for i in range(len(x) - 1, -1, -1):
        y[i] = x[i]
        for j in range(i + 1, len(x)):
            y[i] -= a[i, j] * y[j]
        y[i] = y[i] / a[i, i]
    return np.sum(y * y)


def rows(a, x):
    c = a.copy()
    for k in range(1, len(a)):
        c[k] = 0.1 * c[k] - 0.1 * x[k] * c[k - 1] * c[k - 1]
    return np.sum(c)


def evens_from_odds(x):
    y = x * 1.0
    for k in range(0, 2):
        y[2 * k] = y[2 * k + 1] * y[2 * k + 1]
    return np.sum(y)


def two_loops(x):
    y = x * 1.0
    for i in range(len(x)):
        y[i] = np.sin(x[i])
    total = 0.0
    for i in range(len(x)):
        total += y[i] * y[i]
    return total


def counted_beside(x):
    y = np.zeros(len(x))
    for k, i in enumerate(range(len(x) - 1, -1, -1)):
        y[k] = np.exp(0.1 * x[i])
    return np.sum(y * y)


@pytest.mark.parametrize(
    ("f", "args"),
    [(lower_upper, [A]), (backwards, [A, X]), (rows, [A, X]), (evens_from_odds, [X]), (two_loops, [X])],
)
def test_what_stands_in_the_array_is_not_recorded(f, args):
    check(f, *args)
    assert not is_recorded(f, *args)


def test_two_counters():
    check(counted_beside, X)


# --------------------------------------------------------------- stores that come later


def sweeps(a):
    a = a.copy()
    for _ in range(2):
        for i in range(1, len(a)):
            a[i, 0] = a[i, 0] * a[i - 1, 0]
    return np.sum(a)


def from_the_other_end(x):
    y = x * 1.0
    for i in range(len(x)):
        y[i] = x[i] * y[i - 1]  # y[-1] changes in the last trip
    return np.sum(y)


def one_ahead(x):
    y = x * 1.0
    for i in range(len(x) - 1):
        y[i] = y[i] * y[i + 1]  # it changes in the next trip
    return np.sum(y)


def mirrored(x):
    y = x * 1.0
    n = len(x)
    for i in range(n):
        y[i] = y[i] * y[n - 1 - i]
    return np.sum(y)


def falling(x):
    y = x * 1.0
    for i in range(len(x) - 1, 0, -1):
        y[i] = y[i] * y[i - 1]  # it changes in the next trip, which is at i - 1
    return np.sum(y)


def second_loop(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
    for i in range(len(x)):
        y[i] = 3.0 * x[i]
    return np.sum(y)


def whole_array_later(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
    y *= 2.0
    return np.sum(y)


def by_a_view(a):
    b = a.copy()
    for i in range(1, len(a)):
        b[i, 0] = b[i, 0] * b[i - 1, 0]
        b.T[0, i - 1] = 0.5
    return np.sum(b)


def by_an_array_of_indices(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
        y[np.array([i - 1])] = 0.1
    return np.sum(y)


def by_a_mask(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
        y[y < 0] = 0.25
    return np.sum(y)


def by_a_slice(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
        y[:i] = 0.5 * x[:i]
    return np.sum(y)


def by_a_backward_slice(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1]
        y[i - 1 :: -1] = 0.3
    return np.sum(y)


def at_a_computed_place(x):
    y = x * 1.0
    for i in range(1, len(x)):
        k = (i * i) % 3
        y[i] = y[i] * y[k]
    return np.sum(y)


def until_large(x):
    y = x * 1.0
    k = 0
    while np.sum(np.abs(y)) < 40.0 and k < 50:
        y[k % 5] = 1.5 * y[k % 5] * (1.0 + 0.1 * y[(k + 1) % 5] ** 2)
        k += 1
    return np.sum(y * y)


def only_sometimes_stored(x):
    y = x * 1.0
    for i in range(len(x)):
        v = np.exp(0.2 * x[i]) * x[i]
        if x[i] > 0:
            y[i] = v
        y[0] += v * v
    return np.sum(y)


def swapped(x):
    a, b = x * 1.0, x * 2.0
    for _ in range(3):
        for i in range(1, len(x)):
            b[i] = a[i] * a[i - 1]
        a, b = b, a
    return np.sum(a * b)


def before_it_changed(x):
    y = x * 1.0
    total = 0.0
    for i in range(len(x)):
        old = y.copy()
        y[i] = 2.0 * y[i]
        total += old[i] * old[i]
    return total


def left_early(x):
    y = x * 1.0
    for i in range(len(x)):
        for j in range(len(x)):
            y[j] = y[j] * 1.1 + y[i] * y[i]
            if y[j] > 1.5:
                break
    return np.sum(y)


def the_value_that_was_stored_changes(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        v = np.sin(x[i])
        y[i] = v
        y[i] += v * v
    return np.sum(y * y)


def stored_in_two_places(x):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        v = np.sin(x[i])
        y[i] = v
        y[i + 1] = v * v
    return np.sum(y * y)


LATER = [
    *(sweeps, by_a_view),
    *(from_the_other_end, one_ahead, mirrored, falling, second_loop, whole_array_later, by_an_array_of_indices),
    *(by_a_mask, by_a_slice, by_a_backward_slice, at_a_computed_place, until_large, only_sometimes_stored, swapped),
    *(before_it_changed, left_early, the_value_that_was_stored_changes, stored_in_two_places),
]


@pytest.mark.parametrize("f", LATER)
def test_a_store_that_may_come_later(f):
    check(f, A if f in (sweeps, by_a_view) else X)


def test_a_number_that_the_array_rounds_is_not_read_from_it():
    def f(x):
        y = np.zeros(len(x), dtype=np.float16)
        total = 0.0
        for i in range(len(x)):
            v = np.exp(x[i])
            y[i] = v
            total += v * v
        return total + np.sum(y)

    np.testing.assert_allclose(grad(f)(X), 2 * np.exp(X) ** 2 + np.exp(X), rtol=1e-14)


def test_a_number_that_is_spread_over_a_row():
    def f(a, x):
        c = a * 1.0
        for i in range(len(x)):
            v = np.sin(x[i])
            c[i] = v
            c[i, 0] = c[i, 1] * v
        return np.sum(c * c)

    check(f, A, X)


def test_a_row_of_another_shape_is_not_what_was_stored():
    def f(a, x):
        c = a * 1.0
        for i in range(len(x)):
            row = np.sin(x[i : i + 1])
            c[i] = row
            c[0, 0] += np.sum(row * row)
        return np.sum(c * c)

    check(f, A, X)


# ------------------------------------------------------------------------------- inequalities


def form(const=0, **factors):
    return {None: const, **factors}


def test_what_has_no_solution():
    assert has_no_solution([constant(-1)])
    assert has_no_solution([form(x=1), form(-1, x=-1)])  # 0 <= x <= -1
    assert has_no_solution([form(-1, x=2), form(1, x=-2)])  # 2 x = 1
    assert has_no_solution([form(-1, x=2)], [form(x=1, y=-1), form(-2, y=2, x=2), form(-3, x=1)])
    assert has_no_solution([form(-1, i=1, k=-1), form(-1, k=1, i=-1)])


def test_what_may_have_a_solution():
    assert not has_no_solution([])
    assert not has_no_solution([form(x=1), form(x=-1)])
    assert not has_no_solution([form(-3, x=2), form(4, x=-2)])  # x = 2
    assert not has_no_solution([form(x=1, y=1), form(5, x=-1)], [form(-1, x=3, y=-2)])  # x = 1, y = 1


# ------------------------------------------------------------------------------ views on a tape


def chosen_rows(a, x):
    c = a.copy()
    total = 0.0
    for i in range(len(x)):
        if x[i] > 0:
            total += np.sum(c[(2 * i) % 5] * x[i] * c[(2 * i) % 5])
        c[i] = c[i] * x[i]
        c[(3 * i) % 5] = c[i] + 1.0
    return total + np.sum(c)


def test_a_row_that_a_branch_hands_on_is_copied_when_it_is_taken():
    check(chosen_rows, A, X)
    df = grad(chosen_rows, (0, 1))
    df(A, X)
    assert "c = np.copy(c)" not in df.source


def where_a_condition_says(x):
    y = x * 1.0
    for i in range(len(x)):
        if i > 0:
            y[i] = y[i] * y[i - 1]
        if not i <= 2:
            y[i - 3] = 0.5 * y[i]
    return np.sum(y * y)


def where_a_condition_lets_it_wrap(x):
    y = x * 1.0
    for i in range(len(x)):
        if i >= 0:
            y[i] = y[i] * y[i - 1]
    return np.sum(y * y)


@pytest.mark.parametrize("f", [where_a_condition_says, where_a_condition_lets_it_wrap])
def test_conditions_of_the_branches_around(f):
    check(f, X)


def the_sides_of_a_branch(a):
    c = a.copy()
    total = 0.0
    for i in range(len(c)):
        for j in range(i + 1):
            if i == j:
                c[i, j] = 0.5 * c[i, j]
            else:
                c[i, j] = c[i, j] / c[j, j]
            total += c[i, j] * c[i, j]
    return total


def the_other_side_in_another_trip(x):
    y = x * 1.0
    total = 0.0
    for i in range(len(x)):
        if i % 2 == 0:
            total += y[0] * y[0]
        else:
            y[0] = y[0] * y[i]
    return total + np.sum(y)


def not_at_one_place(x):
    y = x * 1.0
    for i in range(len(x)):
        for j in range(len(x)):
            if j != i:
                y[j] = y[j] + 0.1 * y[i] * y[i]
    return np.sum(y)


def test_the_sides_of_a_branch():
    check(the_sides_of_a_branch, A)
    assert not is_recorded(the_sides_of_a_branch, A)


@pytest.mark.parametrize("f", [the_other_side_in_another_trip, not_at_one_place])
def test_sides_that_meet_in_other_trips(f):
    check(f, X)
