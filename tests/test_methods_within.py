"""Derivatives of methods within differentiated functions: `grad(self.energy)(x)`."""

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad, hvp, jacobian, jvp, value_and_grad, vjp

X = np.array([0.7, -1.2, 0.4])


class Springs:
    def __init__(self, w):
        self.w = w

    def energy(self, x, scale=1.0):
        return np.sum(self.w * np.sin(x)) * scale

    def stretched(self, x):
        return self.w * x**2

    def force(self, x):
        return -grad(self.energy)(x)

    def force_at(self, x, s):
        return -grad(self.energy)(x, scale=s)

    def steepness(self, x):
        value, slope = value_and_grad(self.energy)(x)
        return value * slope

    def curved(self, x):
        return hvp(self.energy)(x, x * 2)

    def curvature(self, x):
        return jacobian(grad(self.energy))(x) @ x

    def along(self, x):
        return jvp(self.stretched)(x, x)[1]

    def pulled(self, x):
        value, pullback = vjp(self.stretched)(x)
        return pullback(value)

    def of_both(self, x):
        by_x, by_scale = grad(self.energy, (0, 1))(x, x[1])
        return by_x * by_scale


class Stiff(Springs):
    def energy(self, x, scale=1.0):
        return np.sum(self.w * x**3) * scale


class Pulled(Springs):
    def energy(self, x, scale=1.0, twist=2.0):
        return np.sum(self.w * np.sin(x)) * scale + twist**3 * scale


pulled = Pulled(np.array([1.0, 2.0, 3.0]))
springs = Springs(np.array([1.0, 2.0, 3.0]))
stiff = Stiff(np.array([1.0, 2.0, 3.0]))


def orbit(x):
    v = x * 0.1
    for _ in range(3):
        v = v - 0.1 * grad(springs.energy)(x)
        x = x + 0.1 * v
    return np.sum(x * v)


@pytest.mark.parametrize(
    "model, loss, order",
    [
        (springs, lambda model, x: np.sum(model.force(x) * x), 2),
        (stiff, lambda model, x: np.sum(model.force(x) * x), 1),
        (springs, lambda model, x: np.sum(model.steepness(x) * x), 1),
        (springs, lambda model, x: np.sum(model.curved(x) * x), 1),
        (springs, lambda model, x: np.sum(model.curvature(x) * x), 1),
        (springs, lambda model, x: np.sum(model.along(x) * x), 1),
        (springs, lambda model, x: np.sum(model.pulled(x) * x), 1),
        (springs, lambda model, x: np.sum(model.of_both(x) * x), 1),
    ],
)
def test_within_a_method(model, loss, order):
    check_grads(loss, (model, X), wrt="x", order=order)
    value, tangent = jvp(loss, wrt="x")(model, X, X)
    assert value == loss(model, X)
    np.testing.assert_allclose(tangent, grad(loss, wrt="x")(model, X) @ X, rtol=1e-12)


def test_of_an_object_from_outside_that_changes():
    check_grads(orbit, (X,), order=2)
    by_x, w = grad(orbit), springs.w
    before = by_x(X)
    try:
        springs.w = 2 * w
        np.testing.assert_allclose(by_x(X), grad(lambda x: orbit(x))(X), rtol=1e-13)
        assert not np.allclose(by_x(X), before)
    finally:
        springs.w = w


def test_keywords_and_names():
    check_grads(lambda x, s: np.sum(springs.force_at(x, s) * x), (X, 1.5), wrt=(0, 1))

    def named_as_the_object(springs, x):
        return np.sum(grad(springs.energy)(x) * x)

    check_grads(named_as_the_object, (stiff, X), wrt="x")

    def argument_is_the_object(x):
        y = x * 2
        return np.sum(grad(springs.energy)(y, y[0]) * y)

    check_grads(argument_is_the_object, (X,))


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: np.sum(grad(springs.energy, "x")(x) * x),
        lambda x: np.sum(grad(springs.energy, -1)(x) * x),
        lambda x: grad(springs.energy, wrt=(0, 1))(x)[1] * x[0],
    ],
)
def test_by_what_is_no_argument_there(loss):
    """Which parameter has that name or place is not known before the program runs."""
    check_grads(loss, (X,))


def test_by_a_place_that_a_keyword_does_not_have():
    def spread(x):
        return grad(pulled.energy, 1)(x, twist=x[0])

    with pytest.raises(Refused, match="a function that is known only at run time"):
        grad(spread)(X)
