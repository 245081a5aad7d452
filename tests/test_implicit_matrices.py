"""The matrix of a solver's equation: all rows in one sweep where that is possible, else one by one."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import grad, hessian, jacobian

optimize = pytest.importorskip("scipy.optimize")

A = np.array([[3.0, 0.4, -0.2], [0.1, 2.5, 0.3], [0.2, -0.1, 3.5]])
B = np.array([1.0, -0.7, 0.4])


def with_a_loop(x, b):
    r = A @ x - b
    for i in range(1, 3):
        r[i] += 0.1 * x[i - 1] ** 3
    return r


def with_branches(x, b):
    r = np.zeros(3)
    for i in range(3):
        if x[i] > 0:
            r[i] = 3 * x[i] - b[i] + 0.1 * x[(i + 1) % 3] ** 2
        else:
            r[i] = 2 * x[i] - b[i]
    return r


def with_names(x, b):
    p, q, r = x
    return np.stack([3 * p - b[0] + 0.1 * q * r, 2 * q - b[1] + 0.05 * p**2, 4 * r - b[2]])


def scaled(x, k):
    return np.sin(x) * k if k > 0 else x


def with_a_function(x, b):
    return A @ x + 0.1 * scaled(x, 2.0) - b


def with_a_matrix(x, b):
    """For all rows at once it would make a matrix for each of them."""
    return A @ x + 0.05 * np.outer(x, x) @ x - b


def sorted_by_seeds(x, b):
    """What is done seed by seed cannot be differentiated again."""
    return A @ x + 0.1 * np.sort(x) ** 2 - b


AT_ONCE = [with_a_loop, with_branches, with_names, with_a_function]
ONE_BY_ONE = [with_a_matrix, sorted_by_seeds]


@pytest.mark.parametrize("equation", [*AT_ONCE, *ONE_BY_ONE])
def test_rows_and_columns(equation):
    def solved(b):
        return optimize.root(equation, np.full(3, 0.3), args=(b,), tol=1e-13).x

    def loss(b):
        x = optimize.root(equation, np.full(3, 0.3), args=(b,), tol=1e-13).x
        return np.sum(x**3) + x[0] * x[1]

    h = 1e-5
    expected = np.stack([(solved(B + h * unit) - solved(B - h * unit)) / (2 * h) for unit in np.eye(3)], axis=-1)
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(jacobian(solved, mode=mode)(B), expected, rtol=1e-6, atol=1e-8)
    df = grad(loss)
    second = np.stack([(df(B + h * unit) - df(B - h * unit)) / (2 * h) for unit in np.eye(3)])
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(hessian(loss, mode=mode)(B), second, rtol=1e-5, atol=1e-6)
    assert (f"jacobian = {equation.__name__}_pullbacks(" in df.source) == (equation in AT_ONCE)
    assert ("for i, row in enumerate(np.eye(3)):" in df.source) == (equation in ONE_BY_ONE)


def test_a_fixed_point():
    def loss(b):
        return np.sum(optimize.fixed_point(lambda x: 0.3 * np.cos(x) * b[::-1] + 0.1 * x[0], np.zeros(3)) ** 2)

    df = grad(loss)
    h = 1e-5
    expected = [(loss(B + h * unit) - loss(B - h * unit)) / (2 * h) for unit in np.eye(3)]
    np.testing.assert_allclose(df(B), expected, rtol=1e-5)
    assert "_pullbacks(" in df.source
