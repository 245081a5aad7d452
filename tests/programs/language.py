"""Small programs, one for each construct of the language, with arguments to try them at.

`tests/test_language.py` checks the value and the gradient of each. A program returns one real
number; every float argument of it is differentiated by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

V = np.array([0.5, -1.2, 0.8, 1.5])
W = np.array([1.1, 0.3, -0.7, 0.2])
M = np.array([[0.4, -0.3, 0.9], [1.2, 0.6, -0.5]])
SQUARE = np.array([[0.4, -0.3], [0.7, 1.1]])


@dataclass(frozen=True, slots=True)
class Case:
    """A program and the arguments of each call that is checked."""

    function: Callable[..., Any]
    calls: tuple[tuple[Any, ...], ...]

    @property
    def name(self) -> str:
        return self.function.__name__


CASES: list[Case] = []


def at(*calls: tuple[Any, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated program into the table, with the arguments of several calls."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        CASES.append(Case(function, calls))
        return function

    return add


# ------------------------------------------------------------------------------- assignments


@at((1.5, 0.5))
def tuple_assignment(x, y):
    a, b = x * y, x + y
    a, b = b, a
    return a * a + b


@at((1.5, 0.5))
def tuple_assignment_in_parentheses_and_brackets(x, y):
    (a, b) = (x, y)
    [c, d] = [a * b, a - b]
    return c * d


@at((1.5, 0.5))
def nested_tuple_assignment(x, y):
    a, (b, c) = x, (x * y, y)
    return a * b + c * c


@at((V,))
def unpack_an_array(v):
    a, b, c, d = v
    return a * b + np.sin(c) * d


@at((M,))
def unpack_the_rows_of_a_matrix(m):
    a, b = m
    return np.sum(a * b * b)


@at((V,))
def starred_assignment(v):
    first, *rest = [v[0], v[1], v[2], v[3]]
    return first * rest[0] + rest[2] * rest[1]


@at((1.5, 0.5))
def starred_assignment_in_the_middle(x, y):
    first, *middle, last = x, y, x * y, x + y, 2.0
    return first * middle[1] * last + middle[2] * middle[0]


@at((1.5,))
def chained_assignment(x):
    a = b = x * x
    a = a * 2.0
    return a * b


@at((1.5, 0.5))
def chained_tuple_assignment(x, y):
    p = a, b = x * y, x - y
    return p[0] * a + b * p[1]


@at((1.5,))
def augmented_assignment(x):
    a = x
    a += 2.0 * x
    a *= x
    a -= 1.0
    a /= x + 3.0
    a **= 2
    return a


@at((2.5,))
def augmented_floor_division_and_modulo(x):
    a = x * 3.0
    a %= 2.0
    b = x * x
    b //= 1.5
    return a * a + b * x


@at((V,))
def augmented_assignment_of_an_array(v):
    a = v * 2.0
    a += v * v
    a *= 0.5
    return np.sum(a * v)


@at((V,))
def augmented_assignment_changes_an_alias(v):
    a = v * 2.0
    b = a
    b += v * v
    return np.sum(a * b)


@at((SQUARE,))
def augmented_matmul(a):
    b = a * 1.0
    b @= a
    return np.sum(b * a)


@at((1.5,))
def annotated_assignment(x):
    a: float = x * x
    b: float
    b = a * x
    return b


@at((1.5,))
def walrus(x):
    if (y := x * x) > 1.0:
        return y * x
    return y


@at((1.5,))
def walrus_in_an_expression(x):
    return (y := np.sin(x)) * y + y * x


@at((1.5, 0.5))
def swap_in_a_loop(x, y):
    for _ in range(3):
        x, y = y, x * 0.5 + y
    return x * y


@at((1.5,))
def delete_a_name(x):
    a = x * x
    b = a * x
    del a
    return b


@at((1.5,))
def delete_and_bind_again(x):
    a = x * x
    b = a * x
    del a
    a = b * 2.0
    return a * x


@at((V,))
def store_elements(v):
    a = np.zeros(4)
    a[0] = v[1] * v[2]
    a[1] = a[0] * v[0]
    a[2:] = v[:2] * a[1]
    return np.sum(a * a)


@at((V,))
def augmented_store_of_elements(v):
    a = v * 1.0
    a[0] += v[1]
    a[1] *= v[2]
    a[2:] -= v[:2]
    a[3] /= 2.0
    return np.sum(a * a)


@at((V,))
def overwrite_what_was_read(v):
    a = v * 2.0
    b = np.sin(a[0]) * a[1]
    a[0] = b
    a[1] = a[0] * a[2]
    return np.sum(a * v)


@at((1.5, 0.5))
def store_in_a_list(x, y):
    items = [x, y, 0.0]
    items[2] = items[0] * items[1]
    items[0] = y * 2.0
    return items[0] * items[2] + items[1]


@at((1.5, 0.5))
def store_in_a_dict(x, y):
    d = {"a": x, "b": y}
    d["c"] = d["a"] * d["b"]
    d["a"] = d["c"] * y
    return d["a"] + d["c"] * d["b"]


@at((1.5, 0.5))
def append_to_a_list(x, y):
    items = []
    items.append(x)
    items.append(x * y)
    items.extend([y, y * y])
    return items[0] * items[1] + items[2] * items[3]


# ----------------------------------------------------------------------------------- branches


@at((1.5,), (-0.5,))
def if_without_else(x):
    y = x * x
    if x > 0.0:
        y = y * x
    return y


@at((1.5,), (-0.5,))
def if_else(x):
    if x > 0.0:
        y = x * x
    else:
        y = np.sin(x)
    return y * x


@at((2.5,), (1.5,), (0.5,), (-0.5,))
def if_elif_else(x):
    if x > 2.0:
        y = x * x
    elif x > 1.0:
        y = np.exp(x)
    elif x > 0.0:
        y = x * 3.0
    else:
        y = np.cos(x)
    return y * x


@at((1.5, 0.5), (-1.5, 0.5), (1.5, -0.5), (-1.5, -0.5))
def nested_if(x, y):
    if x > 0.0:
        if y > 0.0:
            z = x * y
        else:
            z = x - y * y
        z = z * x
    else:
        z = y
        if y > 0.0:
            z = x * x * y
    return z


@at((1.5,), (-0.5,))
def bound_on_one_path_only(x):
    if x > 0.0:
        scale = x * 2.0
    if x > 0.0:
        return scale * x
    return x * x


@at((1.5,), (-0.5,))
def a_number_on_one_path_an_active_value_on_the_other(x):
    y = 1.0
    if x > 0.0:
        y = np.sin(x)
    return y * x


@at((V,), (-V,))
def branch_on_a_reduction(v):
    if v.sum() > 0:
        w = v * v
    else:
        w = np.sin(v)
    return np.sum(w * v)


@at((1.5,), (-0.5,))
def pass_in_a_branch(x):
    y = x * x
    if x > 0.0:
        pass
    else:
        y = y * x
    return y


# -------------------------------------------------------------------------------------- loops


@at((1.1,))
def while_loop(x):
    y = x
    while y < 10.0:
        y = y * y + x
    return y


@at((1.1,))
def for_over_range(x):
    y = x
    for i in range(4):
        y = np.sin(y) * x + i
    return y


@at((1.1,))
def for_over_range_with_step(x):
    y = x
    for i in range(7, 1, -2):
        y = np.sin(y * i) + x
    return y


@at((1.1, 3), (1.1, 0))
def for_over_a_dynamic_range(x, n):
    y = x
    for i in range(n):
        y = np.sin(y) * x + i
    return y


@at((V,))
def for_over_an_array(v):
    total = 0.0
    for x in v:
        total = np.sin(total + x) * x
    return total


@at((M,))
def for_over_the_rows_of_a_matrix(m):
    total = 0.0
    for row in m:
        total = total * 0.5 + np.sum(row * row)
    return total


@at((1.5, 0.5))
def for_over_a_list(x, y):
    total = 1.0
    for item in [x, y, x * y]:
        total = total * item + x
    return total


@at((1.5, 0.5))
def for_over_a_tuple(x, y):
    total = 1.0
    for item in (x, y, x * y):
        total = total * np.cos(item)
    return total


@at((1.5, 0.5))
def for_over_the_keys_of_a_dict(x, y):
    d = {"a": x, "b": y}
    total = 1.0
    for key in d:
        total = total * d[key] + x
    return total


@at((1.5, 0.5))
def for_over_the_items_of_a_dict(x, y):
    d = {"a": x, "b": y}
    total = 1.0
    for key, value in d.items():
        total = total * value + (x if key == "a" else y)
    return total


@at((1.5, 0.5))
def for_over_the_values_of_a_dict(x, y):
    total = 1.0
    for value in {"a": x, "b": x * y}.values():
        total = total * value
    return total


@at((V,))
def for_over_enumerate(v):
    total = 0.0
    for i, x in enumerate(v):
        total += x * x * i
    return total


@at((V,))
def for_over_enumerate_with_start(v):
    total = 0.0
    for i, x in enumerate(v, 2):
        total += np.sin(x) * i
    return total


@at((V, W))
def for_over_zip(v, w):
    total = 0.0
    for a, b in zip(v, w):
        total = total * 0.5 + a * b
    return total


@at((V, W))
def for_over_enumerate_of_zip(v, w):
    total = 0.0
    for i, (a, b) in enumerate(zip(v, w)):
        total += a * b * (i + 1)
    return total


@at((V,))
def for_over_zip_with_a_list(v):
    total = 0.0
    for a, c in zip(v, [1.0, 2.0, 3.0]):
        total = total * a + c
    return total


@at((V,))
def for_over_reversed(v):
    total = 0.0
    for x in reversed(v):
        total = np.sin(total) + x * x
    return total


@at((1.1,))
def for_over_reversed_range(x):
    total = x
    for i in reversed(range(4)):
        total = total * np.cos(x * i)
    return total


@at((1.1,))
def for_over_reversed_list(x):
    total = x
    for item in reversed([x, 2.0, x * x]):
        total = np.sin(total * item)
    return total


@at((1.1,))
def for_over_tuples_in_a_list(x):
    total = x
    for a, (b, c) in [(1.0, (x, 2.0)), (x, (x, 3.0))]:
        total = np.sin(total * a) * b + c
    return total


@at((1.1, 0.7))
def nested_loops(x, y):
    total = 0.0
    for i in range(3):
        inner = x
        for j in range(i + 1):
            inner = inner * y + np.sin(inner) * j
        total = total * 0.5 + inner
    return total


@at((1.1, 0.7))
def while_inside_for(x, y):
    total = x
    for i in range(3):
        z = y
        while z < 3.0:
            z = z * 1.5 + x
        total += z * total * 0.1
    return total


@at((V,))
def break_out_of_a_loop(v):
    total = 0.0
    for x in v:
        total += x * x
        if total > 1.5:
            break
        total = total * 2.0
    return total


@at((V,))
def continue_in_a_loop(v):
    total = 1.0
    for x in v:
        if x < 0.0:
            continue
        total = total * x
    return total


@at((1.1,))
def break_out_of_a_while_loop(x):
    y = x
    while True:
        y = y * y + 0.1
        if y > 5.0:
            break
    return y * x


@at((1.1,))
def continue_in_a_while_loop(x):
    y, n = x, 0
    while n < 6:
        n += 1
        if n % 2 == 0:
            continue
        y = np.sin(y) * n + x
    return y


@at((V,))
def break_and_continue(v):
    total = 0.0
    for i in range(4):
        for x in v:
            if x < 0.0:
                continue
            if total > 3.0:
                break
            total += x * x * (i + 1)
        else:
            total += v[0]
        total = total * 0.9
    return total


@at((0.3,), (1.5,))
def else_of_a_for_loop(x):
    y = x
    for _ in range(3):
        y = y * x
        if y > 2.0:
            break
    else:
        y = np.sin(y)
    return y * x


@at((0.3,), (1.5,))
def else_of_a_while_loop(x):
    y, n = x, 0
    while n < 3:
        y = y * x
        n += 1
        if y > 2.0:
            break
    else:
        y = np.sin(y)
    return y * x


@at((0.3,))
def else_of_a_loop_without_break(x):
    y = x
    for _ in range(3):
        y = y * x
    else:
        y = np.sin(y)
    return y


@at((V, 0.5))
def number_added_to_an_array_in_a_dict(v, x):
    table = {"p": v * x, "q": 1}
    table["p"] -= 0.3
    table["q"] += v
    return np.mean(table["p"] * x) + np.mean(table["q"])


@at((V, 0.5))
def number_added_to_an_array_in_a_list(v, x):
    rows = [v * x, v + x]
    rows[0] *= 0.3
    rows[1] += x
    return np.mean(rows[0]) + np.mean(rows[1] * rows[0])


@at((0.32, 0.5), (-0.32, 0.5))
def breaks_of_two_loops_and_a_return_in_the_inner_one(x, y):
    s = y
    for _ in range(4):
        for _ in range(3):
            if x > 0.0:
                break
            return x * y
        else:
            s = s * 2.0
        s = s * x
    return s


@at((0.3,))
def else_that_breaks_the_outer_loop(x):
    y = x
    for i in range(4):
        for j in range(2):
            y = np.sin(y) + x
            if y > 5.0:
                break
        else:
            y = y * 2.0
            if i == 2:
                break
        y = y + x * i
    return y


@at((1.1,))
def loop_that_runs_zero_times(x):
    y = x * x
    for i in range(0):
        y = y * x * i
    while y < 0.0:
        y = y + x
    return y


@at((V, 3), (V, 0))
def loop_over_a_slice_that_may_be_empty(v, n):
    total = v[3]
    for x in v[:n]:
        total = total * x
    return total


@at((1.1,))
def loop_variable_after_the_loop(x):
    y = x
    for i in range(1, 5):
        y = y * 0.5 + x
    return y * i


@at((V,))
def active_loop_variable_after_the_loop(v):
    total = 0.0
    for x in v:
        total += x * x
    return total * x


@at((V,))
def loop_variable_after_a_break(v):
    total = 0.0
    for x in v:
        total += x * x
        if total > 1.5:
            break
    return total * x


@at((1.1,))
def loop_variable_changed_in_the_body(x):
    y = x
    for i in range(4):
        i = i * 2 + 1
        y = np.sin(y) + x * i
    return y * i


@at((V,))
def variable_bound_in_a_loop_only(v):
    for i in range(3):
        t = v[i] * v[i + 1]
    return t * t


@at((1.1,))
def while_with_walrus(x):
    y = x
    while (z := y * y) < 5.0:
        y = z + 0.5
    return y * z


@at((1.1,))
def while_with_and(x):
    y, n = x, 0
    while y < 100.0 and n < 3:
        y = y * y + x
        n += 1
    return y


@at((1.1,))
def triple_nested_loops(x):
    y = x
    for i in range(2):
        for j in range(3):
            for k in range(j):
                y = np.sin(y + i) * x + k
    return y


@at((1.1,))
def list_built_in_a_loop(x):
    items = [x]
    for i in range(4):
        items.append(items[-1] * np.sin(x + i))
    return items[2] * items[4] + sum(items)


@at((1.1,))
def list_changed_in_a_loop(x):
    items = [x, x * x, 1.0]
    for i in range(3):
        items[i] = np.sin(items[i] * items[(i + 1) % 3])
    return items[0] * items[1] * items[2]


@at((V,))
def array_filled_in_a_loop(v):
    a = np.zeros(5)
    a[0] = v[0]
    for i in range(4):
        a[i + 1] = np.sin(a[i]) * v[i]
    return np.sum(a * a)


@at((V,))
def array_changed_in_a_loop(v):
    a = v * 1.0
    for _ in range(3):
        a[1:-1] = (a[:-2] + a[1:-1] * a[1:-1] + a[2:]) / 3.0
    return np.sum(a * v)


# -------------------------------------------------------------------------------- early exits


@at((1.5,), (-0.5,))
def early_return(x):
    if x > 0.0:
        return x * x
    y = np.sin(x)
    return y * x


@at((2.5,), (1.5,), (0.5,))
def several_early_returns(x):
    y = x * x
    if y > 4.0:
        return y
    y = y * x
    if y > 1.0:
        y = np.sin(y)
        return y * x
    return y * y


@at((1.2,), (0.3,))
def return_inside_a_loop(x):
    y = x
    for i in range(5):
        y = y * x + 0.1
        if y > 2.0:
            return y * i * x
    return y * y


@at((V,), (V * 0.2,))
def return_inside_nested_loops(v):
    total = 0.0
    for i in range(3):
        for x in v:
            total += x * x
            if total > 6.0:
                return total * x
        total = total * 0.9
    return total


@at((1.2,), (0.3,))
def return_inside_a_while_loop(x):
    y, n = x, 0
    while n < 5:
        n += 1
        if y > 2.0:
            return y * n
        if n == 4:
            break
        y = y * x + 0.2
    return y * x


@at((1.2,), (0.3,), (3.0,))
def return_break_and_continue(x):
    y, total = x, 0.0
    for i in range(6):
        if i == 1:
            continue
        y = np.sin(y) + 0.5 * x
        total += y * i
        if total > 4.0:
            return total * y
        if total > 2.0:
            break
    else:
        return total * x
    return total


@at((1.2,), (0.3,))
def return_in_the_else_of_a_loop(x):
    y = x
    for _ in range(3):
        y = y * x
        if y > 1.5:
            break
    else:
        return y * 3.0
    return y * y


@at((1.2,), (-0.3,))
def both_branches_return_inside_a_loop(x):
    for i in range(3):
        if x > 0.0:
            return x * x * (i + 1)
        else:
            return np.sin(x)
    return x


@at((1.2,))
def loop_that_always_breaks(x):
    y = x
    for i in range(3):
        y = y * x + i
        break
    return y


@at((V,))
def break_with_an_array_carried(v):
    w = v
    for _ in range(10):
        w = w * v + 0.3
        if np.sum(w) > 4.0:
            break
    return np.sum(w * v)


@at((1.5, 0.5), (0.2, 0.5))
def return_from_a_branch_inside_a_loop_with_an_else(x, y):
    z = x
    for i in range(4):
        if z > 1.0:
            z = z * y
            if z > 1.2:
                return z * x
        else:
            z = z + y * i
    return z


@at((1.3, 0.2), (0.6, 0.2), (-1.3, 0.2))
def return_inside_a_loop_inside_a_branch(x, y):
    if x > 0.0:
        for _ in range(3):
            if 0.5 < x < 0.7:
                return y * y
    return x * y


@at((-0.5,))
def list_made_before_a_loop_and_summed_inside(x):
    items = [x, np.cos(x)]
    y = 1.0
    for _ in range(2):
        y = y * np.cos(sum(items))
    return y


# --------------------------------------------------------------------------- other statements


@at((1.5,))
def docstring_and_pass(x):
    """The square."""
    pass
    return x * x


@at((1.5,))
def asserts(x):
    y = x * x
    assert y > 0.0, f"y is {y}"
    return y * x


@at((1.5,))
def raise_on_a_path_not_taken(x):
    if x < 0.0:
        raise ValueError(f"x is {x}")
    return x * x


@at((1.5,))
def raise_on_a_path_inside_a_loop(x):
    y = x
    for _ in range(3):
        if y > 100.0:
            raise OverflowError("too large")
        y = y * x
    return y


@at((1.5,))
def import_inside_a_function(x):
    import math as m
    from math import pi

    return x * x * m.e * pi


@at((1.5,))
def module_constants(x):
    return x * FACTOR * CONFIG["scale"] + OFFSETS[1] * x


FACTOR = 2.5
CONFIG = {"scale": 3.0}
OFFSETS = (1.0, 2.0)


# -------------------------------------------------------------------------------- expressions


@at((1.5, 0.7))
def arithmetic_operators(x, y):
    return (x + y) * (x - y) / (x * y) + (-x) ** 2 + (+y) ** 3 + x**y


@at((5.3, 1.7))
def floor_division_and_modulo(x, y):
    return (x // y) * x + (x % y) * y


@at((M, np.array([1.0, -0.5, 0.2])))
def matmul_operator(m, v):
    return np.sum((m @ v) * (m @ v)) + v @ v


@at((1.5, 3, 6))
def integer_operators(x, n, k):
    return x * (n & k) + x * (n | k) + x * (n ^ k) + x * (n << 1) + x * (k >> 1) + x * ~n


@at((1.5,), (0.5,), (2.5,))
def chained_comparison(x):
    if 1.0 < x < 2.0:
        return x * x
    return np.sin(x)


@at((1.5, 0.5), (-1.5, 0.5), (1.5, -0.5))
def boolean_operators(x, y):
    if x > 0.0 and y > 0.0:
        return x * y
    if not x > 0.0 or y < -1.0:
        return x * x
    return y * y


@at((1.5,), (-1.5,))
def conditional_expression(x):
    return (x * x if x > 0.0 else np.sin(x)) * x


@at((1.5,), (0.7,), (-1.5,))
def nested_conditional_expression(x):
    return x * x if x > 1.0 else np.cos(x) if x > 0.0 else x**3


@at((1.5, None), (1.5, 2.0))
def comparison_with_none(x, y):
    if y is None:
        return x * x
    return x * y


@at((1.5, "square"), (1.5, "cube"), (1.5, "other"))
def comparison_of_strings(x, kind):
    if kind == "square":
        return x * x
    if kind in ("cube", "third"):
        return x**3
    return x


@at((1.5, True), (1.5, False))
def boolean_argument(x, flag):
    return x * x if flag else x * 3.0


@at((1.5,))
def active_value_in_a_boolean_operator(x):
    y = x * 0.0 or x * x
    z = x and x * 3.0
    return y * z


@at((V,))
def subscript_integer(v):
    return v[0] * v[-1] + v[2] ** 2


@at((V,))
def subscript_slices(v):
    return np.sum(v[1:] * v[:-1]) + np.sum(v[::2] * v[1::2]) + np.sum(v[::-1] * v) + np.sum(v[3:0:-1])


@at((M,))
def subscript_of_a_matrix(m):
    return m[0, 1] * m[1, -1] + np.sum(m[0] * m[1]) + np.sum(m[:, 1] * m[:, 0]) + np.sum(m[:, 1:] ** 2)


@at((M,))
def subscript_of_a_subscript(m):
    return m[0][1] * m[1][2] + np.sum(m[1][1:])


@at((M,))
def subscript_ellipsis(m):
    return np.sum(m[..., 1] * m[..., 0]) + np.sum(m[...] ** 2) + np.sum(m[0, ...])


@at((V,))
def subscript_newaxis(v):
    return np.sum(v[:, np.newaxis] * v[None, :] * v[:, None])


@at((V,))
def subscript_mask(v):
    return np.sum(v[v > 0.0] ** 2)


@at((M,))
def subscript_mask_of_a_matrix(m):
    return np.sum(np.sin(m[m > 0.0]))


@at((V,))
def subscript_integer_array(v):
    i = np.array([0, 2, 2, 1])
    return np.sum(v[i] * v)


@at((V,))
def subscript_list(v):
    return np.sum(v[[0, 2, 2]] ** 2)


@at((M,))
def subscript_two_integer_arrays(m):
    return np.sum(m[np.array([0, 1, 1, 1]), np.array([2, 0, 0, 1])] ** 2)


@at((M,))
def subscript_mixed(m):
    i = np.array([0, 2, 2])
    return np.sum(m[1, i] ** 2) + np.sum(m[:, i] ** 3) + np.sum(m[0:1, [1, 1]] ** 2)


@at((V, 2))
def subscript_computed(v, n):
    total = 0.0
    for i in range(n):
        total += v[i + 1] * v[2 * i] * v[n - i]
    return total


@at((M,))
def attributes_of_arrays(m):
    rows, columns = m.shape
    return np.sum(m.T @ m) * rows + m.size * columns * m.ndim + np.sum(m.T[0])


@at((M,))
def methods_of_arrays(m):
    a = m.sum(axis=0)
    b = m.sum(axis=1, keepdims=True)
    c = m.reshape(3, 2).T
    d = m.copy()
    return (a * a).sum() + (b * m).sum() + (c * d).sum() + m.dot(a).sum()


@at((M,))
def reductions(m):
    return np.sum(m**2) + np.sum(m, axis=0)[1] ** 2 + np.mean(m**2) + m.mean(axis=1)[0] ** 2


@at((M,))
def maximum_and_minimum(m):
    return np.max(m) ** 2 + m.min() * 3.0 + np.sum(np.maximum(m, 0.1) ** 2)


@at((V,))
def where(v):
    return np.sum(np.where(v > 0.0, v * v, np.sin(v)))


@at((V,))
def stack_and_concatenate(v):
    a = np.stack([v, v * v])
    b = np.concatenate([v, v[:2]])
    return np.sum(a[0] * a[1]) + np.sum(b * b)


@at((1.5, 0.5))
def array_of_scalars(x, y):
    a = np.array([x, y, x * y])
    return np.sum(a * a * a)


@at((1.5, 0.5))
def array_of_lists_of_scalars(x, y):
    a = np.array([[x, y], [y * y, 1.0]])
    return np.sum(a @ a)


@at((M, np.array([0.3, -0.2, 1.1]), 0.8, np.array([[1.5], [-0.4]])))
def broadcasting(m, v, s, column):
    a = m * v + s
    b = a * column - v
    return np.sum(b * b + s * column)


@at((1.5,))
def f_string(x):
    name = f"value {x:.3f} and {x * 2!r:>10}"
    return x * len(name)


@at((V,))
def list_comprehension(v):
    squares = [x * x for x in v]
    return squares[0] + squares[1] * squares[2]


@at((V,))
def comprehension_with_condition(v):
    return sum([x * x for x in v if x > 0.0])


@at((1.5,))
def comprehension_over_range(x):
    return sum([np.sin(x * i) for i in range(5)])


@at((1.5,))
def generator_in_sum(x):
    return sum(np.sin(x * i) for i in range(5))


@at((V, W))
def comprehension_over_zip(v, w):
    return sum([a * b for a, b in zip(v, w)])


@at((V,))
def nested_comprehension(v):
    table = [[x * y for x in v] for y in v]
    return table[0][1] * table[2][3]


@at((V,))
def comprehension_with_two_loops(v):
    return sum([x * y * y for x in v for y in v if x < y])


@at((1.5, 0.5))
def dict_comprehension(x, y):
    d = {k: v * v for k, v in [("a", x), ("b", y)]}
    return d["a"] * d["b"]


@at((V,))
def comprehension_into_an_array(v):
    return np.sum(np.array([x * x for x in v]) * v)


@at((1.5,))
def lambda_called_in_place(x):
    return (lambda y, z=2.0: y * y * z)(x) + (lambda: x)()


@at((1.5,))
def lambda_with_a_name(x):
    square = lambda y: y * y * x  # noqa: E731
    return square(x) + square(2.0)


@at((1.5, 0.5))
def tuples_and_lists(x, y):
    t = (x, y, (x * y, 2.0))
    items = [*t[:2], t[2][0]]
    return items[0] * items[2] + t[2][1] * items[1] + len(items) * x


@at((1.5, 0.5))
def concatenated_lists(x, y):
    items = [x] + [y, x * y] + [y] * 2
    return items[0] * items[1] * items[2] * items[4]


@at((1.5, 0.5))
def dicts(x, y):
    d = {"a": x, "b": {"c": y, "d": [x * y, 1.0]}}
    return d["a"] * d["b"]["c"] + d["b"]["d"][0] * d.get("e", 2.0)


@at((1.5,))
def math_functions(x):
    return math.sin(x) * math.exp(x) + math.sqrt(x) * math.pi + math.tanh(x) + math.log(x) * math.cos(x)


@at((1.5, -0.5))
def builtins(x, y):
    return abs(y) * x + max(x, y) ** 2 + min(x, y, 3.0) * sum([x, y]) + pow(x, 2) + float(x) * len([1, 2])


# -------------------------------------------------------------------------------------- calls


def square_or_sine(x):
    if x > 1.0:
        y = x * x
        return y
    z = np.sin(x)
    return z * x


def affine(x, a=2.0, b=1.0):
    y = x * a
    return y + b


def weighted(*values, scale=1.0):
    total = 0.0
    for i, value in enumerate(values):
        total += value * (i + 1)
    return total * scale


def options(x, **kwargs):
    return x * kwargs["scale"] + kwargs.get("offset", 0.0)


def two_values(x, y):
    return x * y, x + y


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def even(x, n):
    if n == 0:
        return x
    return odd(np.sin(x), n - 1)


def odd(x, n):
    if n == 0:
        return x * x
    return even(x * 1.5, n - 1)


def newton(x, a):
    for _ in range(20):
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if step * step < 1e-30:
            break
    return x


def apply(f, x):
    return f(x) * x


def twice(f, x):
    return f(f(x))


@at((1.5,), (0.5,))
def call_of_a_function_with_early_returns(x):
    y = square_or_sine(x) * x
    return y * square_or_sine(y)


@at((1.5, 0.5))
def call_with_keywords_and_defaults(x, y):
    return affine(x) + affine(x, 3.0) * affine(x, b=y) + affine(b=x, a=y, x=x)


@at((1.5, 0.5))
def call_with_star_arguments(x, y):
    args = (x, y, x * y)
    return weighted(*args) + weighted(x, y, scale=x) + affine(*[x, y])


@at((1.5, 0.5))
def call_with_keyword_arguments(x, y):
    given = {"scale": y, "offset": x}
    return options(x, **given) + options(x, scale=y * 2.0) + affine(x, **{"a": y})


@at((1.5, 0.5))
def call_with_several_results(x, y):
    a, b = two_values(x, y)
    c = two_values(a, b)
    return c[0] * c[1] + two_values(x, x)[0]


def plus_one(a):
    return a + 1.0


def sum_and_itself(a, b):
    return a + b, b


@at((V, W))
def call_whose_pullback_hands_its_cotangent_on(x, y):
    squares = np.sum(x * x)
    return np.sum((plus_one(x) + y) ** 2) + squares


@at((V, W))
def call_whose_pullback_gives_one_cotangent_twice(x, y):
    before = np.sum(x * y * y)
    a, _ = sum_and_itself(x, y)
    return np.sum(a * a) + before


@at((V, W))
def call_whose_pullback_gives_new_cotangents(x, y):
    a, b = two_values(x, y)
    return np.sum(a * b * x)


def doubled(a):
    return a * 2.0


def doubled_by_another(a):
    return doubled(a)


def doubled_twice(a):
    b = doubled(a)
    return b, doubled(b)


@at((V,))
def result_of_a_call_changed_in_place(x):
    y = doubled(x)
    y += 1.0
    z = doubled_by_another(y)
    z[0] = 2.0
    return np.sum(y * z)


@at((V,))
def results_of_a_call_changed_in_place(x):
    a, b = doubled_twice(x)
    b *= x
    return np.sum(a * b * x)


@at((V,))
def result_of_a_call_changed_in_a_loop(x):
    y = doubled(x)
    total = 0.0
    for k in range(len(x)):
        y[k] *= x[k]
        total += y[k]
        y = doubled(y)
    return np.sum(y * y) + total


@at((1.2,))
def recursion(x):
    return power(x, 4) + power(x, 0)


@at((1.2,))
def mutual_recursion(x):
    return even(x, 3) * even(x, 2)


@at((2.0, 3.0))
def call_of_a_function_with_a_loop(x, a):
    return newton(x, a) * x + newton(a, x)


@at((1.2, 0.6))
def calls_in_a_loop(x, y):
    total = x
    for i in range(3):
        total = affine(total, y) * 0.5
        if square_or_sine(total) > 2.0:
            total = total + square_or_sine(y) * i
    return total


@at((1.2,))
def functions_as_arguments(x):
    return apply(square_or_sine, x) + twice(affine, x) + apply(np.sin, x) + apply(affine, np.cos(x))


@at((1.2,))
def lambda_as_an_argument(x):
    return apply(lambda y: y * y, x)


@at((1.2, 0.5))
def nested_def(x, y):
    def inner(z):
        w = z * y
        if w > 0.5:
            return w * w
        return np.sin(w)

    return inner(x) * inner(y)


@at((1.2, 0.5))
def nested_def_with_a_loop(x, y):
    def inner(z, n=3):
        total = z
        for i in range(n):
            total = np.sin(total) * y + i
            if total > 2.5:
                break
        return total

    return inner(x) * inner(y, n=2) + inner(z=x * y)


@at((1.2,))
def nested_def_sees_later_assignments(x):
    scale = 2.0

    def inner(z):
        return z * scale

    a = inner(x)
    scale = x * 3.0
    return a * inner(x)


@at((1.2,))
def nested_def_called_in_a_loop(x):
    def step(y, i):
        return np.sin(y) * x + i

    y = x
    for i in range(3):
        y = step(y, i)
    return y


@at((V,))
def call_with_an_array(v):
    return np.sum(affine(v, v)) + np.sum(affine(v, b=v * v))


@at((V,))
def call_of_a_function_that_changes_its_argument(v):
    a = v * 2.0
    fill_head(a, v[1] * v[2])
    return np.sum(a * a)


def fill_head(a, value):
    a[0] = value * a[1]


def _make_closure():
    scale, offsets = 2.5, np.array([1.0, 2.0, 3.0, 4.0])

    @at((V,))
    def closure_variables(v):
        return np.sum(v * v * offsets) * scale

    return closure_variables


_make_closure()


class Model:
    """An object whose attributes are constants of a program."""

    rate = 0.3

    def __init__(self):
        self.weights = np.array([1.0, -2.0, 0.5, 0.25])


MODEL = Model()


@at((V,))
def attributes_of_an_object(v):
    return np.sum(v * v * MODEL.weights) * MODEL.rate


# ---------------------------------------------------------------------------- list/dict inputs


PARAMS = [np.array([[0.3, -0.2], [0.5, 0.1], [0.2, 0.9]]), np.array([0.1, -0.1]), np.array([0.7, 0.4])]


@at((PARAMS, np.array([1.0, 0.5, -0.2])))
def mlp(params, x):
    hidden = np.tanh(x @ params[0] + params[1])
    return np.sum(hidden * params[2])


@at(([(SQUARE, np.array([0.1, 0.2])), (SQUARE.T * 0.5, np.array([0.3, -0.4]))], np.array([1.0, 0.5])))
def mlp_with_layers(layers, x):
    for weights, bias in layers:
        x = np.tanh(x @ weights + bias)
    return np.sum(x * x)


@at(({"a": 1.5, "b": V},))
def dict_argument(params):
    return params["a"] * np.sum(params["b"] * params["b"])


@at(((1.5, V),))
def tuple_argument(pair):
    a, b = pair
    return a * a * np.sum(np.sin(b))


@at(([1.5, 0.5, 2.0],))
def list_of_numbers(values):
    total = 1.0
    for value in values:
        total = total * np.sin(value)
    return total


@at(({"layers": [{"w": SQUARE, "b": 0.5}, {"w": SQUARE * 2.0, "b": -0.5}], "scale": 2.0}, np.array([1.0, -0.5])))
def nested_structure(params, x):
    for layer in params["layers"]:
        x = np.tanh(layer["w"] @ x + layer["b"])
    return np.sum(x) * params["scale"]


@at((1.5, 0.5))
def keyword_only_and_positional_only(x, /, y=2.0, *, z=3.0):
    return x * y * z


@at((1.5,))
def returns_a_global_of_another_function(x):
    return affine(x) * FACTOR


# ------------------------------------------------------------------------------------------ match


@at((1.5, "square"), (1.5, "cube"), (1.5, "third"), (1.5, None), (1.5, "other"))
def match_of_constants(x, kind):
    match kind:
        case "square":
            return x * x
        case "cube" | "third":
            y = x**3
        case None:
            y = 2.0 * x
        case _:
            y = np.sin(x)
    return y * x


class Kind:
    FIRST = 1
    SECOND = 2


@at((1.5, 0.5, 1), (1.5, 0.5, 2), (1.5, 0.5, 3))
def match_in_a_loop_with_guards(x, y, kind):
    total = 0.0
    for k in range(4):
        match kind + k % 2:
            case Kind.FIRST if x > y:
                total += x * y
            case Kind.SECOND if k > 2:
                break
            case Kind.SECOND:
                total = total * x
                continue
            case other if other > 3:
                total += other * y
            case other:
                total -= x / other
        total += y
    return total


@at((1.5, 0.5))
def match_that_takes_nothing(x, y):
    match y > 1:
        case True:
            x = x * y
    return x * x
