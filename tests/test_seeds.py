"""The five walk-throughs of define-by-run autograd that adcompile starts from, with their numbers.

The rows are numbered as in the docs page "Coming from PyTorch".
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import adcompile
from adcompile import Refused, UsageError, detach, grad, jacobian, jvp, no_grad, value_and_grad, vjp

X = np.arange(4.0)


def twice_dot(x):
    y = 2 * np.dot(x, x)
    return y


def square(x):
    y = x * x
    return y


def doubled(x):
    y = x * 2
    while np.linalg.norm(y) < 1000:
        y = y * 2
    return y


def as_square(x):
    y = 2 * x
    z = y.reshape(2, 2)
    return z


def control_flow(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def test_row_1_gradient_of_twice_the_dot_product():
    gradient = grad(twice_dot)(X)
    np.testing.assert_array_equal(gradient, [0, 4, 8, 12])
    np.testing.assert_array_equal(gradient, 4 * X)


def test_row_2_out_overwrites_and_accumulate_adds():
    df = grad(twice_dot)
    g = np.full(4, 7.0)
    assert df(X, out=g) is g
    np.testing.assert_array_equal(g, [0, 4, 8, 12])
    assert df(X, out=g, accumulate=True) is g
    np.testing.assert_array_equal(g, [0, 8, 16, 24])
    g[:] = 0
    assert df(X, out=g, accumulate=True) is g
    np.testing.assert_array_equal(g, [0, 4, 8, 12])


def test_row_3_memory_is_flat_over_ten_thousand_updates():
    df, g, x = grad(twice_dot), np.zeros(4), np.arange(4.0)

    def update(times):
        for _ in range(times):
            df(x, out=g)
            x[:] -= 1e-6 * g

    update(100)
    tracemalloc.start()
    try:
        update(100)
        tracemalloc.reset_peak()
        update(100)
        early = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        update(10_000)
        late = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert late <= early + 256
    assert np.all(x < np.arange(4.0) + 1e-12)


def sum_as_method(x):
    return x.sum()


def sum_as_function(x):
    return np.sum(x)


@pytest.mark.parametrize("function", [sum_as_method, sum_as_function])
def test_row_4_gradient_of_a_sum(function):
    np.testing.assert_array_equal(grad(function)(X), [1, 1, 1, 1])


def test_row_5_a_result_that_is_not_a_number_is_refused():
    with pytest.raises((Refused, UsageError)) as caught:
        grad(square)(X)
    assert "vjp" in str(caught.value)
    assert ("or jacobian" in str(caught.value)) == hasattr(adcompile, "jacobian")


def test_row_5_sum_first_or_pull_back_ones():
    np.testing.assert_array_equal(grad(lambda x: (x * x).sum())(X), [0, 2, 4, 6])
    y, pullback = vjp(square)(X)
    np.testing.assert_array_equal(y, [0, 1, 4, 9])
    np.testing.assert_array_equal(pullback(np.ones(4)), [0, 2, 4, 6])


@pytest.mark.parametrize("x", [np.array([0.3, -1.2, 0.7]), np.array([600.0, 0.0, 0.0]), np.full(3, 1e-3)])
def test_row_6_pullback_through_a_while_loop(x):
    v = np.array([0.1, 1.0, 0.0001])
    y, pullback = vjp(doubled)(x)
    np.testing.assert_array_equal(y, doubled(x))
    power = np.log2(np.linalg.norm(y) / np.linalg.norm(x))
    assert power == pytest.approx(round(power))
    np.testing.assert_array_equal(pullback(v), v * 2.0 ** round(power))


def test_row_7_pullback_through_a_reshape():
    x, v = np.array([1.0, 2.0, 3.0, 4.0]), np.array([[2.0, 0.2], [0.01, 0.001]])
    z, pullback = vjp(as_square)(x)
    np.testing.assert_array_equal(z, [[2, 4], [6, 8]])
    np.testing.assert_allclose(pullback(v), [4, 0.4, 0.02, 0.002], rtol=1e-15)
    total = np.zeros(4)
    for _ in range(5):
        total += pullback(v)
    np.testing.assert_allclose(total, [20, 2, 0.1, 0.01], rtol=1e-15)


def test_row_8_a_pullback_can_be_called_again():
    x, v = np.array([0.3, -1.2, 0.7]), np.array([0.1, 1.0, 0.0001])
    _, pullback = vjp(doubled)(x)
    first = pullback(v).copy()
    np.testing.assert_array_equal(pullback(2 * v), 2 * first)
    np.testing.assert_array_equal(pullback(v), first)


def test_row_9_detach():
    def f(x):
        y = x * x
        u = detach(y)
        z = u * x
        return z.sum()

    gradient = grad(f)(X)
    np.testing.assert_array_equal(gradient, [0, 1, 4, 9])
    np.testing.assert_array_equal(gradient, X * X)


def test_row_10_the_value_before_detach_is_still_differentiable():
    def both(x):
        y = x * x
        z = detach(y) * x
        return y, z

    _, pullback = vjp(both)(X)
    np.testing.assert_array_equal(pullback((np.zeros(4), np.ones(4))), [0, 1, 4, 9])
    np.testing.assert_array_equal(pullback((np.ones(4), np.zeros(4))), 2 * X)
    np.testing.assert_array_equal(grad(lambda x: (x * x).sum())(X), 2 * X)


def test_row_11_no_grad():
    def f(x):
        y1 = x**2
        with no_grad():
            y2 = x**3
        y3 = y1 + y2
        return y3

    assert value_and_grad(f)(1.0) == (2.0, 2.0)


def test_row_13_wrt_chooses():
    def f(x, w, b):
        y = x * w
        return (y + b).sum()

    x, w, b = np.array([1.0, 2.0]), np.array([3.0, -1.0]), 0.5
    np.testing.assert_array_equal(grad(f, wrt="w")(x, w, b), x)
    assert grad(f, wrt=2)(x, w, b) == 2.0
    x_bar, b_bar = grad(f, wrt=("x", "b"))(x, w, b)
    np.testing.assert_array_equal(x_bar, w)
    assert b_bar == 2.0


@pytest.mark.parametrize("a", [0.7, -0.7, 1e-6, -3.0, 1200.0, -1200.0])
def test_row_14_control_flow_on_a_number(a):
    number = np.float64(a)
    assert grad(control_flow)(number) == control_flow(number) / number


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_row_14_control_flow_on_a_vector(sign):
    def total(a):
        return control_flow(a).sum()

    a = sign * np.array([0.5, 1.25, 3.0])
    np.testing.assert_array_equal(grad(total)(a), control_flow(a) / a)
    c, pullback = vjp(control_flow)(a)
    np.testing.assert_array_equal(pullback(np.ones(3)), c / a)


def test_row_15_mean_of_a_polynomial():
    def f(x):
        y = x + 2
        z = y * y * 3
        out = z.mean()
        return out

    value, gradient = value_and_grad(f)(np.ones((2, 2)))
    assert value == 27.0
    np.testing.assert_array_equal(gradient, np.full((2, 2), 4.5))
    np.testing.assert_array_equal(grad(lambda x: np.mean(3 * (x + 2) ** 2))(np.ones((2, 2))), np.full((2, 2), 4.5))


def test_row_16_mean_of_squares():
    v = np.array([[1.0, 2.0], [3.0, 4.0]])
    value, gradient = value_and_grad(lambda v: np.mean(v**2))(v)
    assert value == 7.5
    np.testing.assert_array_equal(gradient, [[0.5, 1.0], [1.5, 2.0]])


def test_row_17_the_jacobian_and_what_backward_computes():
    v = np.array([0.1, 1.0, 1e-4])
    x = np.array([0.4, -1.3, 2.0])

    def doubled(x):
        y = x * 2
        while np.linalg.norm(y) < 1000:
            y = y * 2
        return y * x

    _, pullback = vjp(doubled)(x)
    found = jacobian(doubled)(x)
    assert found.shape == (3, 3)
    np.testing.assert_allclose(v @ found, pullback(v), rtol=1e-14)
    np.testing.assert_allclose(found @ v, jvp(doubled)(x, v)[1], rtol=1e-14)
    np.testing.assert_allclose(np.diag(found), 2 * doubled(x) / x, rtol=1e-14)


def test_row_18_the_emitted_program_can_be_read():
    df = grad(twice_dot)
    np.testing.assert_array_equal(df(X), 4 * X)
    namespace: dict = {}
    exec(df.source, namespace)
    assert "def twice_dot_grad(x" in df.source
    np.testing.assert_array_equal(namespace["twice_dot_grad"](X), 4 * X)


def test_row_18_the_graph_can_be_walked():
    """From the result back to the argument, as by `grad_fn` and `next_functions`."""
    df = grad(twice_dot)
    df(X)
    (facts,) = df.explain().functions
    assert [value.name for value in facts.inputs if value.is_active] == ["x"]
    (graph,) = df.explain().graphs
    last = list(graph.steps())[-1]
    assert last.text.startswith("adjoint of ")
    assert graph.inputs_of(last) == (graph.root,)
    assert graph.root.text.startswith("twice_dot_grad(x") and graph.inputs_of(graph.root) == ()


def test_row_19_one_compilation_serves_every_path(monkeypatch):
    from adcompile.pipeline import Compilation

    compiled = []
    original = Compilation.gradient
    monkeypatch.setattr(Compilation, "gradient", lambda *args: compiled.append(1) or original(*args))
    df = grad(control_flow)
    for a in (0.7, -0.7, 1e-6, -1e-6, 1200.0, -1200.0, 3.0):
        number = np.float64(a)
        assert df(number) == control_flow(number) / number
    assert len(compiled) == 1
