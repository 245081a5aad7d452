"""Lists and tuples that a program makes of an array: where their items alone are read, the array is."""

import numpy as np
import pytest

from adcompile import check_grads, grad, value_and_grad

X = np.array([0.5, 0.7, 1.1])
M = np.arange(6.0).reshape(3, 2) / 4 + 0.2


def items_and_all(x):
    items = list(x)
    return items[0] * items[1] + sum(v**2 for v in items)


def unpacked(x):
    a, b, c = tuple(x)
    return a * b * c


def rows(m):
    out = []
    for r in list(m):
        out.append(np.dot(r, r))
    return np.sum(np.array(out) ** 2)


def two_lists(m):
    s = 0.0
    for a, b in zip(list(m), list(m)[1:]):
        s += a @ b
    return s


def read_after_a_change(x):
    items = list(x)
    x = x * 2
    x[0] = 5.0
    return items[0] * x[1] + items[1] ** 2 * x[0]


def doubled(x):
    items = list(x) * 2
    return np.sum(np.array(items) ** 2) + len(items)


def joined(x):
    items = list(x)
    items = items + [x[0] * 2]  # noqa: RUF005
    return np.sum(np.array(items) ** 2) + len(items)


def asked_whether_it_has_items(x):
    items = list(x)
    if items:
        return np.sum(np.array(items) ** 2) * len(items)
    return 0.0


def asked_for_its_type(x):
    items = list(x)
    if isinstance(items, list):
        return items[-1] ** 2 + items[0]
    return items[0]


def sliced(x):
    items = list(x)
    m = items[1:] + items[:1]
    return sum(a * b for a, b in zip(items, m))


def given_to_a_function(x):
    items = list(x)
    return helper(items) + items[0]


def helper(items):
    return (items + items)[3] ** 2


def counted(x):
    s = 0.0
    for i, v in enumerate(list(x)):
        s += (i + 1) * v**2
    return s


def starred(x):
    a, *r = list(x)
    return a * r[0] ** 2


def by_numpys_index(x):
    items = list(x)
    i = 1
    j = np.int64(2)
    return items[i] * items[j] ** 2


def a_tuple(x):
    t = tuple(x)
    s = 1.0
    for v in t:
        s = s * v
    return s + t[0] ** 2


def in_a_loop(x, n):
    for i in range(n):
        items = list(x)
        x = x * items[0] + items[1]
    return np.sum(x)


PROGRAMS = [
    *((f, (X,)) for f in (items_and_all, unpacked, read_after_a_change, doubled, joined, asked_whether_it_has_items)),
    *((f, (X,)) for f in (asked_for_its_type, sliced, given_to_a_function, counted, starred, a_tuple)),
    *((rows, (M,)), (two_lists, (M,)), (in_a_loop, (X, 3))),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_gradients(f, args):
    value, _ = value_and_grad(f)(*args)
    assert np.asarray(value).tobytes() == np.asarray(f(*args)).tobytes()
    check_grads(f, args, order=2)


def test_an_index_of_numpys_own():
    check_grads(by_numpys_index, (X,))


@pytest.mark.parametrize(
    ("f", "args"),
    [(items_and_all, (X,)), (unpacked, (X,)), (rows, (M,)), (a_tuple, (X,)), (in_a_loop, (X, 3))],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_the_array_is_read(f, args):
    df = grad(f)
    df.specialize(*args)
    made = "\n".join(line for line in df.source.splitlines() if "# " not in line)
    assert not any(word in made for word in ("list(", "tuple(", "match_dtype", "unbroadcast", "np.copy("))
