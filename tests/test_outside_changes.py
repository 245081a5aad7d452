"""Arrays from outside that one function reads, and another may change: a function that is called with one
is no change of it, unless it changes what it is given."""

import numpy as np
import pytest

from adcompile import Refused, grad

SHARED = np.ones(3)
OTHER = np.ones(3)
MATRIX = 2.0 * np.eye(3)
WEIGHTS = np.array([0.5, -1.0, 2.0])
X = np.array([1.0, 2.0, 3.0])


def reads(x):
    return np.sum(SHARED * x)


def shuffled(s):
    np.random.shuffle(s)


def deeper(s):
    shuffled(s)


def in_a_try(s):
    try:
        s[0] = 5.0
    finally:
        s[1] = 4.0


def of_itself(s, n):
    s[0] = 5.0
    if n > 0:
        of_itself(SHARED, n - 1)


CHANGES = [
    lambda x: reads(x) * (shuffled(SHARED) or 1.0) * np.sum(x),
    lambda x: reads(x) * (deeper(SHARED) or 1.0) * np.sum(x),
    lambda x: reads(x) * (in_a_try(SHARED) or 1.0) * np.sum(x),
    lambda x: reads(x) * (of_itself(OTHER, 1) or 1.0) * np.sum(x),
    lambda x: reads(x) * (np.random.shuffle(SHARED) or 1.0) * np.sum(x),
]


@pytest.mark.parametrize("changes", CHANGES)
def test_a_change_in_another_function_is_refused(changes):
    with pytest.raises(Refused):
        grad(changes)(X)
    assert np.all(SHARED == 1.0)


def solved(matrix, b):
    return np.linalg.solve(matrix, b)


def test_emitted_functions_that_are_given_an_outside_array_leave_it():
    def first(b):
        return np.sum(solved(MATRIX, b) ** 3)

    def slope(b):
        return np.sum(grad(first)(b) * WEIGHTS)

    expected = 0.75 * X * WEIGHTS  # first(b) is the sum of b ** 3 / 8
    assert np.allclose(grad(slope)(X), expected)
    inner = grad(lambda b: np.sum(grad(lambda b: np.sum(solved(MATRIX, b) ** 3))(b) * WEIGHTS))
    assert np.allclose(inner(X), expected)
