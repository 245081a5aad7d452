"""Lists that a program gathers in a loop: the reverse reads each item's cotangent by its place, and what the
list is known to hold is known of the array that is made of it."""

import numpy as np
import pytest

from adcompile import check_grads, grad, value_and_grad

X = np.array([0.5, 0.7, 1.1, 0.3])
M = np.arange(6.0).reshape(2, 3) / 3


def from_a_start(x, a):
    s = x[0]
    out = [s]
    for v in x[1:]:
        s = a * v + s
        out.append(s)
    return np.sum(np.array(out) ** 2)


def first_read(x, a):
    out = [x[0]]
    m = out[0] * 2
    for v in x[1:]:
        out.append(v * a)
    return np.sum(np.array(out) ** 2) + m


def two_starts(x, a):
    out = [x[0], x[1] * a]
    for v in x[2:]:
        out.append(v * a)
    return out[0] * out[1] + out[-1] ** 2 + out[3] * 3


def a_start_without_derivative(x, a):
    out = [0.0]
    for v in x:
        out.append(v * a)
    return np.sum(np.array(out) ** 2)


def last_read(x, a):
    ys = [x]
    for _ in range(3):
        y = ys[-1]
        ys.append(y + a * np.sin(y))
    return np.sum(np.array(ys) ** 2)


def with_a_break(x, a):
    y = x
    out = [x]
    for _ in range(5):
        y = y * a
        out.append(y)
        if np.sum(y) > 3:
            break
    return np.sum(np.array(out) ** 2)


def left_at_once(x, a):
    y = x
    out = []
    for _ in range(5):
        if np.sum(y) > 3:
            break
        y = y * a
        out.append(y)
    return np.sum(np.array(out) ** 2)


def emptied(x, a):
    out = [x, x * a]
    out.pop()
    out.pop()
    return np.sum(np.array(out)) + np.sum(x) * a


def cleared(x, a):
    out = [x, x * a]
    out.clear()
    return np.sum(np.array(out)) + np.sum(x) * a


def in_a_loop(x, a):
    total = 0.0
    for i in range(3):
        row = [x * i]
        for j in range(2):
            row.append(x * a * j)
        total += np.sum(np.array(row) ** 2)
    return total


def grown_by_two_loops(x, a):
    out = [x]
    for _ in range(2):
        out.append(x * a)
    for i in range(2):
        out.append(out[i] * a)
    return np.sum(np.array(out) ** 3)


def trips_of(x, a, n):
    out = []
    for _ in range(n):
        out.append(x * a)
    return np.sum(np.array(out) ** 2) + a


def repeated(x, a, n):
    out = [x * a] * n
    return np.sum(np.array(out) ** 2) + a


def made_of_an_array(x, a):
    items = list(x)
    items[1] = items[0] * a
    items.append(a)
    return np.sum(np.array(items) ** 2)


def rows_changed(m, a):
    rows = list(m)
    rows[0] = rows[1] * a
    return np.sum(np.array(rows) ** 2) + np.sum(m[0])


PROGRAMS = [
    *((f, (X, 1.3)) for f in (from_a_start, first_read, two_starts, a_start_without_derivative, last_read)),
    *((f, (X, 1.3)) for f in (with_a_break, left_at_once, emptied, cleared, in_a_loop, grown_by_two_loops)),
    *((left_at_once, (4 * X, 1.3)), (trips_of, (X, 1.3, 0)), (trips_of, (X, 1.3, 2)), (repeated, (X, 1.3, 0))),
    *((repeated, (X, 1.3, 2)), (made_of_an_array, (X, 1.3)), (rows_changed, (M, 1.3))),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_gradients(f, args):
    value, _ = value_and_grad(f, (0, 1))(*args)
    assert np.asarray(value).tobytes() == np.asarray(f(*args)).tobytes()
    check_grads(f, args, (0, 1), order=2)


def lines_of(f, args):
    df = grad(f, (0, 1))
    df.specialize(*args)
    return [line.strip() for line in df.source.splitlines() if "# " not in line]


def test_items_behind_a_start_are_read_by_their_place():
    made = lines_of(from_a_start, (X, 0.4))
    assert any("out_bar[k + 1]" in line for line in made)
    assert not any(":-1]" in line or ".pop()" in line for line in made)


def test_a_list_of_cotangents_shrinks_in_place():
    made = lines_of(last_read, (X, 0.4))
    assert "ys_bar.pop()" in made
    assert not any("list(" in line for line in made)


def test_an_array_of_a_list_that_has_items_has_a_shape():
    made = lines_of(with_a_break, (X, 1.3))
    assert not any("np.shape(" in line or "np.full(" in line for line in made)
