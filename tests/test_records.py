"""Tuples of which some items move: what is recorded beside an active value has no tangent, and what
any path makes active has one, in both modes and twice."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import grad, hvp, jvp
from adcompile.testing.programs.references import reference_gradient

X = np.array([0.7, -1.1, 0.4])
Y = np.array([1.3, 0.2, -0.8])


def read_backwards(x, ys):
    tape = []
    for y in ys:
        x = np.sin(x * y)
        tape.append((y, x))
    total = 0.0
    for y, after in reversed(tape):
        total += y * np.sum(after * after)
    return total


def becomes_active_in_a_later_trip(x, y):
    pair = (x, y)
    for _ in range(3):
        first, second = pair
        pair = (second * 1.5, first * second)
    return np.sum(pair[0] ** 2 * y)


def one_record_of_many_is_active(x, y):
    tape = []
    for k in range(4):
        tape.append((y, x * k) if k != 2 else (x * y, y))
    total = 0.0
    for first, second in tape:
        total += np.sum(first * second * first)
    return total


def records_in_two_lists(x, y):
    one, other = [(y, x)], [(x * x, y)]
    for first, second in one + other:
        y = y * first + second
    return np.sum(y)


def record_that_is_replaced(x, y):
    tape = [(y, x), (y, y)]
    tape[1] = (x * y, y)
    return np.sum(tape[0][0] * tape[1][0] ** 2) + np.sum(tape[0][1] ** 3 * tape[1][1])


def records_in_records(x, y):
    tape = [((y, x), y), ((y, x * x), y)]
    total = 0.0
    for pair, last in tape:
        total += np.sum(pair[0] * pair[1] * last)
    return total


def records_behind_a_counter(x, y):
    tape = [(y, x), (y, x * y)]
    return sum(np.sum(tape[k][k] * tape[1 - k][1]) for k in range(2))


PROGRAMS = [
    *(becomes_active_in_a_later_trip, one_record_of_many_is_active, records_in_two_lists),
    *(record_that_is_replaced, records_in_records, records_behind_a_counter, read_backwards),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_both_modes(program):
    expected = reference_gradient(program, (X, Y))
    np.testing.assert_allclose(grad(program)(X, Y), expected, rtol=1e-9)
    along = [jvp(program)(X, Y, e)[1] for e in np.eye(3)]
    np.testing.assert_allclose(along, expected, rtol=1e-9)


@pytest.mark.parametrize("program", PROGRAMS)
def test_second_order(program):
    gradient = grad(program)
    along = Y * X - 0.3
    expected = reference_gradient(lambda x: np.sum(gradient(x, Y) * along), (X,))
    np.testing.assert_allclose(hvp(program)(X, Y, along), expected, rtol=1e-7)
    np.testing.assert_allclose(grad(lambda x: np.sum(gradient(x, Y) * along))(X), expected, rtol=1e-7)


def test_what_is_recorded_beside_an_active_value_is_not_multiplied():
    product = hvp(read_backwards)
    product(X, Y, X)
    assert "y_dot" not in product.source
