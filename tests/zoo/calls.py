"""Functions that change their arguments, return views of them, or keep what they are given."""

from __future__ import annotations

import numpy as np

from adcompile import no_grad

from .table import SQUARE, M, P, V, W, at


def scale(y, factor):
    y *= factor


def scale_and_sum(y, factor):
    y *= factor
    return np.sum(y)


def total(y):
    return np.sum(y * y)


def inner(y):
    return y[1:-1]


def set_first(items, value):
    items[0] = value


def add_product(out, a, b):
    out += a * b


def relax(u, source):
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * (u[i - 1] + u[i + 1]) + source[i] * u[i]


def halve_all(y, depth):
    if depth == 0:
        return
    y *= 0.5
    y[0] += 1.0
    halve_all(y, depth - 1)


def larger(a, b):
    return a if a[0] > b[0] else b


@at((V, 1.7))
def function_that_returns_nothing(x, s):
    y = x * x
    scale(y, s)
    scale(y[1:3], x[0])
    return np.sum(y * x)


@at((V, 1.7))
def function_changes_the_argument_of_the_program(x, s):
    scale(x, s)
    return np.sum(x * x)


@at((V, 1.7))
def changed_by_one_function_and_read_by_another(x, s):
    scale(x, s)
    return total(x)


@at((V,))
def function_changes_and_returns_a_number(x):
    y = x * x
    a = scale_and_sum(y, x[0])
    b = scale_and_sum(y, a)
    return a * b + np.sum(y)


@at((P,))
def function_returns_a_view(x):
    y = x * x
    part = inner(y)
    part *= x[:4]
    inner(inner(y))[0] = x[0]
    return np.sum(y * y)


@at((V, W))
def one_array_passed_twice(x, w):
    y = x * w
    add_product(y, y, y)
    return np.sum(y * x)


@at((M,))
def two_overlapping_views_passed(a):
    b = a * a
    add_product(b[1:], b[:-1], a[1:])
    return np.sum(b * b)


@at((P, np.array([0.1, 0.2, 0.3, 0.2, 0.1, 0.0])))
def sweeps_by_a_function(u, source):
    for _ in range(3):
        relax(u, source)
    return np.sum(u * u)


@at((V,))
def function_stores_into_a_list(x):
    items = [x[0], x[1]]
    set_first(items, x[2] * x[3])
    return items[0] * items[1]


@at((V,))
def function_stores_into_a_list_or_an_array(x):
    y = x * x
    set_first(y, x[3])
    set_first(y[1:], x[2])
    return np.sum(y * y)


@at((V,))
def recursion_that_changes_its_argument(x):
    y = x * x
    halve_all(y, 3)
    return np.sum(y * y)


@at((V, W), (W, V))
def function_returns_one_of_its_arguments(x, w):
    a, b = x * x, w + 1.0
    c = larger(a, b)
    c *= 2.0
    return np.sum(a * b)


@at((V,))
def inner_function_changes_an_array_of_the_outer_one(x):
    y = x * x

    def bump(k):
        y[k] += x[k]

    bump(0)
    bump(2)
    return np.sum(y * y)


@at((V,))
def lambda_reads_an_array_that_changes(x):
    y = x * x
    energy = lambda: np.sum(y * y)  # noqa: E731
    before = energy()
    y[1] = x[0]
    return before * energy()


@at((SQUARE, np.array([1.0, -2.0, 0.5])))
def substitution_by_functions(a, b):
    def forward(l, y):
        for i in range(3):
            y[i] = (y[i] - l[i, :i] @ y[:i]) / l[i, i]

    def backward(u, y):
        for i in range(2, -1, -1):
            y[i] = (y[i] - u[i, i + 1 :] @ y[i + 1 :]) / u[i, i]

    forward(a, b)
    backward(a.T, b)
    return np.sum(b * b)


@at((np.array([1.0]),))
def scaled_by_a_hundred_without_a_derivative(x):
    # SEEDS, row 12: the value changes, the derivative does not.
    y = 2 * x
    with no_grad():
        x *= 100
    return np.sum(y) + np.sum(x * 0.0)


@at((V, 0.1))
def gradient_steps_that_are_not_differentiated(w, rate):
    loss = np.sum(np.sin(w))
    with no_grad():
        w -= rate * np.cos(w)
    return loss * loss


def triple_the_first(a):
    a[0] = a[0] * 3.0
    return a[1]


@at((P,))
def right_side_changes_the_element_that_is_added_to(x):
    y = x * 1.0
    y[0] += triple_the_first(y)
    return np.sum(y * y)
