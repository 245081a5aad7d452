"""SciPy's solvers inside a differentiated function, as they stand."""

import numpy as np
import pytest
import scipy.optimize
from scipy.optimize import brentq, fixed_point, minimize, newton, root, root_scalar

from adcompile import (
    Refused,
    UsageError,
    check_grads,
    grad,
    hessian,
    hessp,
    hvp,
    implicit,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)

A = np.array([[3.0, 0.4, -0.2], [0.1, 2.5, 0.3], [-0.5, 0.2, 4.0]])
B = np.array([1.0, -0.7, 0.4])
TIGHT = {"tol": 1e-13}


def cubic(x, p):
    return x**3 + x - p


def slope(x, p):
    return 3 * x**2 + 1


def system(x, A, b):
    return A @ x + 0.1 * x**3 - b


def system_slope(x, A, b):
    return A + np.diag(0.3 * x**2)


def cosine(x, c, scale=1.0):
    return scale * c * np.cos(x)


def contraction(x, W, b):
    return np.tanh(0.3 * (W @ x) + b)


def by_brentq(p):
    return brentq(cubic, 0.0, 2.0, args=(p,), xtol=1e-14)


def by_brenth(p):
    return scipy.optimize.brenth(cubic, 0.0, 2.0, (p,), 1e-14)


def by_bisect(p):
    return scipy.optimize.bisect(cubic, 0.0, 2.0, args=(p,), xtol=1e-14)


def by_ridder(p):
    return scipy.optimize.ridder(cubic, 0.0, 2.0, args=(p,), xtol=1e-14)


def by_toms748(p):
    return scipy.optimize.toms748(cubic, 0.0, 2.0, args=(p,), xtol=1e-14)


def by_newton(p):
    return newton(cubic, 1.0, args=(p,), fprime=slope, tol=1e-14)


def by_secant(p):
    return newton(cubic, 1.0, args=(p,), tol=1e-14)


def by_root_scalar(p):
    found = root_scalar(cubic, args=(p,), bracket=(0.0, 2.0), xtol=1e-14)
    return found.root


def by_lambda(p):
    return brentq(lambda x, p: x**3 + x - p, 0.0, 2.0, args=(p,), xtol=1e-14)


def by_closure(p):
    q = 2.0 * p
    residual = lambda x: x**3 + x - 0.5 * q  # noqa: E731
    return brentq(residual, 0.0, 2.0, xtol=1e-14)


def by_closure_with_arguments(p):
    return newton(lambda x, k: x**3 + k * x - p, 1.0, args=(1.0,), tol=1e-14)


OF_NUMBERS = [
    by_brentq, by_brenth, by_bisect, by_ridder, by_toms748, by_newton, by_secant, by_root_scalar, by_lambda,
    by_closure, by_closure_with_arguments,
]  # fmt: skip


@pytest.mark.parametrize("solve", OF_NUMBERS)
def test_roots_of_functions_of_a_number(solve):
    x = by_brentq(1.3)
    first = 1 / slope(x, 1.3)
    np.testing.assert_allclose(grad(solve)(1.3), first, rtol=1e-12)
    np.testing.assert_allclose(jvp(solve)(1.3, 2.0)[1], 2 * first, rtol=1e-12)
    np.testing.assert_allclose(grad(grad(solve))(1.3), -6 * x * first**3, rtol=1e-11)
    assert value_and_grad(solve)(1.3)[0] == solve(1.3)


def by_root(A, b):
    found = root(system, np.zeros(3), args=(A, b), **TIGHT)
    return found.x


def by_root_with_its_jacobian(A, b):
    return root(system, x0=[0.0, 0.0, 0.0], args=(A, b), jac=system_slope, tol=1e-13).x


def by_root_and_fewer_words(A, b):
    found = root(system, np.zeros_like(b), (A, b), "hybr", **TIGHT)
    if not found.success:
        raise ArithmeticError(found.message)
    return found.x


def by_root_of_a_closure(A, b):
    return root(lambda x: A @ x + 0.1 * x**3 - b, np.zeros(3), **TIGHT).x


def by_krylov(A, b):
    return root(system, np.zeros(3), args=(A, b), method="krylov", tol=1e-12).x


