"""Derivatives within a program of functions that change what they are given: the program's arrays, lists
and dicts are left as the functions leave them, and every name of them sees it."""

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad, jvp

X = np.array([0.5, -1.2, 0.8])


def changes_arrays_of_a_list(items):
    items[0] *= items[1]
    items[1][0] = items[0][1]
    return np.sum(items[0] * items[1])


def grows_a_list(items):
    items[0] = items[0] * items[1]
    items.append(items[0] * 2.0)
    return np.sum(items[0] * items[2])


def changes_entries(entries):
    entries["a"][0] *= entries["b"][1]
    entries["a"][1][2] = entries["b"][0]
    entries["n"] = entries["n"] * 2.0 + entries["b"][0]
    return np.sum(entries["a"][0] * entries["a"][1]) * entries["n"]


def replaces_entries(entries):
    entries["a"] = entries["a"] * entries["b"]
    entries["c"] = entries["a"] * 2.0
    return np.sum(entries["a"] * entries["c"])


def arrays_of_a_list(x):
    items = [x * 1.0, x * 2.0]
    first, others = items[0], [items[1]]
    g = grad(changes_arrays_of_a_list)(items)
    return np.sum(first * g[0]) + np.sum(items[0] * others[0])


def arrays_of_a_list_in_a_loop(x):
    items = [x * (k + 1.0) for k in range(3)]
    for _ in range(2):
        g = grad(changes_arrays_of_a_list)(items)
        items[0] = items[0] + 0.1 * g[1]
    return np.sum(items[0] * items[1] * items[2])


def list_that_grows(x):
    items = [x * 1.0, x * 2.0]
    first = items[0]
    g = grad(grows_a_list)(items)
    return np.sum(first * g[0]) + np.sum(items[0] * items[1] * items[2])


def list_in_a_dict(x):
    entries = {"a": [x * 1.0, x * 2.0], "b": x * 3.0, "n": x[0]}
    second, n = entries["a"][1], entries["n"]
    g = grad(changes_entries)(entries)
    return np.sum(second * entries["a"][0] * g["a"][0]) * entries["n"] + n


def entries_of_a_dict(x):
    entries = {"a": x * 1.0, "b": x * 2.0}
    a = entries["a"]
    g = grad(replaces_entries)(entries)
    return np.sum(a * g["a"]) + np.sum(entries["a"] * entries["c"])


def tangent_that_is_the_list_itself(x):
    items = [x * 1.0, x * 2.0]
    value, tangent = jvp(changes_arrays_of_a_list)(items, items)
    return value * tangent + np.sum(items[0] * items[1])


PROGRAMS = (
    *(arrays_of_a_list, arrays_of_a_list_in_a_loop, list_that_grows, list_in_a_dict),
    *(entries_of_a_dict, tangent_that_is_the_list_itself),
)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_every_name_sees_what_is_given_back(f):
    check_grads(f, (X,))


def test_an_array_under_a_name_of_its_own_that_a_list_held():
    """The list holds another array then; the compiler does not follow which."""

    def f(x):
        y = x * 1.0
        items = [y, x * 2.0]
        g = grad(grows_a_list)(items)
        y[1] = 3.0
        return np.sum(items[0] * g[0]) + np.sum(y)

    with pytest.raises(Refused, match=", which may share its memory,"):
        grad(f)(X)
