"""Jacobians by complex arguments, and of complex results, against the derivatives by both parts.

By `z = x + 1j*y` the derivative of a real result is `df/dx - 1j * df/dy`; that of a complex result by a
real number is a complex number; for a holomorphic function the derivative is one complex number.
"""

import numpy as np
import pytest

from adcompile import Refused, UsageError, grad, hessian, jacobian, jvp, together, vjp
from adcompile.testing.gradients import FIVE_POINT
from adcompile.together import Pullbacks, Pushforwards

RNG = np.random.default_rng(4)
X = np.array([0.5, -1.2, 2.0])
FIVE = np.array([0.5, -1.2, 2.0, 0.3, 1.1])
Z = np.array([0.5 + 0.2j, -1.2 + 1j, 2.0 - 0.7j])
A = RNG.normal(size=(2, 3)) + 1j * RNG.normal(size=(2, 3))
H = 1e-4
MODES = ["auto", "forward", "reverse"]


def along(f, z, unit):
    """The 5-point difference along a direction."""
    return sum(weight * np.asarray(f(z + k * H * unit)) for k, weight in FIVE_POINT) / H


def by_parts(f, z):
    """The Jacobians by the real parts, and by the imaginary ones."""
    units = np.eye(np.size(z)).reshape(np.size(z), *np.shape(z))
    shape = np.shape(f(z)) + np.shape(z)
    ways = (1, 1j) if np.iscomplexobj(z) else (1,)
    found = [np.stack([along(f, z, one * unit) for unit in units], axis=-1).reshape(shape) for one in ways]
    return found if np.iscomplexobj(z) else (*found, None)


def check(f, z, mode, holomorphic=False):
    made = jacobian(f, mode=mode, holomorphic=holomorphic)(z)
    by_real, by_imaginary = by_parts(f, z)
    if holomorphic:
        np.testing.assert_allclose(by_imaginary, 1j * by_real, atol=1e-7)
    expected = by_real if holomorphic or by_imaginary is None else by_real - 1j * by_imaginary
    assert made.shape == expected.shape
    assert made.dtype == complex
    np.testing.assert_allclose(made, expected, rtol=1e-8, atol=1e-8)
    return made


def stored(z):
    a = z.copy()
    for i in range(1, len(z)):
        a[i] = a[i - 1] * a[i] + np.conj(z[0])
        if a[i].real > 0:
            a[i] *= 1j
    return np.abs(a)


def transformed(z):
    spectrum = np.fft.fft(z * A)
    return {"power": np.abs(spectrum) ** 2, "phase": [np.angle(z[0])]}["power"]