def test_systems():
    x = by_root(A, B)
    inverse = np.linalg.inv(system_slope(x, A, B))
    bar = np.array([0.3, -1.0, 2.0])
    for solve in (by_root, by_root_with_its_jacobian, by_root_and_fewer_words, by_root_of_a_closure, by_krylov):
        value, pullback = vjp(solve, wrt=(0, 1))(A, B)
        assert value.tobytes() == solve(A, B).tobytes()
        by_A, by_b = pullback(bar)
        np.testing.assert_allclose(by_b, inverse.T @ bar, rtol=1e-8)
        np.testing.assert_allclose(by_A, -np.outer(inverse.T @ bar, x), rtol=1e-8)
        along = jvp(solve, wrt=(0, 1))(A, B, (A, bar))[1]
        np.testing.assert_allclose(along, inverse @ (bar - A @ x), rtol=1e-8, atol=1e-10)
    check_grads(lambda A, b: np.sum(by_root(A, b) ** 2 * b), (A, B), order=2)


def test_the_second_derivative_of_a_system_in_both_modes():
    def loss(b):
        found = root(system, np.zeros(3), args=(A, b), **TIGHT)
        return np.sum(found.x**3)

    made = hessian(loss, mode="forward")(B)
    np.testing.assert_array_equal(hessian(loss)(B), made)
    np.testing.assert_allclose(hessian(loss, mode="reverse")(B), made, rtol=1e-10)
    np.testing.assert_allclose(made, made.T, rtol=1e-10)


def loss_of_a_root(b):
    found = root(lambda x: x**3 + x - b, np.zeros(3), **TIGHT)
    return np.sum(found.x**3)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_lambda_that_only_computes_may_run_again(mode):
    def by_fixed_point(b):
        return fixed_point(lambda x: 0.3 * np.cos(x) + b, np.zeros(3), xtol=1e-13)

    x = by_fixed_point(B)
    by_hand = np.diag(1 / (1 + 0.3 * np.sin(x)))
    np.testing.assert_allclose(jacobian(by_fixed_point, mode=mode)(B), by_hand, rtol=1e-10, atol=1e-12)
    made = hessian(loss_of_a_root, mode=mode)(B)
    np.testing.assert_allclose(made, hessian(loss_of_a_root, mode="reverse")(B), rtol=1e-10, atol=1e-12)


def told(x, p):
    print(x)
    return x**3 + x - p


def by_a_lambda_that_prints(p):
    return brentq(lambda x: told(x, p), 0.0, 2.0, xtol=1e-14, rtol=1e-14)


def test_a_lambda_that_prints_runs_once(capsys):
    with pytest.raises(UsageError, match="it does more than compute"):
        jacobian(by_a_lambda_that_prints, mode="forward")(1.3)
    assert not capsys.readouterr().out
    x = by_a_lambda_that_prints(1.3)
    np.testing.assert_allclose(jacobian(by_a_lambda_that_prints)(1.3), 1 / (3 * x**2 + 1), rtol=1e-12)


def test_fixed_points():
    def of_number(c):
        return fixed_point(cosine, 0.5, args=(c,), xtol=1e-14) * 2.0

    def of_array(b):
        return np.sum(fixed_point(contraction, np.zeros(3), args=(A, b), xtol=1e-14) ** 2)

    x = of_number(0.9) / 2
    np.testing.assert_allclose(grad(of_number)(0.9), 2 * np.cos(x) / (1 + 0.9 * np.sin(x)), rtol=1e-12)
    check_grads(of_number, (0.9,), order=2)
    check_grads(of_array, (B,), order=2)


def test_starts_and_brackets_have_no_influence():
    assert grad(lambda a: brentq(cubic, a, 2.0, args=(1.3,)) ** 2)(0.1) == 0.0
    assert grad(lambda x0: newton(cubic, x0, args=(1.3,)) ** 2)(0.9) == 0.0
    zeros = grad(lambda x0: np.sum(root(system, x0, args=(A, B)).x ** 2))(np.ones(3))
    np.testing.assert_array_equal(zeros, np.zeros(3))


def test_a_solver_in_a_loop_and_in_a_function():
    def step(x, h):
        return newton(implicit_euler, x, args=(x, h), tol=1e-14)

    def implicit_euler(y, x, h):
        return y - x + h * y**3

    def flow(x, h):
        path = np.zeros(4)
        for i in range(4):
            x = step(x, h)
            path[i] = x
        return np.sum(path**2)

    check_grads(flow, (1.2, 0.3), order=2)


