"""Solvers, differentiated by the equations that they solve."""

import linecache

import numpy as np
import pytest
from scipy.sparse.linalg import cg, gmres

from adcompile import Refused, UsageError, check_grads, check_rule, grad, hessian, implicit, jacobian, jvp, vjp
from adcompile.rules.registry import RULES

M, ECC = 0.8, 0.3
A = np.array([[3.0, 0.4, -0.2], [0.1, 2.5, 0.3], [-0.5, 0.2, 4.0]])
B = np.array([1.0, -0.7, 0.4])
STIFFNESS, SCALE = 2.0, [0.5]


@pytest.fixture(autouse=True)
def rules_of_one_test():
    """What a test registers is gone after it."""
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def newton(residual, slope, x):
    """A root of a function of one number, to the last digit."""
    for _ in range(60):
        x = x - residual(x) / slope(x)
    return x


def kepler(E, M, e):
    return E - e * np.sin(E) - M


def square(x, a):
    return x * x - a


def linear(x, A, b):
    return A @ x - b


def contraction(x, W, b):
    return np.tanh(0.3 * (W @ x) + b)


def solved_kepler(M, e, start=1.0):
    E = start
    for _ in range(60):
        E = E - kepler(E, M, e) / (1 - e * np.cos(E))
    return E


def iterated(W, b):
    x = np.zeros(b.size)
    for _ in range(400):
        x = contraction(x, W, b)
    return x


def test_a_square_root():
    @implicit(square)
    def root_of(a):
        x = 1.0
        while abs(x * x - a) > 1e-15 * a:
            x = 0.5 * (x + a / x)
        return x

    f = grad(lambda a: root_of(a))
    np.testing.assert_allclose(f(2.0), 0.5 / np.sqrt(2.0), rtol=1e-14)
    np.testing.assert_allclose(grad(grad(root_of))(2.0), -0.25 * 2.0**-1.5, rtol=1e-13)
    np.testing.assert_allclose(grad(grad(grad(root_of)))(2.0), 0.375 * 2.0**-2.5, rtol=1e-12)
    assert "while" not in f.source


def test_keplers_equation():
    anomaly = implicit(kepler)(solved_kepler)
    E = anomaly(M, ECC)
    d = grad(lambda M, e: anomaly(M, e) ** 2, wrt=(0, 1))
    slope = 1 - ECC * np.cos(E)
    np.testing.assert_allclose(d(M, ECC), (2 * E / slope, 2 * E * np.sin(E) / slope), rtol=1e-13)
    check_rule(anomaly, (M, ECC))
    check_grads(lambda M, e: np.sin(anomaly(M, e)) * e, (M, ECC), order=2)


def test_a_solver_by_itself_is_not_differentiated_through_its_steps():
    """Halving an interval has the derivative zero; the root has not."""

    @implicit(square)
    def root_of(a):
        low, high = 0.0, 4.0
        for _ in range(80):
            middle = 0.5 * (low + high)
            if middle * middle > a:
                high = middle
            else:
                low = middle
        return low

    np.testing.assert_allclose(grad(root_of)(2.0), 0.5 / np.sqrt(2.0), rtol=1e-14)
    np.testing.assert_allclose(jvp(root_of)(2.0, 1.0)[1], 0.5 / np.sqrt(2.0), rtol=1e-14)
    np.testing.assert_allclose(vjp(root_of)(2.0)[1](1.0), 0.5 / np.sqrt(2.0), rtol=1e-14)
    np.testing.assert_allclose(hessian(root_of)(2.0), -0.25 * 2.0**-1.5, rtol=1e-13)
    df = grad(root_of)
    df(a=2.0)
    assert "for " not in df.source and "def root_of_grad(a, out_bar=1.0):" in df.source


def test_a_start_has_no_influence():
    anomaly = implicit(kepler)(solved_kepler)
    assert grad(lambda start: anomaly(M, ECC, start) ** 2)(0.5) == 0.0
    by_keyword = grad(lambda M: anomaly(e=ECC, M=M, start=M) ** 2)
    np.testing.assert_allclose(by_keyword(M), grad(lambda M: anomaly(M, ECC) ** 2)(M), rtol=1e-14)


