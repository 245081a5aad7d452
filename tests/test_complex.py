"""Programs with complex numbers: real ones that compute with them, and complex arguments.

The convention: of a real function of `z = x + 1j*y` the gradient is `df/dx - 1j * df/dy`.
"""

import cmath

import numpy as np
import pytest

from adcompile import Refused, UsageError, grad, hessian, jvp, value_and_grad, vjp

X = np.array([0.5, -1.2, 2.0, 0.3, 1.1])
Z = np.array([0.5 + 0.2j, -1.2 + 1j, 2.0 - 0.7j, 0.3j])
H = 1e-4


def difference(f, z, direction):
    """The 5-point difference of a real function along a direction."""
    steps = [(-2, 1), (-1, -8), (1, 8), (2, -1)]
    return sum(w * f(z + k * H * direction) for k, w in steps) / (12 * H)


def by_embedding(f, z):
    """`df/dx - 1j * df/dy` for each element, by differences of the parts."""
    made = np.zeros(np.shape(z), complex if np.iscomplexobj(z) else float)
    for i in np.ndindex(np.shape(z)):
        unit = np.zeros(np.shape(z))
        unit[i] = 1
        made[i] = difference(f, z, unit)
        if np.iscomplexobj(z):
            made[i] -= 1j * difference(f, z, 1j * unit)
    return made


def check(f, z, *, rtol=1e-8):
    """Hold the gradient, the tangent and the gradient's own derivative to differences."""
    df = grad(f)
    made, expected = df(z), by_embedding(f, z)
    assert np.iscomplexobj(made) == np.iscomplexobj(z)
    np.testing.assert_allclose(made, expected, rtol=rtol, atol=rtol * np.max(np.abs(expected)))
    rng = np.random.default_rng(3)
    direction = rng.normal(size=np.shape(z)) + (1j * rng.normal(size=np.shape(z)) if np.iscomplexobj(z) else 0)
    weights = rng.normal(size=np.shape(z)) + (1j * rng.normal(size=np.shape(z)) if np.iscomplexobj(z) else 0)
    tangent = jvp(f)(z, direction)[1]
    assert not np.iscomplexobj(tangent)
    assert tangent == pytest.approx(np.sum(made * direction).real, rel=1e-11)
    along = np.sum(jvp(df)(z, direction)[1] * weights).real
    assert along == pytest.approx(difference(lambda w: np.sum(df(w) * weights).real, z, direction), rel=1e-6, abs=1e-6)
    assert along == pytest.approx(np.sum(vjp(df)(z)[1](weights) * direction).real, rel=1e-9, abs=1e-9)


# ------------------------------------------------------------------- real programs


def power_spectrum(x):
    spectrum = np.fft.rfft(x * np.hanning(len(x) + 2)[1:-1])
    return np.sum(np.log(1 + np.abs(spectrum) ** 2))


def phases(x):
    return np.sum(np.cos(np.angle(np.exp(1j * x) + 0.3 * np.exp(-2j * x))))


def convolved(x):
    kernel = np.array([0.5, 0.25, 0.0, 0.0, 0.25])
    return np.sum(np.fft.ifft(np.fft.fft(x) * np.fft.fft(kernel)).real ** 3)


def poisson(x):
    """A Poisson equation on a circle, in the spectrum."""
    k = np.fft.fftfreq(len(x)) * 2 * np.pi
    scale = np.where(k == 0, 0, -1 / np.where(k == 0, 1, k**2))
    u = np.fft.ifft(np.fft.fft(x**2) * scale).real
    return np.sum(u**2)


def real_poisson(x):
    k = np.fft.rfftfreq(len(x), 1 / len(x))
    u = np.fft.irfft(np.fft.rfft(np.sin(x)) / (1 + k**2), n=len(x))
    return u @ u


def rotated(x):
    total = 0.0
    z = 1.0
    for value in x:
        z = z * cmath.exp(1j * value) + complex(value) * complex(imag=value) / 9
        total = total + abs(z - complex(real=0.5, imag=value)) ** 2
    return total


def filled(x):
    out = np.zeros(len(x), dtype=complex)
    for i in range(len(x)):
        out[i] = x[i] ** 2 + 1j * x[i - 1]
    out[1:] += 2j * x[:-1]
    return np.sum(np.abs(out) ** 2)


def grown(x):
    """A number that is real before the loop, and complex after it."""
    total = 0.0
    for value in x:
        total = total + value * np.exp(2j * value)
    return np.abs(total)


