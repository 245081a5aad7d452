"""Cotangents of lists, dicts, tuples and indexed arrays: what may be taken for known, and what not."""

import numpy as np
import pytest

from adcompile import check_grads, grad, hvp, vjp

V = np.array([0.3, -0.8, 1.1])


def plain(v, x):
    return sum([np.sin(x * u) for u in v])


def with_condition(v, x):
    return sum([np.sin(x * u) for u in v if u > 0])


def not_empty_before(v, x):
    items = [x * x]
    for u in v:
        items.append(x * u)
    return sum(items) * items[1]


def read_in_the_loop(v, x):
    items = []
    for u in v:
        items.append(x * u)
        x = x + items[-1] ** 2
    return sum(items) + x


def two_in_a_trip(v, x):
    items = []
    for u in v:
        items.append(x * u)
        items.append(x + u * u)
    return np.dot(np.array(items), np.arange(len(items)) + 1.0)


def left_before(v, x):
    items = []
    for u in v:
        if u < -0.5:
            break
        items.append(x * u)
    return sum(items) + x


def left_after(v, x):
    items = []
    for u in v:
        items.append(x * u * u)
        if u < -0.5:
            break
    return sum(items) + x


def weighted(v, x):
    items = []
    for u in v:
        items.append(x * u * u)
    return sum([w * item for w, item in zip([1.0, 2.0, 3.0], items)])


def kept_too(v, x):
    items = []
    last = [x]
    for u in v:
        items.append(np.sin(x * u))
        last = items
    return sum(items) + last[-1]


def of_lists(v, x):
    rows = []
    for u in v:
        row = []
        for w in v:
            row.append(np.sin(x * u + w))
        rows.append(sum(row) * x)
    return sum(rows)


@pytest.mark.parametrize(
    "f",
    [
        *(plain, with_condition, not_empty_before, read_in_the_loop, two_in_a_trip, left_before, left_after),
        *(weighted, kept_too, of_lists),
    ],
    ids=lambda f: f.__name__,
)
def test_lists(f):
    check_grads(f, (V, 0.7), (0, 1))


def test_the_position_of_an_item_is_the_number_of_the_trip():
    gradient = grad(plain, (0, 1))
    gradient(V, 0.7)
    assert "append" not in gradient.source and "pop" not in gradient.source


A = np.array([[0.3, -0.8, 1.1], [0.5, 0.2, -0.4]])


@pytest.mark.parametrize(
    "index",
    [
        lambda n, k: (np.arange(n), k),
        lambda n, k: (np.arange(n)[:, None], k),
        lambda n, k: (np.arange(1), k),
        lambda n, k: (np.arange(-2, 1) % 2, 0),
        lambda n, k: (np.arange(-2, 2), 0),
        lambda n, k: (np.arange(n), 1),
        lambda n, k: np.arange(n),
        lambda n, k: np.arange(-1, 1),
    ],
    ids=["pairs", "table", "one row", "modulo", "negative", "column", "rows", "wrapped"],
)
def test_index_that_counts(index):
    """Only `np.arange(n)` beside indices of its own shape names no element twice."""
    labels = np.array([2, 2])
    check_grads(lambda a: np.sum(np.sin(a[index(len(a), labels)]) * 1.5), (A,))


def test_store_by_an_index_that_is_spread():
    """One row beside two equal labels: the second store overwrites the first."""

    def f(v, labels):
        table = np.zeros((2, 3))
        table[np.arange(1), labels] = v
        return np.sum(table * 1.5)

    np.testing.assert_array_equal(grad(f)(np.array([1.0, 2.0]), np.array([2, 2])), [0.0, 1.5])


def test_loop_under_a_context():
    def f(x):
        with np.errstate(all="ignore"):
            for k in range(3):
                x = x * np.sin(x)
        return np.sum(x)

    def g(x):
        y = np.zeros_like(x)
        with np.errstate(divide="ignore"):
            for k in range(3):
                if x[k] > 0:
                    y[k] = x[k] ** 2
        return np.sum(y)

    check_grads(f, (V,))
    check_grads(g, (V,))