def test_a_linear_system():
    @implicit(linear)
    def solve(A, b):
        return np.linalg.inv(A) @ b

    x = solve(A, B)
    d = grad(lambda A, b: np.sum(solve(A, b) ** 2), wrt=(0, 1))
    w = np.linalg.solve(A.T, 2 * x)
    np.testing.assert_allclose(d(A, B)[0], -np.outer(w, x), rtol=1e-13)
    np.testing.assert_allclose(d(A, B)[1], w, rtol=1e-13)
    np.testing.assert_allclose(jacobian(solve, wrt=1)(A, B), np.linalg.inv(A), rtol=1e-13)
    np.testing.assert_allclose(hessian(lambda b: np.sum(solve(A, b) ** 2))(B), 2 * np.linalg.inv(A @ A.T).T, rtol=1e-12)
    check_rule(solve, (A, B))


def test_a_fixed_point():
    find = implicit(fixed_point=contraction)(iterated)
    x = find(A, B)
    slope = np.diag(1 - x**2)
    by_b = np.linalg.solve(np.eye(3) - 0.3 * slope @ A, slope)
    np.testing.assert_allclose(jacobian(find, wrt=1)(A, B), by_b, rtol=1e-12)
    np.testing.assert_allclose(jacobian(find, wrt=1, mode="forward")(A, B), by_b, rtol=1e-12)
    check_rule(find, (A, B))


def test_a_fixed_point_that_is_a_number():
    @implicit(fixed_point=lambda x, c: c * np.cos(x))
    def find(c):
        x = 0.5
        for _ in range(300):
            x = c * np.cos(x)
        return x

    x = find(0.9)
    np.testing.assert_allclose(grad(find)(0.9), np.cos(x) / (1 + 0.9 * np.sin(x)), rtol=1e-13)
    check_rule(find, (0.9,))


def test_both_modes_agree():
    find = implicit(fixed_point=contraction)(iterated)
    rng = np.random.default_rng(3)
    for _ in range(8):
        dots, bar = (rng.normal(size=(3, 3)), rng.normal(size=3)), rng.normal(size=3)
        tangent = jvp(find, wrt=(0, 1))(A, B, dots)[1]
        pulled = vjp(find, wrt=(0, 1))(A, B)[1](bar)
        weighted = sum(np.sum(p * d) for p, d in zip(pulled, dots, strict=True))
        np.testing.assert_allclose(tangent @ bar, weighted, rtol=1e-12)


def test_the_solver_by_complex_step():
    find = implicit(fixed_point=contraction)(iterated)

    def complex_find(W, b):
        x = np.zeros(3, complex)
        for _ in range(400):
            x = contraction(x, W, b)
        return x

    step = 1e-30
    made = grad(lambda b: np.sum(find(A, b) ** 3))(B)
    for i in range(3):
        moved = B + 1j * step * (np.arange(3) == i)
        np.testing.assert_allclose(made[i], np.sum(complex_find(A, moved) ** 3).imag / step, rtol=1e-12)


def test_a_solution_that_is_a_matrix():
    """A square root of a matrix: the unknown has two axes."""

    def equation(X, C):
        return X @ X - C

    @implicit(equation)
    def matrix_root(C):
        X = np.eye(C.shape[0])
        for _ in range(40):
            X = 0.5 * (X + np.linalg.solve(X, C))
        return X

    C = A @ A
    check_rule(matrix_root, (C,), rtol=1e-5)
    d = grad(lambda C: np.trace(matrix_root(C)))(C)
    np.testing.assert_allclose(d, 0.5 * np.linalg.inv(matrix_root(C)).T, rtol=1e-10)


def test_float32_stays():
    @implicit(linear)
    def solve(A, b):
        return np.linalg.solve(A, b)

    a, b = A.astype(np.float32), B.astype(np.float32)
    made = grad(lambda A, b: np.sum(solve(A, b) ** 2), wrt=(0, 1))(a, b)
    assert [m.dtype for m in made] == [np.float32, np.float32]
    exact = grad(lambda A, b: np.sum(solve(A, b) ** 2), wrt=(0, 1))(A, B)
    for m, e in zip(made, exact, strict=True):
        np.testing.assert_allclose(m, e, rtol=1e-4)
    tangent = jvp(solve, wrt=1)(a, b, b)[1]
    assert tangent.dtype == np.float32


def branching(x, p, limit):
    y = np.zeros(2)
    y[0] = x[0] ** 3 + x[0] * p[1] - p[0]
    y[1] = x[1] - x[0] if limit > 1 else x[1] - np.exp(x[0]) * p[1]
    for k in range(2):
        y[k] *= 1.5
    return y


