"""The examples run, and their gradients are right."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adcompile import check_grads

FOLDER = Path(__file__).parents[1] / "examples"


def load(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_example_runs(path):
    command = [sys.executable, "-W", "error::RuntimeWarning", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "def " in done.stdout


def test_rnn():
    example = load("rnn")
    history, _ = example.train(steps=40)
    assert history[-1] < 0.7 * history[0]
    rng = np.random.default_rng(3)
    shapes = [(2, 3), (3, 3), (3,), (4, 5, 2), (4,)]
    check_grads(example.loss, [rng.normal(size=shape) for shape in shapes], wrt=("W", "U", "v"))


def test_black_scholes():
    example = load("black_scholes")
    point = (100.0, 105.0, 0.5, 0.03, 0.2)
    found = example.greeks(*point)
    assert found["price"] == example.call_price(*point)
    assert 0 < found["delta"] < 1 and found["vega"] > 0 > found["theta"]
    # The derivative of the price by the spot is N(d1), to the accuracy of the formula for N.
    d1 = (np.log(100 / 105) + (0.03 + 0.02) * 0.5) / (0.2 * np.sqrt(0.5))
    assert abs(found["delta"] - example.normal_cdf(d1)) < 1e-4
    for args in (point, (120.0, 105.0, 1.5, 0.01, 0.4)):
        check_grads(example.call_price, args)


def test_newton():
    example = load("newton")
    by_loop, by_theorem = example.sensitivities()
    np.testing.assert_allclose(by_loop, by_theorem, rtol=1e-12)
    check_grads(example.kepler, (1.1, 0.3))


def test_mlp():
    example = load("mlp")
    history, _ = example.train(steps=100)
    assert history[-1] < 0.2 * history[0]


def test_heat():
    example = load("heat")
    history, source, truth, _ = example.recover(steps=200)
    assert history[-1] < 1e-3 * history[0]
    assert np.max(np.abs(source - truth)) < 0.1
    rng = np.random.default_rng(4)
    check_grads(example.misfit, (rng.normal(size=6), rng.normal(size=6)))


def test_scipy_solvers():
    example = load("scipy_solvers")
    for name, found in example.minima().items():
        assert found.success, name
        np.testing.assert_allclose(found.x, np.ones(6), atol=1e-4, err_msg=name)
    fit = example.fitted_decay()
    assert fit.success and fit.njev < 20
    np.testing.assert_allclose(fit.x, [2.5, 1.3, 0.5], atol=0.02)
    np.testing.assert_allclose(example.fitted_curve(), fit.x, rtol=1e-5)
    rest = example.at_rest()
    assert rest.success
    np.testing.assert_allclose(example.forces(rest.x, 0.4), 0.0, atol=1e-10)
    halley = example.by_halley()
    assert halley.converged and halley.root * np.exp(halley.root) == pytest.approx(2.0, rel=1e-12)


def test_constraints_of_scipy():
    example = load("scipy_solvers")
    for name, found in example.constrained().items():
        assert found.success, name
        assert np.sum(found.x**2) == pytest.approx(1.0, abs=1e-8), name
        tangent = np.array([-found.x[1], found.x[0]])
        assert np.dot(example.slope(found.x), tangent) == pytest.approx(0.0, abs=1e-4), name


def test_programs_with_solvers():
    example = load("scipy_solvers")
    check_grads(example.compliance, (0.4,), order=2)
    # The load for a target is the inverse function of the compliance, and so is its slope.
    load_, slope = example.load_for(0.1), example.grad(example.load_for)(0.1)
    assert slope * example.grad(example.compliance)(load_) == pytest.approx(1.0, rel=1e-9)


def test_sparse_newton():
    example = load("sparse_newton")
    u, history = example.by_newton(200)
    assert example.slopes.seeds == 3
    assert history[-1] < 1e-6 < history[0]
    assert history[2] < 0.1 * history[1] and history[3] < 1e-3 * history[2]  # as Newton's method converges
    np.testing.assert_allclose(u, u[::-1], rtol=1e-9)
    np.testing.assert_allclose(example.by_least_squares(50).max(), u.max(), rtol=1e-3)
