"""The reverse sweep of a store reads the part before it is overwritten, without a copy of it."""

import numpy as np
import pytest

from adcompile import check_grads, grad

X = np.linspace(-0.7, 1.1, 6)


def stencil(x, n):
    a, b = x.copy(), x.copy()
    for _ in range(n):
        b[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3
        a[1:-1] = np.sin(b[:-2] + b[2:])
    return np.sum(a * a)


def elements(x, n):
    y = np.zeros(6)
    for i in range(6):
        y[i] = x[i] ** 2 / (n + 1)
    return np.sum(np.sin(y))


def one_element_twice(x, n):
    y = x.copy()
    for i in range(1, n):
        y[i] = y[i] * y[i - 1] * y[i]
        y[i] = 2 * y[i] + x[i - 1]
    return np.sum(y * y)


def a_view_that_stays(x, n):
    y = x.copy()
    for _ in range(n):
        part = y[2:4]
        y[2:4] = part * part * y[1:3]
    return np.sum(y) * np.sum(y[1:4] ** 2)


@pytest.mark.parametrize("f", [stencil, elements, one_element_twice, a_view_that_stays])
@pytest.mark.parametrize("n", [0, 3])
def test_gradients(f, n):
    check_grads(f, (X, n))


def test_the_part_is_read_before_the_store():
    df = grad(stencil)
    df(X, 3)
    text = df.source
    assert "np.copy" not in text
    assert "* 0.3333333333333333\n        b_bar[1:-1] = 0.0\n" in text or "/ 3\n        b_bar[1:-1] = 0.0\n" in text


def test_the_forward_sweep_keeps_its_order():
    """A store of the program's stays where it is, whatever stands behind it on its line."""

    def f(x):
        y = x.copy()
        y[0] = 2.0; z = x[1] * y[1]  # noqa: E702
        return np.sum(y * z)

    df = grad(f)
    df(X)
    assert df.source.index("y[0] = 2.0") < df.source.index("z = ")