def solve_branching(p, limit):
    first = 1.0
    for _ in range(60):
        first = first - (first**3 + first * p[1] - p[0]) / (3 * first**2 + p[1])
    return np.array([first, first if limit > 1 else np.exp(first) * p[1]])


@pytest.mark.parametrize("limit", [0.5, 2.0])
def test_a_residual_with_stores_branches_and_loops(limit):
    implicit(branching)(solve_branching)
    check_grads(lambda p: np.sum(solve_branching(p, limit) ** 2), (np.array([0.7, 1.2]),), order=2)


def test_parameters_that_are_containers():
    def equation(x, model):
        return model["W"] @ x + x**3 - model["b"][0]

    @implicit(equation)
    def solve(model):
        x = np.zeros(3)
        for _ in range(50):
            x = x - np.linalg.solve(model["W"] + np.diag(3 * x**2), equation(x, model))
        return x

    def number(x, pair):
        return x * pair[0] + x**3 - pair[1]

    @implicit(number)
    def solve_number(pair):
        return newton(lambda x: number(x, pair), lambda x: pair[0] + 3 * x**2, 0.5)

    model = {"W": A, "b": (B, 2.0)}
    check_grads(lambda model: np.sum(solve(model) ** 2), (model,), order=2)
    check_grads(lambda pair: solve_number(pair) ** 2, ((2.0, 1.5),), order=2)
    check_grads(lambda p, q: solve_number((p, q)) ** 2, (2.0, 1.5), order=2)


def test_a_solver_in_a_loop_and_in_a_function():
    anomaly = implicit(kepler)(solved_kepler)

    def position(M, e):
        E = anomaly(M, e)
        return np.cos(E) - e

    def orbit(e, times):
        total = 0.0
        for t in times:
            x = position(2.0 * t, e)
            if x > 0:
                total += x * anomaly(t, e)
            else:
                total -= x**2
        return total

    check_grads(orbit, (0.3, np.linspace(0.2, 2.0, 5)), order=2)


def test_a_solver_whose_result_has_no_known_type():
    @implicit(kepler)
    def anomaly(M, e):
        return {e: newton(lambda E: kepler(E, M, e), lambda E: 1 - e * np.cos(E), 1.0)}[e]

    E, f = anomaly(M, ECC), grad(lambda M, e: anomaly(M, e) ** 2)
    np.testing.assert_allclose(f(M, ECC), 2 * E / (1 - ECC * np.cos(E)), rtol=1e-13)
    assert "require_square" in f.source
    check_rule(anomaly, (M, ECC), order=1)


def test_solvers_within_equations():
    """The residual of one solver calls another one."""
    anomaly = implicit(kepler)(solved_kepler)

    def outer(x, p):
        return x + anomaly(x, 0.2) - p

    @implicit(outer)
    def solve(p):
        x = 0.5
        for _ in range(80):
            x = x - 0.4 * (x + solved_kepler(x, 0.2) - p)
        return x

    check_rule(solve, (1.7,))


def test_a_solution_that_is_changed_afterwards():
    find = implicit(fixed_point=contraction)(iterated)

    def f(W, b):
        x = find(W, b)
        total = np.sum(x**2)
        x *= 2.0
        x[0] = b[1]
        return total + np.sum(x * b)

    check_grads(f, (A, B), order=2)


def test_the_value_is_the_programs_own():
    find = implicit(fixed_point=contraction)(iterated)
    value, _ = vjp(find, wrt=(0, 1))(A, B)
    assert value.tobytes() == find(A, B).tobytes()
    assert jvp(find, wrt=1)(A, B, B)[0].tobytes() == find(A, B).tobytes()


def test_a_method_is_a_solver():
    def equation(x, self, p):
        return x**3 + self.k * x - p

    class Spring:
        k = 2.0

        @implicit(equation)
        def rest(self, p):
            return newton(lambda x: equation(x, self, p), lambda x: 3 * x**2 + self.k, 1.0)

    spring = Spring()
    check_grads(lambda p: spring.rest(p) ** 2, (1.5,), order=2)


