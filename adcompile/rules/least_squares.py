"""Pseudo-inverses, least squares, and linear equations between tensors.

The derivative of a pseudo-inverse is that of G. Golub and V. Pereyra, "The differentiation of
pseudo-inverses and nonlinear least squares problems whose variables separate" (1973). It holds where
the rank stays the same, so what is cut off has to be zero but for rounding.
"""

from __future__ import annotations

import math

import numpy as np

from adcompile.rules.axes import known_rank
from adcompile.rules.decompositions import of_values, on_triangle, plus, stretched, symmetric, turned, values_tangent
from adcompile.rules.linalg import regular
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, numbers
from adcompile.runtime.decompositions import of_this_rank


@pullback(of_this_rank, samples=lambda: [call(stretched(3, 2), 1e-9)], linear="a")
def of_this_rank_rule(r, a, r_bar, *, rcond):
    return r_bar


def inverted():
    """Samples of pseudo-inverses."""
    return [
        *[call(stretched(*shape)) for shape in ((3, 3), (4, 2), (2, 3), (2, 3, 2))],
        call(stretched(3, 2), rcond=1e-12),
        call(stretched(2, 3), rtol=1e-12),
        call(stretched(3, 3), hermitian=True),
    ]


@pullback(np.linalg.pinv, samples=inverted)
def pinv(r, a, r_bar, *, rcond=None, hermitian=False, rtol=None):
    if hermitian:
        a = symmetric(a, "L")
    if rcond is not None or rtol is not None:
        a = of_this_rank(a, rtol if rcond is None else rcond)
    p, g = turned(r), turned(r_bar)
    a_bar = (g - a @ (r @ g)) @ (r @ p) + (p @ r) @ (g - (g @ r) @ a) - p @ r_bar @ p
    return on_triangle(a_bar, "L") if hermitian else a_bar


@pushforward(np.linalg.pinv)
def pinv_tangent(r, a, a_dot, *, rcond=None, hermitian=False, rtol=None):
    if hermitian:
        a, a_dot = symmetric(a, "L"), symmetric(a_dot, "L")
    if rcond is not None or rtol is not None:
        a = of_this_rank(a, rtol if rcond is None else rcond)
    p, d = turned(r), turned(a_dot)
    return (r @ p) @ (d - (d @ a) @ r) + (d - r @ (a @ d)) @ (p @ r) - r @ a_dot @ r


# ----------------------------------------------------------------------- least squares


def fits():
    """Samples of least squares: more equations than unknowns, fewer, as many."""
    return [
        call(stretched(4, 2), numbers(4)),
        call(stretched(4, 2), numbers(4, 3)),
        call(stretched(2, 3), numbers(2)),
        call(stretched(2, 3), numbers(2, 2)),
        call(stretched(3, 2), numbers(3, 1), None),
    ]


@inline
def outer(x, y):
    """The sum of the outer products of columns: of two vectors, or of two matrices."""
    if known_rank(x) == 1:
        return np.outer(x, y)
    if known_rank(x) == 2:
        return x @ y.T
    return np.reshape(x, (np.shape(x)[0], -1)) @ np.reshape(y, (np.shape(y)[0], -1)).T


@inline
def for_columns(squares_bar, b):
    """The cotangents of the sums of squares, a number for each column; zeros where NumPy gives no sums."""
    return np.concatenate([squares_bar, np.zeros(np.size(b[0]))])[: np.size(b[0])]


@pullback(np.linalg.lstsq, samples=fits, unread=True)
def lstsq(r, a, b, r_bar, *, rcond=None):
    if rcond is not None:
        raise NotImplementedError("the derivative of np.linalg.lstsq is known with rcond=None")
    x, _, _, _ = r
    x_bar, squares_bar, _, s_bar = r_bar
    a_bar = None if s_bar is None else of_values(a, s_bar)
    b_bar = None
    rest = b - a @ x
    if x_bar is not None:
        p = np.linalg.pinv(a, rtol=None)  # type: ignore[call-overload]  # of the rank that lstsq finds
        b_bar = p.T @ x_bar
        of_x = outer(rest, p @ b_bar) - outer(b_bar, x) + outer(p.T @ x, x_bar - p @ (a @ x_bar))
        a_bar = plus(a_bar, of_x)
    if squares_bar is not None:
        g = 2 * rest * for_columns(squares_bar, b)
        a_bar, b_bar = plus(a_bar, -outer(g, x)), plus(b_bar, g)
    return a_bar, b_bar


@pushforward(np.linalg.lstsq)
def lstsq_tangent(r, a, b, a_dot, b_dot, *, rcond=None):
    if rcond is not None:
        raise NotImplementedError("the derivative of np.linalg.lstsq is known with rcond=None")
    x, squares, _, s = r
    p = np.linalg.pinv(a, rtol=None)  # type: ignore[call-overload]  # of the rank that lstsq finds
    rest, moved = b - a @ x, a_dot @ x
    turns = a_dot.T @ (p.T @ x)
    by_a = p @ (p.T @ (a_dot.T @ rest) - moved) + turns - p @ (a @ turns)
    of_a = np.ravel(-2 * np.sum(rest * moved, axis=0))[: np.size(squares)]
    of_b = np.ravel(2 * np.sum(rest * b_dot, axis=0))[: np.size(squares)]
    return (by_a, of_a, None, values_tangent(a, a_dot)), (p @ b_dot, of_b, None, np.zeros_like(s))


# ---------------------------------------------------------------- equations between tensors


@pullback(
    np.linalg.tensorinv,
    samples=lambda: [
        call(np.reshape(regular(4, 4), (2, 2, 4))),
        call(np.reshape(regular(4, 4), (4, 2, 2)), ind=1),
        call(np.reshape(regular(6, 6), (2, 3, 3, 2)), 2),
    ],
)
def tensorinv(r, a, r_bar, *, ind=2):
    rows = math.prod(np.shape(a)[:ind])
    inverse = np.reshape(r, (rows, rows)).T
    return np.reshape(-(inverse @ np.reshape(r_bar, (rows, rows)) @ inverse), np.shape(a))


@pushforward(np.linalg.tensorinv)
def tensorinv_tangent(r, a, a_dot, *, ind=2):
    rows = math.prod(np.shape(a)[:ind])
    inverse = np.reshape(r, (rows, rows))
    return np.reshape(-(inverse @ np.reshape(a_dot, (rows, rows)) @ inverse), np.shape(r))


@pullback(
    np.linalg.tensorsolve,
    samples=lambda: [
        call(np.reshape(regular(4, 4), (2, 2, 4)), numbers(2, 2)),
        call(np.reshape(regular(6, 6), (6, 2, 3)), numbers(6)),
    ],
)
def tensorsolve(r, a, b, r_bar, *, axes=None):
    if axes is not None:
        raise NotImplementedError("the derivative of np.linalg.tensorsolve is known with axes=None")
    matrix = np.reshape(a, (np.size(b), np.size(b)))
    g = np.linalg.solve(matrix.T, np.ravel(r_bar))
    return np.reshape(-np.outer(g, r), np.shape(a)), np.reshape(g, np.shape(b))


@pushforward(np.linalg.tensorsolve)
def tensorsolve_tangent(r, a, b, a_dot, b_dot, *, axes=None):
    if axes is not None:
        raise NotImplementedError("the derivative of np.linalg.tensorsolve is known with axes=None")
    moved = np.tensordot(a_dot, r, np.ndim(r))
    return -np.linalg.tensorsolve(a, moved), np.linalg.tensorsolve(a, b_dot)