def from_a_list(x):
    parts = [x[0], 1j * x[1], x[2] * (1 + 2j)]
    z = np.array(parts)
    return np.sum(z * np.conj(z)).real


def on_one_path(x):
    y = 1j * x if x[0] > 0 else x
    return np.sum(np.abs(y * (2 + 1j) + x) ** 2)


def raised(x):
    """A negative base has a complex power."""
    powers = np.sum(x ** (0.5 + 1j * x))
    return np.abs(powers + cmath.asin(x[2]) + cmath.log(x[1]) * cmath.sqrt(x[1]) + cmath.acosh(x[0]))


def in_a_function(x):
    def wave(t, k):
        return np.exp(1j * k * t)

    return np.abs(np.sum(wave(x, 2) + wave(x**2, -1)))


REAL = [
    power_spectrum,
    phases,
    convolved,
    poisson,
    real_poisson,
    rotated,
    filled,
    grown,
    from_a_list,
    on_one_path,
    raised,
    in_a_function,
]


@pytest.mark.parametrize("f", REAL, ids=lambda f: f.__name__)
def test_real_programs_that_compute_with_complex_numbers(f):
    check(f, X)


def test_an_image_in_its_spectrum():
    image = np.random.default_rng(0).normal(size=(3, 4))
    check(lambda x: np.sum(np.abs(np.fft.fftshift(np.fft.fft2(x))) ** 3), image)
    check(lambda x: np.sum(np.fft.irfft2(np.fft.rfft2(x) * (1 + 2j)) ** 2), image)


# -------------------------------------------------------------------- complex arguments


def polynomial_root(c):
    """Newton's method for `z**3 + c[0]*z + c[1]`."""
    z = 1.0 + 1.0j
    for _ in range(12):
        z = z - (z**3 + c[0] * z + c[1]) / (3 * z**2 + c[0])
    return np.abs(z) ** 2 + z.real


def contour(c):
    """The winding number of a polynomial, by a sum around a circle."""
    z = np.exp(2j * np.pi * np.arange(24) / 24)
    values = (z - c[0] / 4) * (z - c[1] / 4)
    slopes = 2 * z - (c[0] + c[1]) / 4
    return np.mean(slopes / values * z**2).real


def evolved(psi):
    """A quantum state moved on by the series of the exponential, against another."""
    n = len(psi)
    hamilton = np.diag(np.arange(n) * 0.3) + 0.2j * (np.eye(n, k=1) - np.eye(n, k=-1))
    state = term = psi
    for k in range(1, 15):
        term = -0.5j * (hamilton @ term) / k
        state = state + term
    return np.abs(np.vdot(np.arange(1.0, n + 1), state)) ** 2 / np.vdot(state, state).real


def parts(z):
    return np.sum(z.real**2 * z.imag) + np.sum(np.angle(z)) + np.vdot(z, 1j * z).imag


def stored(z):
    a = z.copy()
    a[1:] *= a[:-1]
    a[0] = np.conj(a[2])
    a.real[1] = 2 * a[3].imag
    a.imag[2:] = a[1:3].real
    a.imag[0] += 0.5 * a[1].real
    return np.linalg.norm(a) + np.var(a)


def parts_assigned(z):
    a = np.zeros_like(z)
    a.real = z.imag**2
    a[1:].imag = z[:-1].real * a[1:].real
    a.real = a.imag[::-1]
    return np.sum(np.abs(a) ** 2 * z.real)


COMPLEX = [polynomial_root, contour, evolved, parts, stored, parts_assigned]


@pytest.mark.parametrize("f", COMPLEX, ids=lambda f: f.__name__)
def test_complex_arguments(f):
    check(f, Z)


def test_a_complex_number():
    def f(z):
        return abs(z * z.conjugate() + cmath.sqrt(z)) ** 2

    check(f, 0.3 - 0.8j)


def test_the_gradient_of_a_squared_size_is_the_conjugate():
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2))(Z), 2 * np.conj(Z))


def test_steps_against_the_conjugate_go_down():
    def f(z):
        return np.sum(np.abs(z**2 - 1j) ** 2)

    z, df = Z, grad(f)
    for _ in range(200):
        z = z - 0.02 * np.conj(df(z))
    assert f(z) < 1e-6


