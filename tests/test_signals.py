"""Programs of signals, tables and fields: by differences to the second order, and in both modes."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import check_grads, grad, hessian, jacobian
from adcompile.errors import Refused

TIMES = np.array([0.0, 0.1, 0.25, 0.45, 0.6, 1.0])
LEVELS = np.array([0.3, 1.2, -0.4, 0.8, 2.1, 1.7])


def smoothing_loss(x, kernel):
    """A smoothed signal near the one that was measured, of small bends."""
    smooth = np.convolve(x, kernel / np.sum(kernel), mode="same")
    bends = np.diff(smooth, 2, prepend=smooth[0], append=smooth[-1])
    return np.sum((smooth - LEVELS) ** 2) + 0.1 * np.sum(bends**2)


def energy_of_tables(x, table):
    """The energy under a curve that is read from a table, by the numbers and by the table."""
    force = np.interp(x, np.array([-1.0, 0.0, 1.0, 2.5]), table, right=0.0)
    return np.trapezoid(force**2 * np.exp(-TIMES), TIMES) + np.trapezoid(x, dx=0.1)


def residual_of_field(u, width):
    """Squares of what is left of a heat equation with a reaction of two regimes."""
    ux, uy = np.gradient(u, 0.5, width)
    laplacian = np.gradient(ux, 0.5, axis=0) + np.gradient(uy, width, axis=1)
    reaction = np.select([u > 1.0, u > 0.0], [u - 0.5 * u**2, 0.5 * u], default=np.sin(u))
    return np.sum((laplacian + reaction) ** 2)


def trend(x, p):
    """What is left of a signal without a polynomial, with a number in front and its end cut off."""
    rest = np.append(p[:1], x - np.polyval(p, TIMES))
    return np.sum(np.vander(p, 4) @ np.ones(4)) + np.sum(rest[:-1] * np.correlate(rest, p, "same")[1:])


FIELD = np.array([[0.3, 1.4, -0.5, 0.7], [1.8, 0.2, 0.4, -1.1], [0.9, -0.3, 1.6, 0.1]])
PROGRAMS = [
    (smoothing_loss, (LEVELS + 0.1 * np.sin(9 * TIMES), np.array([0.2, 0.5, 0.3])), (0, 1)),
    (energy_of_tables, (LEVELS, np.array([0.5, 1.5, -0.3, 2.0])), (0, 1)),
    (residual_of_field, (FIELD, 0.4), (0,)),
    (trend, (LEVELS, np.array([0.5, -1.0, 0.8])), (0, 1)),
]


@pytest.mark.parametrize("f, args, wrt", PROGRAMS, ids=lambda value: getattr(value, "__name__", ""))
def test_program(f, args, wrt):
    check_grads(f, args, wrt, order=2, rtol=1e-5, atol=1e-5)
    for i in wrt:
        slopes = grad(f, i)
        assert np.allclose(jacobian(f, i, mode="forward")(*args), slopes(*args), rtol=1e-10, atol=1e-12)
        bends = [jacobian(slopes, i, mode=mode)(*args) for mode in ("forward", "reverse")]
        assert np.allclose(bends, hessian(f, i)(*args), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.interp(x, [0.0, 1.0, 2.0], [1.0, 3.0, 2.0]),
        lambda x: np.convolve(x, x[:2], "valid"),
        lambda x: np.correlate(x[:3], x, "same"),
        lambda x: np.append(x, x[0] * x),
        lambda x: np.select([x > 1.0, x > 0.5], [x**2, 2.0], x),
        lambda x: np.gradient(x**2, TIMES, edge_order=2),
        lambda x: np.ediff1d(x, to_begin=x[0]),
        lambda x: np.diff(x, prepend=x[-1], append=[0.0, x[1]]),
        lambda x: np.trapezoid(np.outer(x, x), TIMES, axis=0),
        lambda x: np.polyval(x[:3], x),
        lambda x: np.dstack((x, x * x))[0] @ np.array([1.0, 2.0]),
        lambda x: np.hsplit(x, [2])[1] * np.vsplit(np.outer(x, x), 2)[1][0, 2:],
    ],
)
def test_jacobians(f, mode):
    made = jacobian(f, mode=mode)(LEVELS)
    steps = 1e-6 * np.eye(LEVELS.size)
    by_differences = np.stack([(f(LEVELS + e) - f(LEVELS - e)) / 2e-6 for e in steps], -1)
    assert np.allclose(made, by_differences, rtol=1e-6, atol=1e-8)


def test_spacings_carry_no_derivative():
    with pytest.raises(Refused, match="the argument 'spacing' of 'gradient' is active"):
        grad(lambda h: np.sum(np.gradient(LEVELS, h) ** 2))(0.5)


def test_a_table_of_a_period_is_refused():
    with pytest.raises(Refused, match=r"np\.interp is not known with period="):
        grad(lambda x: np.sum(np.interp(x, TIMES, LEVELS, period=1.0)))(LEVELS)
