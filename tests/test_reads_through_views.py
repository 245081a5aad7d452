"""Elements that are read through views: their cotangents go through the same views."""

import numpy as np
import pytest

from adcompile import grad
from adcompile.testing.gradients import numerical_gradient

A = np.cos(np.arange(1.0, 21.0)).reshape(4, 5)


def through_a_transpose(a):
    b = a * 1.0
    for j in range(1, 5):
        b.T[j, 1:-1] = b.T[j, 1:-1] * b.T[j - 1, :-2]
    return np.sum(b * b)


def through_a_row(a):
    b = a * 1.0
    for i in range(1, 4):
        row = b[i - 1]
        b[i, 0] = b[i, 0] * row[1] * row[2]
    return np.sum(b * b)


def through_two_views(a):
    b = a * 1.0
    for i in range(1, 4):
        b[i, 0] = b.T[1][i - 1] * b.T[2][i] * np.swapaxes(b, 0, 1)[i, i - 1]
    return np.sum(b)


def a_view_that_is_read_whole_as_well(a):
    b = a * 1.0
    total = 0.0
    for i in range(1, 4):
        row = b[i - 1]
        total += np.sum(row * row) * row[1]
        b[i, 0] = row[2] * row[3] + total
    return np.sum(b * b)


def a_view_from_before_the_store(a):
    b = a * 1.0
    row = b[1].copy()
    b[1, 2] = row[2] * row[0]
    b[0, 1] = row[1] * b[1, 2]
    return np.sum(b * b)


def a_view_from_outside_the_loop(a):
    t = a.T
    s = 0.0
    for k in range(4):
        s += t[k, k] * t[k + 1, 0] * a[k, 1]
    return s


def on_one_side_of_a_branch(a):
    b = a * 1.0
    for i in range(1, 4):
        if a[i, 0] > 0:
            b[i, 1] = b.T[2, i] * b.T[1, i - 1]
        else:
            b[i, 2] = b[i - 1][0] * 2.0
    return np.sum(b * b)


def an_element_that_is_read_twice(a):
    b = a * 1.0
    for i in range(3):
        b[i, 0] = b.T[1, i] * b.T[1, i] + b[i][1]
    return np.sum(b * b)


def by_an_array_of_indices(a):
    b = a * 1.0
    for i in range(3):
        b[i, 0] = np.sum(b.T[np.array([1, 1, 2])] ** 2)
    return np.sum(b * b)


def a_diagonal(a):
    b = a * 1.0
    for i in range(3):
        b[i, 0] = np.diagonal(b)[i] * np.diagonal(b)[1]
    return np.sum(b * b)


READS = [
    *(through_a_transpose, through_a_row, through_two_views, a_view_that_is_read_whole_as_well),
    *(a_view_from_before_the_store, a_view_from_outside_the_loop, on_one_side_of_a_branch),
    *(an_element_that_is_read_twice, by_an_array_of_indices, a_diagonal),
]


@pytest.mark.parametrize("f", READS)
def test_gradient(f):
    np.testing.assert_allclose(grad(f)(A), numerical_gradient(f, [A]), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("f", [through_a_transpose, through_a_row])
def test_no_cotangent_of_the_whole_view_is_made(f):
    df = grad(f)
    df(A)
    sweep = df.source.partition("b_bar = ")[2]
    assert "zeros" not in sweep
    again = grad(lambda a: np.sum(df(a) * np.sin(a)))
    expected = numerical_gradient(lambda a: float(np.sum(df(a) * np.sin(a))), [A])
    np.testing.assert_allclose(again(A), expected, rtol=1e-6, atol=1e-7)