def test_a_dict_of_complex_arrays():
    def loss(p, x):
        return np.sum(np.abs(p["w"] @ x + p["b"]) ** 2) + p["scale"] ** 2

    p = {"w": np.outer(Z, Z[:2]), "b": Z, "scale": 2.0}
    made = grad(loss)(p, X[:2])
    for key in ("w", "b"):
        expected = by_embedding(lambda a, key=key: loss({**p, key: a}, X[:2]), p[key])
        np.testing.assert_allclose(made[key], expected, rtol=1e-8)
        assert made[key].dtype == complex
    assert made["scale"] == 4.0


def test_short_numbers_stay_short():
    z = Z.astype(np.complex64)
    made = grad(lambda z: np.sum(np.abs(np.fft.fft(z)) ** 2))(z)
    assert made.dtype == np.complex64
    x = X.astype(np.float32)
    assert grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(x).dtype == np.float32


def test_real_and_complex_arguments_together():
    def f(x, z):
        return np.sum(np.abs(x * z + z.imag) ** 2)

    x = X[:4]
    by_x, by_z = grad(f, (0, 1))(x, Z)
    np.testing.assert_allclose(by_x, by_embedding(lambda x: f(x, Z), x), rtol=1e-8)
    np.testing.assert_allclose(by_z, by_embedding(lambda z: f(x, z), Z), rtol=1e-8)
    assert by_x.dtype == float


def test_gradients_that_one_array_holds_are_apart():
    by_x, by_z = grad(lambda x, z: np.sum(np.abs(x + z) ** 2), (0, 1))(X[:4], Z)
    assert not np.shares_memory(by_x, by_z)


# ------------------------------------------------------------------ pairing and directions


def step(z):
    return np.conj(z) * np.exp(z) + z.real


def test_both_modes_are_real_linear_and_paired_without_a_conjugate():
    rng = np.random.default_rng(1)
    u, v, w = (rng.normal(size=4) + 1j * rng.normal(size=4) for _ in range(3))
    push = jvp(step)
    np.testing.assert_allclose(push(Z, v + 2 * w)[1], push(Z, v)[1] + 2 * push(Z, w)[1])
    _, back = vjp(step)(Z)
    assert np.sum(u * push(Z, v)[1]).real == pytest.approx(np.sum(back(u) * v).real, rel=1e-13)


def test_a_cotangent_of_a_complex_value_is_made_complex():
    value, back = vjp(lambda z: z * (1 + 1j))(Z)
    assert value.dtype == complex
    np.testing.assert_allclose(back(np.ones(4)), np.full(4, 1 + 1j))
    with pytest.raises(UsageError, match="the cotangent is of type str, the value complex numbers"):
        back("1")
    with pytest.raises(UsageError, match="the tangent of 'x' is complex, the argument"):
        jvp(lambda x: x * 2)(X, X * 1j)


# -------------------------------------------------------------------------- holomorphic


def test_the_derivative_of_a_holomorphic_function():
    def f(z):
        return z**3 + np.sin(z) / z

    z = 0.7 + 1.2j
    value, slope = value_and_grad(f, holomorphic=True)(z)
    assert value == f(z)
    assert slope == pytest.approx(3 * z**2 + np.cos(z) / z - np.sin(z) / z**2)
    second = grad(grad(f, holomorphic=True), holomorphic=True)(z)
    df = grad(f, holomorphic=True)
    assert second == pytest.approx(difference(df, z, 1.0), rel=1e-8)


def test_what_is_not_holomorphic_is_refused_where_it_stands():
    def f(z):
        return np.sum(z * np.conj(z))

    with pytest.raises(Refused, match=r"'conj.*' is not holomorphic, and holomorphic=True says"):
        grad(f, holomorphic=True)(Z)


def test_a_complex_result_needs_the_word():
    with pytest.raises(Refused, match="the function returns a complex one") as caught:
        grad(lambda z: np.sum(z**2))(Z)
    assert "holomorphic=True if it is one" in str(caught.value)
    with pytest.raises(Refused, match="the function returns a real one, with holomorphic=True"):
        grad(lambda z: np.sum(np.abs(z)), holomorphic=True)(Z)


def test_real_arguments_are_not_differentiated_as_complex_ones():
    with pytest.raises(UsageError, match="'x' is real, and holomorphic=True is of complex arguments"):
        grad(lambda x: np.sum(x * 1j), holomorphic=True)(X)


# ------------------------------------------------------------------------------- refused