def test_what_was_compiled_is_compiled_again():
    def solve(a):
        return np.sqrt(a) * 1.0

    def f(a):
        return solve(a)

    df = grad(f)
    df(2.0)
    implicit(square)(solve)
    np.testing.assert_allclose(df(2.0), 0.5 / np.sqrt(2.0), rtol=1e-14)
    assert "require_regular" in df.source


# ------------------------------------------------------------------------- linear systems by products


def by_gmres(A, b):
    return gmres(A, b, rtol=1e-14, atol=0.0)[0]


def by_conjugate_gradients(A, b):
    """A solver of our own, for the equations A^T A w = A^T b made of products alone: of small ones."""
    matrix = np.stack([A @ unit for unit in np.eye(b.size, dtype=b.dtype)], axis=1)
    return np.linalg.solve(matrix, b)


def cubic_system(x, A, b):
    return A @ x + 0.1 * x**3 - b


def solved_system(A, b):
    x = np.zeros_like(b)
    for _ in range(60):
        x = x - np.linalg.solve(A + np.diag(0.3 * x**2), cubic_system(x, A, b))
    return x


def solved_system_too(A, b):
    return solved_system(A, b)


@pytest.mark.parametrize("by", [by_gmres, by_conjugate_gradients])
def test_a_linear_system_without_its_matrix(by):
    free = implicit(cubic_system, solve=by)(solved_system_too)
    dense = implicit(cubic_system)(solved_system)
    rng = np.random.default_rng(5)
    bar, dots = rng.normal(size=3), (rng.normal(size=(3, 3)), rng.normal(size=3))
    for made, exact in zip(vjp(free, (0, 1))(A, B)[1](bar), vjp(dense, (0, 1))(A, B)[1](bar), strict=True):
        np.testing.assert_allclose(made, exact, rtol=1e-11)
    np.testing.assert_allclose(jvp(free, (0, 1))(A, B, dots)[1], jvp(dense, (0, 1))(A, B, dots)[1], rtol=1e-11)
    second = hessian(lambda b: np.sum(dense(A, b) ** 3))(B)
    np.testing.assert_allclose(hessian(lambda b: np.sum(free(A, b) ** 3))(B), second, rtol=1e-9)
    check_grads(lambda A, b: np.sum(free(A, b) ** 3), (A, B), order=2)
    df = grad(lambda b: np.sum(free(A, b)))
    df(B)
    assert f"solve_linear({by.__name__}, cubic_system_pullback, -x_bar, x, A)" in df.source
    assert "np.eye" not in df.source


def test_a_fixed_point_without_its_matrix():
    free = implicit(fixed_point=contraction, solve=by_gmres)(iterated)
    x = free(A, B)
    slope = np.diag(1 - x**2)
    by_b = np.linalg.solve(np.eye(3) - 0.3 * slope @ A, slope)
    np.testing.assert_allclose(jacobian(free, wrt=1, mode="reverse")(A, B), by_b, rtol=1e-11)
    np.testing.assert_allclose(jacobian(free, wrt=1, mode="forward")(A, B), by_b, rtol=1e-11)
    check_rule(free, (A, B))


def test_many_unknowns_without_a_matrix():
    """A heat equation on a grid of two axes, with 3,600 unknowns."""

    def balance(u, source):
        padded = np.pad(u, 1)
        flow = 4 * u - padded[2:, 1:-1] - padded[:-2, 1:-1] - padded[1:-1, 2:] - padded[1:-1, :-2]
        return flow + u + 0.1 * u**3 - source

    def by_cg(A, b):
        return cg(A, b, rtol=1e-12)[0]

    @implicit(balance, solve=by_cg)
    def temperature(source):
        u = np.zeros_like(source)
        for _ in range(200):
            u = u - balance(u, source) / (8.0 + 0.3 * u**2)
        return u

    source = np.ones((60, 60))
    source[20:30, 20:40] = 3.0
    made = grad(lambda s: np.sum(temperature(s) ** 2))(source)
    direction = np.random.default_rng(0).normal(size=source.shape)
    tangent = jvp(lambda s: np.sum(temperature(s) ** 2))(source, direction)[1]
    np.testing.assert_allclose(np.sum(made * direction), tangent, rtol=1e-9)
    step = 1e-5 * direction
    difference = (np.sum(temperature(source + step) ** 2) - np.sum(temperature(source - step) ** 2)) / 2e-5
    np.testing.assert_allclose(tangent, difference, rtol=1e-6)


