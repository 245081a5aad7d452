"""Sizes that look alike and are not: each program here is wrong if two of them are taken for one."""

import numpy as np
import pytest

from adcompile import check_grads, grad


def first_of_zeros(k, y):
    out = np.zeros(k)
    out[0] = y
    return out


def sizes_of_a_callee(x, i, j):
    """Both arrays are made from a number of unknown size, one of them by another function."""
    return np.sum(np.ones(i) * first_of_zeros(j, x))


def sizes_of_two_calls(x, i, j):
    return np.sum(first_of_zeros(i, x) * first_of_zeros(j, x * x))


def items_of_a_list(params, x):
    """Items of different sizes, one of them spread over another."""
    total = 0.0
    for a in params:
        total += np.sum(a * params[-1] * x)
    return total


def first_and_last(params, x):
    return np.sum((params[0] + x) * params[-1].sum())


@pytest.mark.parametrize("f", [sizes_of_a_callee, sizes_of_two_calls])
@pytest.mark.parametrize("sizes", [(4, 1), (1, 4), (3, 3), (1, 1)])
def test_callee(f, sizes):
    check_grads(f, (1.5, *sizes), 0)


@pytest.mark.parametrize("sizes", [(3, 1, 1), (1, 1, 1), (4, 4, 1), (3, 3, 3), (1, 3, 3), (1, 1, 3)])
@pytest.mark.parametrize("f", [items_of_a_list, first_and_last])
def test_items(f, sizes):
    arrays = [np.linspace(0.3, 1.1, n) + 0.1 * i for i, n in enumerate(sizes)]

    def flat(a, b, c, x):
        return f([a, b, c], x)

    check_grads(flat, (*arrays, 0.7), (0, 1, 2, 3))
    made = grad(f, 0)(arrays, 0.7)
    for one, other in zip(made, grad(flat, (0, 1, 2))(*arrays, 0.7), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_matrices_of_a_list():
    """A product of two items: their sizes match at run time only."""

    def f(weights, x):
        for w in weights:
            x = np.tanh(x @ w)
        return np.sum(x @ weights[-1].T)

    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in ((3, 4), (4, 1), (1, 2))]
    x = rng.normal(size=(5, 3))
    check_grads(lambda a, b, c: f([a, b, c], x), tuple(weights), (0, 1, 2))
    gradient = grad(f)
    made = gradient(weights, x)
    assert [g.shape for g in made] == [w.shape for w in weights]
    gradient([*weights[:1], rng.normal(size=(4, 2)), rng.normal(size=(2, 3))], x)
    assert "unbroadcast" not in gradient.source  # no size is 1: the ranks say everything


def test_recursion_has_a_type():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    def even(x, n):
        return x if n == 0 else odd(x * x, n - 1)

    def odd(x, n):
        return 2.0 * x if n == 0 else even(x + 1.0, n - 1)

    for f in (power, even):
        gradient = grad(f)
        check_grads(f, (1.3, 4), 0)
        gradient(1.3, 4)
        assert "require_scalar" not in gradient.source
        assert "unbroadcast" not in gradient.source


def test_recursion_to_different_shapes_has_none():
    """What is a number at the bottom is an array above."""

    def grow(x, n):
        return x if n == 0 else np.array([1.0, 2.0]) * grow(x, n - 1)

    check_grads(lambda x: np.sum(grow(x, 3)), (0.7,))
    check_grads(lambda x: np.sum(grow(x, 0)), (0.7,))