def stored_in(a, z):
    a[:] = 2 * z
    return a


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda z: np.abs(np.sum(np.maximum(z, 1j))), "'maximum' is not known for complex numbers"),
        (lambda z: np.abs(np.max(z)), "'max' is not known for complex numbers"),
        (lambda z: np.sum(np.abs(np.sort(z))), "complex numbers have no order"),
        (lambda z: np.sum(np.sign(z)).real, r"write z / np.abs\(z\)"),
        (lambda z: np.linalg.cholesky(np.outer(z, z)).real.sum(), "not known for complex numbers"),
        (lambda z: np.abs(np.sum(z.astype(float))), "loses its imaginary part"),
        (lambda z: np.sum(stored_in(np.zeros(len(z)), z)), "a complex number is stored in an array of real ones"),
        (lambda z: np.real_if_close(z).real.sum(), "no derivative rule"),
    ],
)
def test_what_is_not_known_of_complex_numbers_is_refused(f, message):
    for transform in (lambda: grad(f)(Z), lambda: jvp(f)(Z, Z)):
        with pytest.raises(Refused, match=message):
            transform()


def test_a_complex_number_of_unknown_origin_is_refused_at_run_time():
    """`np.roots` may return either."""

    def f(x):
        return np.sum(np.maximum(x * np.sum(np.roots([1.0, 0.0, 1.0])[:1]), 0.5)).real

    with pytest.raises(TypeError, match="known for real numbers only"):
        grad(f)(X)


class Waves:
    """An object of which nothing is known before the program runs."""

    def __getitem__(self, key):
        return np.array([1j, 2.0 - 1j, 0.5, 1.0, 3j])

    def __iter__(self):
        return iter([1j, 2.0 - 1j])


WAVES = Waves()


def from_an_item(x):
    return np.sum(np.abs(x * WAVES["w"] + 1) ** 2)


def from_a_loop(x):
    total = 0.0
    for w in WAVES:
        total = total + np.sum(np.abs(x * w + 1))
    return total


def from_a_kept_statement(x):
    try:
        w = np.sqrt(np.array(-2.0, dtype="complex128"))
    except FloatingPointError:
        w = 1.0
    return np.sum(np.abs(x * w + 1))


@pytest.mark.parametrize("f", [from_an_item, from_a_loop, from_a_kept_statement], ids=lambda f: f.__name__)
def test_complex_numbers_of_which_nothing_says_so_before(f):
    check(f, X)


def test_roots_that_are_complex():
    """What a function without a rule returns is complex, and nothing says so before."""

    def f(x):
        return np.sum(np.abs(x * np.roots([1.0, 2.0, 5.0])[0] + 1) ** 2)

    check(f, X)


def test_a_complex_solution_of_an_equation_is_refused():
    optimize = pytest.importorskip("scipy.optimize")

    def f(x):
        z = optimize.fixed_point(lambda z: np.cos(z) * x * (0.3 + 0.2j), np.array([0.1 + 0.1j]))
        return np.sum(np.abs(z))

    def real(x):
        root = optimize.root(lambda y: np.abs(np.exp(1j * y) + 1) ** 2 - x * 1.5 - y, np.array([0.1])).x
        return np.sum(root**2)

    with pytest.raises(TypeError, match="known for real numbers only"):
        grad(f)(0.7)
    assert grad(real)(0.7) == pytest.approx(difference(real, 0.7, 1.0), rel=1e-6)


# -------------------------------------------------------------------- derivatives inside


def inner_gradient(z):
    slope = grad(lambda w: np.sum(np.abs(w) ** 4))(z)
    return np.sum(np.abs(slope - z.real) ** 2)


def inner_derivative(z):
    return np.abs(grad(lambda w: np.sum(w**3), holomorphic=True)(z)[0]) ** 2


def inner_pullback(z):
    value, back = vjp(lambda w: w**2 + w.real)(z)
    return np.sum(np.abs(back(value)) ** 2)


@pytest.mark.parametrize("f", [inner_gradient, inner_derivative, inner_pullback], ids=lambda f: f.__name__)
def test_derivatives_inside_a_function_of_complex_numbers(f):
    check(f, Z)


def test_a_hessian_of_a_spectrum_inside_a_function():
    check(lambda x: np.sum(hessian(lambda w: np.sum(np.abs(np.fft.fft(w)) ** 4))(x) ** 2), X[:3], rtol=1e-7)