def test_a_linear_solver_that_stops_too_early():
    def hasty(A, b):
        return 0.5 * b

    stopped = implicit(cubic_system, solve=hasty)(solved_system_too)
    with pytest.raises(np.linalg.LinAlgError, match="the linear solver found no solution"):
        grad(lambda b: np.sum(stopped(A, b)))(B)
    with pytest.raises(np.linalg.LinAlgError, match="the linear solver found no solution"):
        jvp(stopped, 1)(A, B, B)
    with pytest.raises(UsageError, match="is not a Python function"):
        implicit(cubic_system, solve=np.sin)


# ------------------------------------------------------------------------------------ refused


def test_a_double_root_has_no_derivative():
    @implicit(lambda x, a: (x - a) ** 2)
    def solve(a):
        return a * 1.0

    with pytest.raises(np.linalg.LinAlgError, match="the derivative of the equation by its solution is singular"):
        grad(lambda a: solve(a))(2.0)
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        jvp(lambda a: solve(a))(2.0, 1.0)


@pytest.mark.parametrize("noise", [0.0, 2.3e-16])
def test_a_singular_system_has_no_derivative(noise):
    @implicit(linear)
    def solve(A, b):
        return np.linalg.pinv(A) @ b

    singular = np.array([[1.0, 1.0], [1.0, 1.0 + noise]])
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        grad(lambda b: np.sum(solve(singular, b)))(np.ones(2))


def test_one_equation_for_each_unknown():
    @implicit(lambda x, b: np.sum(x - b))
    def fewer(b):
        return b * 1.0

    with pytest.raises(Refused, match=r"'<lambda>' returns an array of shape \(\) for a solution of shape"):
        grad(lambda b: np.sum(fewer(b)))(B)

    @implicit(lambda x, b: np.concatenate((x, b)))
    def more(b):
        return b * 1.0

    with pytest.raises((Refused, ValueError), match="shape"):
        grad(lambda b: np.sum(more(b)))(B)


def test_an_equation_that_changes_its_arguments():
    def equation(x, b):
        x -= b
        return x

    @implicit(equation)
    def solve(b):
        return b * 1.0

    with pytest.raises(Refused, match="changes its arguments"):
        grad(lambda b: np.sum(solve(b)))(B)


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        (lambda: 0.0, "takes no parameters"),
        (lambda x, q: x - q, "'solve' has no parameter 'q', which '<lambda>' takes"),
        (lambda x, *p: x - p[0], "takes '\\*'"),
        (lambda x, *, p: x - p, "takes 'p' by keyword alone"),
    ],
)
def test_an_equation_that_does_not_fit(equation, reason):
    def solve(p):
        return p

    with pytest.raises(UsageError, match=reason):
        implicit(equation)(solve)


def test_one_equation_is_named():
    with pytest.raises(UsageError, match="takes the equation, or fixed_point=, and not both"):
        implicit()
    with pytest.raises(UsageError, match="not both"):
        implicit(square, fixed_point=square)
    with pytest.raises(UsageError, match="not a Python function"):
        implicit(np.sin)
    with pytest.raises(UsageError, match="is no Python function"):
        implicit(lambda x: x)(np.sin)


def test_the_sweeps_can_be_read():
    anomaly = implicit(kepler)(solved_kepler)
    d = grad(lambda M: anomaly(M, ECC))
    d(M)
    assert "def solved_kepler_pullback(E, M, e, E_bar):" in d.source
    assert any(name.startswith("<solution") for name in linecache.cache)


def test_what_was_decided_can_be_asked_for():
    anomaly = implicit(kepler)(solved_kepler)
    said = str(grad(lambda M: anomaly(M, ECC) ** 2).explain(M))
    assert "solved_kepler: the solution of an equation, by solved_kepler_pullback" in said
    assert "kepler_pullback: kepler in test_implicit.py, differentiated by E, M" in said


def test_what_the_equation_reads_from_outside(monkeypatch):
    def scaled(x, p):
        return SCALE[0] * x**3 - p * STIFFNESS

    @implicit(scaled)
    def solve(p):
        return (p * STIFFNESS / SCALE[0]) ** (1 / 3)

    df = grad(solve)
    for stiffness in (2.0, 3.0):
        monkeypatch.setitem(globals(), "STIFFNESS", stiffness)
        np.testing.assert_allclose(df(1.5), solve(1.5) / 4.5, rtol=1e-13)
