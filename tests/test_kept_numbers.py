"""Numbers that are not what they are taken for: stored into arrays of ints, complex powers, operators of objects."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from adcompile import Refused, grad, jvp, value_and_grad, vjp
from adcompile.testing.programs.checks import check_program, check_second_order
from adcompile.testing.programs.orders import Derivatives, check_order

V = np.array([0.52, -1.2, 0.83, 1.5])


def ints_of_a_comprehension(x):
    a = np.array([i * 2 for i in range(4)])
    a[1] = x[0] * 9.1
    return np.sum(a * x)


def ints_of_a_count(x):
    a = np.bincount([1, 2, 3, 3])
    a[1:] += np.argsort(x)[1:]
    a[1] = x[0] * 9.1
    return np.sum(a * x)


class Held:
    """An object that holds ints."""

    def __init__(self):
        self.k = np.array([1, 2, 3, 4])


HELD = Held()


def ints_of_an_object(x):
    a = HELD.k.copy()
    a[0] = x[0] * 9.1
    return np.sum(a * x)


@pytest.mark.parametrize("f", [ints_of_a_comprehension, ints_of_a_count, ints_of_an_object])
def test_a_store_into_an_array_that_turns_out_to_be_of_ints_is_refused(f):
    with pytest.raises(TypeError, match="stored in an array of int64"):
        grad(f)(V)
    with pytest.raises(TypeError, match="stored in an array of int64"):
        jvp(f)(V, V)


def floats_of_a_comprehension(x):
    a = np.array([i * 2.0 for i in range(4)])
    a[1] = x[0] * 9.1
    return np.sum(a * x)


def test_a_store_into_an_array_that_turns_out_to_be_of_floats():
    check_program(floats_of_a_comprehension, (V,))


def root(x):
    return np.abs(x**0.5)


def any_power(x, y):
    return abs(x**y)


def changed_by_a_power(x, y):
    x **= 1.5
    return abs(x * y)


@pytest.mark.parametrize("f, args", [(root, (4.0,)), (any_power, (4.0, 1.5)), (changed_by_a_power, (4.0, 3.0))])
def test_a_power_of_a_negative_number_is_refused(f, args):
    check_program(f, args)
    below = (-args[0], *args[1:])
    assert isinstance(below[0] ** 0.5, complex)
    for df in (grad(f), value_and_grad(f)):
        with pytest.raises(TypeError, match="complex number in Python"):
            df(*below)
    with pytest.raises(TypeError, match="complex number in Python"):
        jvp(f)(*below, 1.0)


def test_a_passive_power_of_a_negative_number_is_refused():
    def f(x, s):
        return np.sum(np.abs(x * s**0.5))

    with pytest.raises(TypeError, match="complex number in Python"):
        grad(f)(V, -4.0)


def no_check(x):
    return (x * x + 1) ** 0.5 + (x**2) ** 1.5 + abs(x) ** 0.3 + 2.0**x + x**3 + x**2.0


def test_powers_that_are_certainly_real_are_not_looked_at():
    text = check_program(no_check, (-4.0,))
    assert "require_real_power" not in text


def called(seen, k):
    seen.append(k)
    return k


def indices_with_an_effect(x):
    seen = []
    rows = [x * 1.0, x * 2, x * 3]
    rows[called(seen, 1)][called(seen, 2)] = x[0]
    rows[called(seen, 2)].fill(x[1])
    return np.sum(rows[0] * rows[1] * rows[2]) * len(seen)


def test_what_stands_in_a_target_is_computed_once():
    check_program(indices_with_an_effect, (V,), pulled=True)


def rows_by_what_a_dict_holds(x, d):
    y = np.outer(x, x)
    y[d["rows"]][0] = 5.0
    return np.sum(y * y)


def test_a_change_of_what_may_be_a_copy():
    held = {"rows": 1}
    check_program(rows_by_what_a_dict_holds, (V, held))
    check_program(rows_by_what_a_dict_holds, (V, {"rows": np.array([0, 2])}))


def passive_products_of_vectors(x, a):
    w = np.array([1.0, 2.0, 3.0, 4.0])
    k, m = np.vecdot(w, w), np.matvec(np.outer(w, w), w)
    return np.sum(x * k) + np.sum(x * m) + np.sum(a * np.vecmat(w[:3], np.outer(w[:3], w)))


def sums_from_arrays_on(x):
    a, b = sum([x[0], x[1]], np.zeros(3)), sum(x, np.ones((2, 2)))
    return np.sum(a * a) + np.sum(b**2)


def lists_times_arrays(x):
    return np.sum([1.0, 2.0, 3.0, 4.0] * x) + np.sum(x * [1, 2, 3, 4]) + np.sum((3.0, 1.0) * x[:2] ** 2)


def test_sequences_with_arrays():
    check_program(sums_from_arrays_on, (V,))
    check_program(lists_times_arrays, (V,))
    check_second_order(lists_times_arrays, (V,), 0)


def test_passive_products_of_vectors():
    args = V, np.outer(V[:3], V)
    check_program(passive_products_of_vectors, args)
    check_second_order(passive_products_of_vectors, args, 1)


class Shifted:
    """An object whose class says what operators do."""

    def __add__(self, x):
        return x * 3

    __radd__ = __add__

    def dot(self, x):
        return x * 5


class Holder:
    """An object that holds another one, and numbers."""

    shift, weights = Shifted(), np.array([1.0, 2.0, 3.0, 4.0])


SHIFTED, HOLDER = Shifted(), Holder()


def operator_of_an_object(x):
    return np.sum(SHIFTED + x)


def test_an_operator_of_an_object_is_refused():
    with pytest.raises(Refused, match="an operator is given 'SHIFTED', a Shifted"):
        grad(operator_of_an_object)(V)


def operator_of_a_held_object(x):
    return np.sum(x + HOLDER.shift)


def operator_of_a_new_object(x):
    made = Shifted()
    return np.sum(made + x)


def method_of_a_held_object(x):
    return np.sum(HOLDER.shift.dot(x))


@pytest.mark.parametrize("f", [operator_of_a_held_object, operator_of_a_new_object, method_of_a_held_object])
def test_an_operator_of_what_turns_out_to_be_an_object_is_refused(f):
    for df in (grad(f), vjp(f)):
        with pytest.raises(TypeError, match="is given a Shifted, whose class"):
            df(V)
    with pytest.raises(TypeError, match="is given a Shifted, whose class"):
        jvp(f)(V, V)


def operator_of_held_numbers(x):
    return np.sum(HOLDER.weights * x**2) + HOLDER.weights.dot(x)


def test_an_operator_of_what_turns_out_to_be_numbers():
    check_program(operator_of_held_numbers, (V,))


def sums_in_a_dict_with_a_default(x):
    sums = defaultdict(float)
    for i, v in enumerate(x):
        sums[i % 2] += v * v
    return sums[0] * sums[1]


def test_a_dict_with_a_default_in_forward_mode():
    check_program(sums_in_a_dict_with_a_default, (V,))
    check_order(Derivatives(sums_in_a_dict_with_a_default, (V,)), 1)