def test_labels_are_stored_not_added():
    def f(a, labels):
        return np.mean(a[np.arange(len(labels)), labels] ** 2)

    gradient = grad(f)
    gradient(A, np.array([2, 2]))
    assert "add.at" not in gradient.source
    check_grads(f, (A, np.array([2, 2])), 0)
    gradient(A, np.array([1]))  # one label, another signature: (1,) with (1,)
    check_grads(f, (A, np.array([1])), 0)


def test_items_of_a_dict_are_arrays_of_their_own():
    def f(p):
        return np.sum(p["a"] + p["b"]) + np.sum(p["c"][0] * p["c"][1]) + p["s"]

    p = {"a": V, "b": V * 2, "c": (V, V + 1.0), "s": 0.5, "unused": V, "n": 3}
    made = grad(f)(p)
    assert list(made) == list(p)
    arrays = [made["a"], made["b"], *made["c"], made["unused"]]
    for i, one in enumerate(arrays):
        assert one.flags.writeable
        assert not any(np.shares_memory(one, other) for other in arrays[i + 1 :])
    np.testing.assert_array_equal(made["a"], np.ones(3))
    np.testing.assert_array_equal(made["c"][0], V + 1.0)
    np.testing.assert_array_equal(made["unused"], np.zeros(3))
    assert made["s"] == 1.0


def test_dict_in_loops_and_branches():
    def flat(w, b, x, n):
        return f({"w": w, "b": b}, x, n)

    def f(p, x, n):
        for k in range(n):
            x = np.tanh(x * p["w"] + p["b"])
            if k % 2 == 0:
                x = x * p["w"]
        if np.sum(x) > 0:
            return np.sum(x * p["b"])
        return np.sum(p["w"])

    for n in (0, 1, 3):
        for sign in (1, -1):
            check_grads(flat, (V, V * 0.5, sign * np.array([0.4, 0.1, 0.9]), n), (0, 1, 2))
            made = grad(f)({"w": V, "b": V * 0.5}, sign * np.array([0.4, 0.1, 0.9]), n)
            expected = grad(flat, (0, 1))(V, V * 0.5, sign * np.array([0.4, 0.1, 0.9]), n)
            np.testing.assert_allclose(made["w"], expected[0])
            np.testing.assert_allclose(made["b"], expected[1])


def nested(p):
    w, (b, c) = p
    return np.sum(w @ b * c)


def test_a_list_in_a_list_at_the_second_order():
    """What is stored in a list is no array that was broadcast: it may be a list."""
    p = [np.array([[2.0, 0.3], [0.2, 1.5]]), [np.array([0.7, -1.2]), np.array([2.1, 0.4])]]
    along = [np.ones((2, 2)), [np.array([1.0, -1.0]), np.array([0.5, 2.0])]]
    _, pullback = vjp(grad(nested))(p)
    by_w, (by_b, by_c) = pullback(along)
    want_w, (want_b, want_c) = hvp(nested)(p, along)
    np.testing.assert_allclose(by_w, want_w, rtol=1e-14)
    np.testing.assert_allclose(by_b, want_b, rtol=1e-14)
    np.testing.assert_allclose(by_c, want_c, rtol=1e-14)


@pytest.mark.parametrize("empty", [False, True])
def test_a_key_that_is_new_is_not_in_the_gradient(empty):
    def f(p, x):
        p["c"] = (1.0 if empty else p["a"] ** 2) * x
        p.update(d=p["c"] * x)
        return p["c"] * p["d"] * (x if empty else p["b"])

    given = {} if empty else {"a": 2.0, "b": 3.0}
    by_dict, by_number = grad(f, (0, 1))(given, 2.0)
    assert by_dict == ({} if empty else {"a": 4 * 8.0 * 3.0 * 8.0, "b": 16.0 * 8.0})
    assert by_number == (32.0 if empty else 3 * 16.0 * 3.0 * 4.0)
    check_grads(lambda a, b, x: f({"a": a, "b": b}, x), (2.0, 3.0, 2.0), order=2)