def test_what_changes_afterwards():
    """The sweep reads the parameters as they were when the solver was called."""

    def f(b):
        scaled = 2.0 * b
        x = root(system, np.zeros(3), args=(A, scaled), **TIGHT).x
        scaled *= 3.0
        scaled[0] = 7.0
        total = np.sum(x**2)
        x *= 2.0
        x[1] = b[0]
        return total + np.sum(scaled * x)

    check_grads(f, (B,), order=2)


def test_reports_in_branches():
    def f(p, c):
        if c > 0:
            found = root(cubic, 1.0, args=(p,), **TIGHT)
            x = found.x[0]
        else:
            x = root_scalar(cubic, args=(p * p,), bracket=(0.0, 5.0), xtol=1e-14).root
        return x**2 * p

    check_grads(f, (1.3, 1.0), wrt=(0,), order=2)
    check_grads(f, (1.3, -1.0), wrt=(0,), order=2)


def hill(x, p):
    return np.sum((x - p) ** 4) / 4 + np.sum((x - 1) ** 2)


slope_of_hill = grad(hill)


def test_the_bottom_of_a_function():
    """Where its gradient is zero: the gradient is the solver's function, and the implicit one."""

    def outside(p):
        return np.sum(root(slope_of_hill, np.zeros(3), args=(p,), **TIGHT).x ** 2 * p)

    def inside(p):
        return np.sum(root(grad(hill), np.zeros(3), args=(p,), jac=hessian(hill), **TIGHT).x ** 2 * p)

    @implicit(slope_of_hill)
    def lowest(p):
        return minimize(hill, p, args=(p,), jac=slope_of_hill, options={"gtol": 1e-11}).x

    x = root(slope_of_hill, np.zeros(3), args=(B,), **TIGHT).x
    by_p = 3 * (x - B) ** 2 / (3 * (x - B) ** 2 + 2)
    for f in (outside, inside, lambda p: np.sum(lowest(p) ** 2 * p)):
        np.testing.assert_allclose(grad(f)(B), 2 * x * by_p * B + x**2, rtol=1e-7)
    check_grads(outside, (B,), order=2)


def test_the_program_is_one_that_can_be_read():
    def f(p):
        return brentq(cubic, 0.0, 2.0, args=(p,)) ** 2

    df = grad(f)
    df(1.3)
    body = "\n".join(line for line in df.source.splitlines() if "import" not in line).strip()
    assert body == (
        "def f_grad(p, out_bar=1.0):\n"
        "    t = brentq(cubic, 0.0, 2.0, args=(p,))\n"
        "    # return brentq(cubic, 0.0, 2.0, args=(p,)) ** 2\n"
        "    p_bar = cubic_solution_pullback(t, p, 2 * out_bar * t)\n"
        "    return p_bar\n"
        "\n"
        "\n"
        "def cubic_solution_pullback(x, p, x_bar):\n"
        "    x_slope, p_slope = cubic_pullback(x, 1.0)\n"
        "    require_regular(x_slope)\n"
        "    w = -x_bar / x_slope\n"
        "    return w * p_slope\n"
        "\n"
        "\n"
        "def cubic_pullback(x, out_bar):\n"
        "    # return x**3 + x - p\n"
        "    p_bar = -out_bar\n"
        "    x_bar = out_bar + 3 * out_bar * x ** 2\n"
        "    return x_bar, p_bar"
    )


# ------------------------------------------------------------------------------------ refused


def without_root(x, p):
    return x**2 + p


def test_a_solver_that_fails_has_no_derivative():
    def f(p):
        return np.sum(root(without_root, np.ones(2), args=(p,)).x)

    f(1.0)  # the program itself goes on with what there is
    with pytest.raises(ArithmeticError, match="the solver found no solution"):
        grad(f)(1.0)
    with pytest.raises(ArithmeticError, match="the solver found no solution"):
        jvp(f)(1.0, 1.0)

    def g(p):
        return root_scalar(cubic, args=(p,), x0=1.0, x1=0.9, maxiter=1).root

    with pytest.raises(ArithmeticError, match="the solver found no solution"):
        grad(g)(1.3)


def helper(found):
    return np.sum(found.x)


