"""Eigenvalues and singular values where their vectors are not determined, and programs that use them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import difference, inner

from adcompile import check_grads, grad, jvp
from adcompile.errors import Refused
from adcompile.ir.types import UNKNOWN
from adcompile.rules.registry import rule_for
from adcompile.testing.loading import load_text

rng = np.random.default_rng(4)
SQUARE = np.round(rng.normal(size=(3, 3)), 2) + np.diag([0.0, 3.0, 6.0])
TALL = np.round(rng.normal(size=(5, 3)), 2) + np.eye(5, 3) * [2, 4, 6]
TIED = np.diag([2.0, 2.0, 5.0])


def right_of_all(x: Any) -> Any:
    _, s, vh = np.linalg.svd(x)
    return np.sum(vh[0] ** 4 * s[1]) + np.sum(vh[1] ** 3) * s[0]


def left_of_all(x: Any) -> Any:
    u, s, _ = np.linalg.svd(x)
    return np.sum(u[:, 0] ** 4 * s[1]) + np.sum(u[:, 1] ** 3) * s[0]


def values_of_all(x: Any) -> Any:
    return np.sum(np.linalg.svd(x)[1] ** 3)


def test_what_is_determined_of_all_singular_vectors() -> None:
    stack = np.stack([TALL, TALL[::-1] + 0.3])
    for f, x in ((right_of_all, TALL), (left_of_all, TALL.T), (values_of_all, TALL), (values_of_all, TALL.T)):
        check_grads(f, (x,), order=2)
    check_grads(lambda x: np.sum(np.linalg.svd(x)[2][:, 0] ** 4), (stack,), order=1)
    check_grads(lambda x: np.sum(np.linalg.svd(x).U[..., 0] ** 4), (np.swapaxes(stack, 1, 2),), order=1)


def test_what_is_not_determined_is_refused() -> None:
    for f, x in ((left_of_all, TALL), (right_of_all, TALL.T)):
        for derivative in (lambda f, x: grad(f)(x), lambda f, x: jvp(f)(x, x)):
            with pytest.raises(ValueError, match=r"write np.linalg.svd\(a, full_matrices=False\)"):
                derivative(f, x)


def test_the_triangle_that_is_not_read_has_no_derivative() -> None:
    for f in (lambda a: np.linalg.eigvalsh(a)[0], lambda a: np.linalg.eigh(a).eigenvectors[0, 0] ** 2):
        assert np.array_equal(np.triu(grad(f)(SQUARE), 1), np.zeros((3, 3)))
    upper = grad(lambda a: np.sum(np.linalg.eigvalsh(a, UPLO="U") ** 3))(SQUARE)
    assert np.array_equal(np.tril(upper, -1), np.zeros((3, 3)))


def test_equal_values_have_their_derivatives() -> None:
    def by_eigh(a: Any) -> Any:
        w, _ = np.linalg.eigh(a)
        return np.sum(w**3)

    def by_svd(a: Any) -> Any:
        _, s, _ = np.linalg.svd(a)
        return np.sum(s**3)

    programs = [by_eigh, by_svd, lambda a: np.sum(np.linalg.eigvalsh(a) ** 3)]
    programs += [lambda a: np.sum(np.linalg.svd(a, compute_uv=False) ** 3), lambda a: np.sum(np.linalg.svdvals(a) ** 3)]
    direction = np.array([[0.3, 0.0, 0.0], [0.7, 1.1, 0.0], [-0.2, 0.4, 0.9]])
    for f in programs:
        with np.errstate(all="raise"):
            np.testing.assert_allclose(grad(f)(TIED), 3 * TIED**2, atol=1e-13)
            np.testing.assert_allclose(jvp(f)(TIED, direction)[1], np.sum(3 * TIED**2 * direction), rtol=1e-14)


def test_the_size_of_a_matrix_of_low_rank() -> None:
    """The nuclear norm, where some singular values are zero: a subgradient."""
    a = np.outer([1.0, 2.0, 2.0], [0.6, 0.8])
    made = grad(lambda a: np.sum(np.linalg.svd(a, compute_uv=False)))(a)
    assert np.isclose(np.sum(made * a), 3.0)
    assert np.linalg.norm(made, 2) < 1 + 1e-12


def test_the_largest_of_equal_singular_values_share() -> None:
    for order, shares in ((2, [0.0, 0.5, 0.5]), (-2, [1.0, 0.0, 0.0])):
        f = load_text(f"def f(a):\n    return np.linalg.norm(a, {order})\n", "f", {"np": np})
        np.testing.assert_allclose(grad(f)(np.diag([1.0, 4.0, 4.0])), np.diag(shares), atol=1e-15)
    check_grads(lambda a: np.linalg.norm(a, "nuc"), (SQUARE + 1j * SQUARE.T,), order=1)


def root(a: Any) -> Any:
    w, v = np.linalg.eigh(a)
    return np.sum(((v * np.sqrt(w)) @ v.T) ** 3)


def test_vectors_of_equal_values_have_no_derivative() -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(grad(root)(TIED)).any()
        assert np.isnan(jvp(root)(TIED, TIED + 1.0)[1])


def test_rule_of_all_singular_vectors_by_itself() -> None:
    """Of the vectors of one side alone, where there are as many as singular values; `mutants.py` runs this."""
    rule, rng = rule_for(np.linalg.svd), np.random.default_rng(6)
    assert rule is not None and rule.function is not None
    stack = np.stack([TALL, TALL[::-1] + 0.3])
    for a, read in ((TALL, 2), (TALL.T, 0), (stack, 2), (np.swapaxes(stack, 1, 2), 0), (TALL, 1), (TALL.T, 1)):
        r = np.linalg.svd(a)
        bars = [rng.normal(size=np.shape(item)) if i in (1, read) else None for i, item in enumerate(r)]
        made, along = rule.function(r, a, bars), rng.normal(size=np.shape(a))

        def moved(h: float, a: Any = a, along: Any = along, bars: Any = bars) -> float:
            return inner(list(np.linalg.svd(a + h * along)), bars)

        assert np.isclose(np.sum(made * along), difference(moved, 1e-3), rtol=1e-7)


OTHER_OPTIONS = ["svd(a, hermitian=True)[1]", "qr(a, mode='complete')[1]", "cond(a, 1)", "lstsq(a, a, 0.1)[0]"]


@pytest.mark.parametrize("call", OTHER_OPTIONS)
def test_refused(call: str) -> None:
    f = load_text(f"def f(a):\n    return np.sum(np.linalg.{call})\n", "f", {"np": np})
    for derivative in (lambda: grad(f)(SQUARE), lambda: jvp(f)(SQUARE, SQUARE)):
        with pytest.raises(Refused, match=r"is not known|is known with"):
            derivative()


def of_names(a: Any) -> Any:
    factors, values = np.linalg.qr(a), np.linalg.svd(a, full_matrices=False)
    inner = np.linalg.eigh(a.T @ a)
    signs = np.linalg.slogdet(a.T @ a)
    return (
        np.sum(factors.Q[:, 0] ** 3) * factors.R[0, 1]
        + np.sum(values.U[0] ** 2 * values.S * values.Vh[1] ** 2)
        + inner.eigenvalues[0] * inner.eigenvectors[0, 1] ** 2
        + signs.logabsdet * signs.sign
    )


def by_place(a: Any) -> Any:
    q, r = np.linalg.qr(a)
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    w, v = np.linalg.eigh(a.T @ a)
    sign, logarithm = np.linalg.slogdet(a.T @ a)
    first = np.sum(q[:, 0] ** 3) * r[0, 1] + np.sum(u[0] ** 2 * s * vh[1] ** 2)
    return first + w[0] * v[0, 1] ** 2 + logarithm * sign


def test_items_by_their_names() -> None:
    np.testing.assert_allclose(grad(of_names)(TALL), grad(by_place)(TALL), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(jvp(of_names)(TALL, TALL), jvp(by_place)(TALL, TALL), rtol=1e-13)
    check_grads(of_names, (TALL,), order=2)


def test_a_pair_of_another_function_keeps_its_names() -> None:
    def spectrum(a: Any) -> Any:
        return np.linalg.eigh(a + a.T)

    def energy(a: Any) -> Any:
        return np.sum(spectrum(a).eigenvalues ** 2) + spectrum(a)[1][0, 0] ** 2

    check_grads(energy, (SQUARE,), order=2)


def rest_of_components(x: Any, weights: Any) -> Any:
    """What the first two principal components leave."""
    z = x @ weights
    z = z - z.mean(axis=0)
    _, v = np.linalg.eigh(z.T @ z / (len(z) - 1))
    top = v[:, -2:]
    return np.sum((z - z @ top @ top.T) ** 2)


def procrustes(x: Any, y: Any) -> Any:
    u, _, vh = np.linalg.svd(x.T @ y)
    return np.sum((x @ u @ vh - y) ** 2)


def separable_fit(rates: Any, t: Any, y: Any) -> Any:
    """Variable projection: the coefficients are those of least squares."""
    basis = np.stack([np.exp(-rates[0] * t), np.exp(-rates[1] * t), np.ones_like(t)], axis=1)
    c, squares, _, s = np.linalg.lstsq(basis, y, rcond=None)
    rest = basis @ c - y
    return rest @ rest + 2 * squares[0] + 0.01 * np.sum(c**2) + s[-1]


def least_squares_by_qr(a: Any, b: Any) -> Any:
    q, r = np.linalg.qr(a)
    x = np.linalg.solve(r, q.T @ b)
    return np.sum((a @ x - b) ** 2) + 0.1 * np.sum(x**2)


TIMES = np.linspace(0, 1, 8)
PROGRAMS = [
    (rest_of_components, (TALL, np.eye(3) + 0.2 * SQUARE)),
    (procrustes, (TALL, TALL[:, ::-1] ** 2)),
    (separable_fit, (np.array([0.7, 3.0]), TIMES, np.cos(3 * TIMES))),
    (least_squares_by_qr, (TALL, TALL[:, 0] ** 2 - 1)),
]


@pytest.mark.parametrize("f, args", PROGRAMS)
def test_programs(f: Any, args: Any) -> None:
    wrt = tuple(range(len(args)))
    check_grads(f, args, wrt, order=2)
    gradients = grad(f, wrt)(*args)
    for e in range(len(args)):
        dots = tuple(np.cos(np.arange(a.size)).reshape(a.shape) * (i == e) for i, a in enumerate(args))
        np.testing.assert_allclose(jvp(f, wrt)(*args, dots)[1], np.sum(gradients[e] * dots[e]), rtol=1e-9)


def test_what_least_squares_gives_of_ranks() -> None:
    """Of matrices of lower rank the least solution, and no sums of squares."""
    low, right = np.outer([1.0, 2.0, -1.0], [0.5, 1.0]), np.array([1.0, 0.5, 2.0])

    def least(t: Any) -> Any:
        x, squares, rank, _ = np.linalg.lstsq(np.outer(right + t, low[0]), right * t, rcond=None)
        return np.sum(x**2) + np.sum(squares) + rank

    check_grads(least, (0.3,), order=2)
    assert np.isclose(grad(lambda t: np.sum(np.linalg.pinv(t * low)))(2.0), -np.sum(np.linalg.pinv(low)) / 4)


def test_singular_values_that_are_left_out_are_zero() -> None:
    values = np.diag([2.0, 1.0, 1e-14])
    for form in ("rcond=1e-6", "rtol=1e-6"):
        f = load_text(f"def f(a):\n    return np.sum(np.linalg.pinv(a, {form}) ** 2)\n", "f", {"np": np})
        np.testing.assert_allclose(np.diag(grad(f)(values)), [-0.25, -2.0, 0.0], atol=1e-12)
        with pytest.raises(ValueError, match="leaves out singular values which are not zero"):
            grad(f)(np.diag([2.0, 1.0, 1e-7]))


def test_least_squares_where_nothing_is_known() -> None:
    """The program for any arguments adds what the two arguments give item by item."""

    def f(a: Any, b: Any, rcond: Any) -> Any:
        x, squares, _, s = np.linalg.lstsq(a, b, rcond)
        return np.sum(x**3) + np.sum(squares**2) + s[0]

    for b in (TALL[:, 0] ** 2, TALL**2):
        check_grads(f, (TALL, b, None), (0, 1), order=1)
        dots = (SQUARE.T[0] * TALL, np.sin(b))
        pushed = jvp(f, (0, 1))
        along = pushed._compile([UNKNOWN] * len(pushed._dispatcher.parameters)).function(TALL, b, None, dots)[1]
        np.testing.assert_allclose(along, pushed(TALL, b, None, dots)[1], rtol=1e-10)