REAL_RESULTS = [
    lambda z: np.abs(A @ z) ** 2 + (A @ z).imag,
    lambda z: np.outer(z, np.conj(z)).real,
    lambda z: np.sum(z.real * z.imag),
    stored,
    transformed,
]
COMPLEX_RESULTS = [
    lambda x: np.exp(1j * (A @ x)),
    lambda x: np.fft.rfft(x**2),
    lambda x: np.outer(x, 1j * x) + np.sum(x),
    lambda x: np.sum(x * x) * (1 + 2j),
]
HOLOMORPHIC = [
    lambda z: np.exp(A @ z) * z[0],
    lambda z: np.fft.fft(z**2),
    lambda z: np.outer(z, z) / (z[0] + 3),
    lambda z: np.sum(np.sin(z)),
    lambda z: np.linalg.solve(A[:, :2] + z[0] * np.eye(2), z[1:]),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", REAL_RESULTS)
def test_real_results_of_complex_arguments(f, mode):
    check(f, Z, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", COMPLEX_RESULTS)
def test_complex_results_of_real_arguments(f, mode):
    check(f, X, mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", HOLOMORPHIC)
def test_holomorphic_functions(f, mode):
    check(f, Z, mode, holomorphic=True)


@pytest.mark.parametrize("mode", MODES)
def test_numbers(mode):
    check(lambda z: z * z * 1j, 0.5 - 2j, mode, holomorphic=True)
    check(lambda z: abs(z) ** 2 + z.imag, 0.5 - 2j, mode)
    check(lambda x: x * (1 + 2j), 0.5, mode)
    check(lambda z: np.array([z.real * z.imag, abs(z)]), 0.5 - 2j, mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_row_is_the_gradient_of_that_result(mode):
    f = REAL_RESULTS[0]
    rows = jacobian(f, mode=mode)(Z)
    for i, row in enumerate(rows):
        np.testing.assert_allclose(row, grad(lambda z, i=i: f(z)[i])(Z), rtol=1e-13)
    v = np.array([0.3, -1.1])
    np.testing.assert_allclose(v @ rows, vjp(f)(Z)[1](v), rtol=1e-13)
    np.testing.assert_allclose((rows @ Z).real, jvp(f)(Z, Z)[1], rtol=1e-13)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_real_and_complex_numbers_together(mode):
    def f(x, z):
        return {"a": np.abs(x * z) ** 2, "b": [np.sum(x) * 2, (x * z).imag]}

    made = jacobian(f, ("x", "z"), mode)(X, Z)
    for at in (lambda v: v["a"], lambda v: v["b"][0], lambda v: v["b"][1]):
        by_x, by_z = at(made)
        np.testing.assert_allclose(by_x, by_parts(lambda x, at=at: at(f(x, Z)), X)[0], atol=1e-8)
        by_real, by_imaginary = by_parts(lambda z, at=at: at(f(X, z)), Z)
        np.testing.assert_allclose(by_z, by_real - 1j * by_imaginary, atol=1e-8)
        assert not np.iscomplexobj(by_x)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("most", [1, 2, 4])
def test_in_parts(monkeypatch, mode, most):
    cases = [(REAL_RESULTS[0], Z, False), (COMPLEX_RESULTS[0], X, False), (HOLOMORPHIC[0], Z, True)]
    whole = [jacobian(f, mode=mode, holomorphic=h)(z) for f, z, h in cases]
    monkeypatch.setattr(together, "FAST", 1)
    monkeypatch.setattr(together, "MOST", 10**6)
    monkeypatch.setattr(together, "ENOUGH", most)
    for (f, z, h), expected in zip(cases, whole, strict=True):
        np.testing.assert_allclose(jacobian(f, mode=mode, holomorphic=h)(z), expected, rtol=1e-14)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_single_precision_and_nothing_at_all(mode):
    assert jacobian(lambda z: np.abs(z), mode=mode)(Z.astype(np.complex64)).dtype == np.complex64
    assert jacobian(lambda x: 1j * x, mode=mode)(X.astype(np.float32)).dtype == np.complex64
    assert jacobian(lambda z: np.abs(z[:0]), mode=mode)(Z).shape == (0, 3)
    assert jacobian(lambda z: np.abs(z), mode=mode)(Z[:0]).shape == (0, 0)


def test_one_sweep_carries_complex_seeds():
    _, pulled = Pullbacks(HOLOMORPHIC[0], 0)(Z)
    assert pulled.program.carried is not None
    assert Pushforwards(REAL_RESULTS[0], 0)(Z).program.carried is not None
    seeds = RNG.normal(size=(4, 2)) + 1j * RNG.normal(size=(4, 2))
    _, pullback = vjp(HOLOMORPHIC[0])(Z)
    np.testing.assert_allclose(pulled(seeds)[0], [pullback(seed) for seed in seeds], rtol=1e-13)


def test_the_hessian_of_a_holomorphic_function():
    def f(z):
        return np.sum(z**3 * z[0]) + np.exp(z[1] * z[2])

    df = grad(f, holomorphic=True)
    for mode in MODES:
        made = hessian(f, mode=mode, holomorphic=True)(Z)
        np.testing.assert_allclose(made, by_parts(df, Z)[0], rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(made, made.T, rtol=1e-13)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_refused(mode):
    with pytest.raises(UsageError, match="write holomorphic=True if it is one, else take z"):
        jacobian(lambda z: z * np.conj(z), mode=mode)(Z)
    with pytest.raises(UsageError, match="write holomorphic=True if it is one"):
        hessian(lambda z: np.sum(np.abs(z) ** 2), mode=mode)(Z)
    with pytest.raises(Refused, match="'conjugate' is not holomorphic, and holomorphic=True says"):
        jacobian(lambda z: z * np.conj(z), mode=mode, holomorphic=True)(Z)
    with pytest.raises(UsageError, match="an argument is real, and holomorphic=True is of complex numbers"):
        jacobian(lambda x: 1j * x, mode=mode, holomorphic=True)(X)
    with pytest.raises(UsageError, match="a result is real, and holomorphic=True is of complex numbers"):
        jacobian(lambda z: FIVE * 1.0, mode=mode, holomorphic=True)(Z)
    with pytest.raises(UsageError, match="sparsity= is for real numbers"):
        jacobian(lambda z: z * z, mode=mode, sparsity="auto", holomorphic=True)


def test_within_a_program_it_is_of_real_numbers():
    with pytest.raises(Refused, match="an argument is complex; a Jacobian within a program is of real numbers"):
        grad(lambda z: np.sum(jacobian(lambda w: w * w)(z)).real)(Z)
    with pytest.raises(Refused, match="a result is complex; a Jacobian within a program is of real numbers"):
        grad(lambda x: np.sum(jacobian(lambda w: w * 1j)(x)).real)(X)
    with pytest.raises(Refused, match="a Jacobian of complex numbers within a program is not supported"):
        grad(lambda z: np.sum(jacobian(lambda w: w * w, holomorphic=True)(z)).real)(Z)


@pytest.mark.parametrize("f", [lambda x: np.abs(np.fft.fft(x)) ** 2, lambda x: np.fft.irfft(np.fft.rfft(x) * 2j, 5)])
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_jacobian_of_a_real_function_that_computes_with_complex_numbers(f, mode):
    expected = np.stack([along(f, FIVE, unit) for unit in np.eye(5)], axis=-1)
    np.testing.assert_allclose(jacobian(f, mode=mode)(FIVE), expected, atol=1e-8)