def pair(x, p):
    return x - p, 1.0


REFUSED = {
    "as args=\\(p,\\)": lambda p: brentq(OF_NUMBERS[0], 0.0, 2.0, args=(p,)),
    "leave 'full_output' out": lambda p: brentq(cubic, 0.0, 2.0, args=(p,), full_output=True)[0],
    "leave 'disp' out": lambda p: newton(cubic, 1.0, args=(p,), disp=False),
    "leave 'jac' out": lambda p: root(pair, 1.0, args=(p,), jac=True).x[0],
    "leave 'method' out": lambda p: root(cubic, 1.0, args=(p,), method="lm").x[0],
    "does not fit 'cubic'": lambda p: brentq(cubic, 0.0, 2.0, args=(p, p)),
    "and does not say which": lambda p: np.sum(newton(cubic, np.ones(2), args=(p,))),
    "beside the solution is not": lambda p: root(cubic, 1.0, args=(p,)).fun[0],
    "root\\(f, x0, args=\\(p,\\)\\).x, which reports that": lambda p: scipy.optimize.fsolve(cubic, 1.0, args=(p,))[0],
    "root\\(grad\\(f\\), x0, args=\\(p,\\)\\).x": lambda p: minimize(lambda x, p: (x[0] - p) ** 2, 0.5, args=(p,)).x[0],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_known_is_refused(reason):
    with pytest.raises(Refused, match=reason):
        grad(REFUSED[reason])(1.3)
    with pytest.raises(Refused, match=reason):
        jvp(REFUSED[reason])(1.3, 1.0)


def test_a_report_that_is_handed_on_is_refused():
    with pytest.raises(Refused, match="beside the solution is not differentiated"):
        grad(lambda p: helper(root(cubic, 1.0, args=(p,))))(1.3)


def test_a_solver_of_constants_is_left_alone():
    def f(p):
        return p * brentq(lambda x: x**2 - 2.0, 0.0, 2.0) + p * len(root(cubic, 1.0, args=(2.0,)).message)

    check_grads(f, (1.3,))


def test_a_saved_gradient_imports_the_solver(tmp_path):
    df = grad(loss_of_a_root)
    made = df(B)
    df.save(tmp_path / "saved.py")
    text = (tmp_path / "saved.py").read_text()
    assert "from scipy.optimize import root" in text
    assert "import adcompile" not in text and "from adcompile" not in text
    saved = {}
    exec(text, saved)
    np.testing.assert_array_equal(saved["loss_of_a_root_grad"](B), made)


def test_the_sparsity_of_a_program_with_a_solver():
    def f(p):
        made = p**2
        made[0] = brentq(cubic, -5.0, 5.0, args=(p[2] + p[3],))
        return made

    p = np.array([0.3, 0.5, 0.7, 0.2])
    J = jacobian(f, sparsity="auto")
    np.testing.assert_allclose(J(p).toarray(), jacobian(f)(p), rtol=1e-12)
    pattern = [[0, 0, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    np.testing.assert_array_equal(J.sparsity(p).toarray() != 0, pattern)

    def system_of_all(p):
        return np.concatenate((p, root(system, np.zeros(3), args=(A, p[1:]), **TIGHT).x))

    np.testing.assert_allclose(
        jacobian(system_of_all, sparsity="auto")(p).toarray(), jacobian(system_of_all)(p), rtol=1e-8, atol=1e-12
    )


def test_hessp_takes_the_vector_where_scipy_puts_it():
    def f(x, c):
        return np.sum((x - c) ** 4) + np.sum(x**2 * np.roll(x, 1) ** 2)

    x, c, p = np.array([0.3, -0.2, 0.5]), np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 2.0])
    product = hessp(f)
    np.testing.assert_allclose(product(x, p, c), hessian(f)(x, c) @ p, rtol=1e-13)
    np.testing.assert_array_equal(product(x, p, c), hvp(f)(x, c, p))
    assert "def f_grad_tangent(x, c, x_dot" in product.source
    found = minimize(f, x, args=(c,), jac=grad(f), hessp=product, method="trust-ncg", options={"gtol": 1e-9})
    np.testing.assert_allclose(grad(f)(found.x, c), 0.0, atol=1e-9)
    with pytest.raises(Refused):
        grad(lambda x: np.sum(product(x, p, c)))(x)
