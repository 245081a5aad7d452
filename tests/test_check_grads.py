"""`check_grads` and the numerical gradient that it compares with."""

from typing import NamedTuple

import numpy as np
import pytest

from adcompile import check_grads, check_rule, detach, pullback
from adcompile.rules.registry import complex_too
from adcompile.testing import GradientMismatch, numerical_gradient

V = np.array([0.3, -0.8])


def test_a_gradient_that_is_not_the_functions_is_found():
    def f(x):
        return np.sum(x * detach(x))  # counts one factor as constant: half of the derivative

    with pytest.raises(GradientMismatch, match=r"gradient of f by argument 0 is wrong by 0\.8"):
        check_grads(f, (V,))


def test_the_second_order_is_checked():
    def f(x):
        return np.sum(x * x + detach(x) * x**2 - x**2 * detach(x))

    def g(x):
        return np.sum(x * x) + np.sum(x * detach(x) ** 2) - detach(np.sum(x**3))

    check_grads(f, (V,), order=2)
    with pytest.raises(GradientMismatch):
        check_grads(g, (V,), order=2)


def test_arguments_that_are_changed_are_as_given_for_each_value():
    def f(x, scale):
        x *= scale
        return np.sum(x**3)

    x = V.copy()
    check_grads(f, (x, 2.0))
    np.testing.assert_array_equal(x, V)


def test_containers_of_floats_and_arrays():
    def f(layers, settings, pair):
        total = 0.0
        for layer in layers:
            total += np.sum(layer["w"] * layer["b"]) * settings["rate"]
        return total * pair[0] + np.sum(pair[1])

    layers = [{"w": V, "b": 2.0}, {"w": V * 3, "b": -1.0}]
    check_grads(f, (layers, {"rate": 0.1, "steps": 3}, (1.5, V)))
    found = numerical_gradient(f, (layers, {"rate": 0.1, "steps": 3}, (1.5, V)), 1)
    assert found == {"rate": pytest.approx(0.75), "steps": None}


def test_a_wrong_item_is_named():
    def f(params):
        return np.sum(params["w"] * params["b"]) + detach(params["b"])

    with pytest.raises(GradientMismatch, match=r"gradient of f by argument 0\['b'\] is wrong by 1"):
        check_grads(f, ({"w": V, "b": 2.0},))


def test_a_kink_close_by_is_no_mismatch():
    def f(x):
        return np.abs(x - 0.3005) * x

    check_grads(f, (0.3,))


class Point(NamedTuple):
    x: float
    y: np.ndarray


def test_a_named_tuple_stays_one():
    def f(point):
        return point.x * np.sum(point.y)

    found = numerical_gradient(f, (Point(2.0, V),))
    assert isinstance(found, Point)
    assert found.x == pytest.approx(-0.5)
    np.testing.assert_allclose(found.y, [2.0, 2.0], rtol=1e-10)


def test_complex_arguments():
    def loss(p, z):
        return np.sum(np.abs(p["w"] * z) ** 2) + np.vdot(z, z).real * p["scale"]

    z = np.array([0.5 + 0.2j, -1.2 + 1j])
    check_grads(loss, ({"w": z * 1j, "scale": 2.0}, z), order=2)
    check_grads(lambda z: abs(z**2 - 1j), (0.3 - 0.8j,), order=2)
    assert numerical_gradient(lambda z: abs(z) ** 2, (3 + 4j,)) == pytest.approx(6 - 8j)


def test_a_wrong_gradient_of_complex_numbers_is_found():
    def size(z):
        return np.abs(z)

    @pullback(size)
    def not_conjugated(r, z, r_bar):
        return r_bar * z / r

    complex_too(size)
    with pytest.raises(GradientMismatch):
        check_grads(lambda z: np.sum(size(z)), (np.array([0.5 + 0.2j]),))
    with pytest.raises(GradientMismatch):
        check_rule(size, (np.array([0.5 + 0.2j]),))
    check_rule(np.exp, (np.array([0.5 + 0.2j]),))
    check_rule(np.vdot, (np.array([0.5 + 0.2j]), np.array([1 - 0.2j])))
