"""Linear algebra: solutions, inverses, determinants, factors, norms.

The formulas are those of M. Giles, "Collected matrix derivative results for forward and
reverse mode algorithmic differentiation" (2008); that of the Cholesky factor is as in
I. Murray, "Differentiation of the Cholesky decomposition" (2016). `A.mT` is the transpose of
each matrix of a stack.
"""

from __future__ import annotations

import math

import numpy as np

from adcompile.rules.axes import put_back_axes, sum_along
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct, numbers
from adcompile.rules.statistics import shared_out
from adcompile.runtime.broadcasting import items_of, unbroadcast


def regular(*shape, seed=0):
    """A matrix, or a stack of them, far from singular."""
    return numbers(*shape, low=-0.5, high=0.5, seed=seed) + 2 * np.eye(shape[-1])


def definite(*shape):
    """A positive definite matrix, or a stack of them."""
    x = numbers(*shape, low=-0.5, high=0.5)
    return np.round(x + np.swapaxes(x, -1, -2) + 3 * np.eye(shape[-1]), 2)


def squares():
    """Samples: matrices of sizes 1, 2 and 3, a stack."""
    return [call(regular(2, 2)), call(regular(3, 3)), call(regular(1, 1)), call(regular(2, 3, 3))]


@pullback(
    np.linalg.solve,
    samples=lambda: [
        call(regular(3, 3), numbers(3)),
        call(regular(3, 3), numbers(3, 2)),
        call(regular(1, 1), numbers(1)),
        call(regular(2, 3, 3), numbers(3)),
        call(regular(2, 3, 3), numbers(2, 3, 2)),
        call(regular(3, 3), numbers(2, 3, 2)),
        call(regular(2, 3, 3), numbers(3, 2)),
    ],
)
def solve(r, a, b, r_bar):
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        g = np.linalg.solve(a.T, r_bar)
        return -np.outer(g, r), g
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        g = np.linalg.solve(a.T, r_bar)
        return -(g @ r.T), g
    if np.ndim(b) == 1:
        g = np.linalg.solve(a.mT, r_bar[..., None])
        return -(g * r[..., None, :]), unbroadcast(g[..., 0], b)
    g = np.linalg.solve(a.mT, r_bar)
    return unbroadcast(-(g @ r.mT), a), unbroadcast(g, b)


@pushforward(np.linalg.solve)
def solve_tangent(r, a, b, a_dot, b_dot):
    if np.ndim(b) == 1 and np.ndim(a) > 2:
        return -np.linalg.solve(a, a_dot @ r[..., None])[..., 0], np.linalg.solve(a, b_dot)
    return -np.linalg.solve(a, a_dot @ r), np.linalg.solve(a, b_dot)


@pullback(np.linalg.inv, samples=squares)
def inv(r, a, r_bar):
    if np.ndim(a) == 2:
        return -(r.T @ r_bar @ r.T)
    return -(r.mT @ r_bar @ r.mT)


@pushforward(np.linalg.inv)
def inv_tangent(r, a, a_dot):
    return -(r @ a_dot @ r)


@pullback(np.linalg.det, samples=squares)
def det(r, a, r_bar):
    if np.ndim(a) == 2:
        return r_bar * r * np.linalg.inv(a).T
    return (r_bar * r)[..., None, None] * np.linalg.inv(a).mT


@inline
def log_det_tangent(a, a_dot):
    """The tangent of a determinant's logarithm: the trace of `inv(a) @ a_dot`."""
    if np.ndim(a) == 2:
        return np.sum(np.linalg.inv(a).T * a_dot)
    return np.sum(np.linalg.inv(a).mT * a_dot, axis=(-2, -1))


@pushforward(np.linalg.det)
def det_tangent(r, a, a_dot):
    return r * log_det_tangent(a, a_dot)


@pullback(np.linalg.slogdet, samples=squares)
def slogdet(r, a, r_bar):
    if np.ndim(a) == 2:
        return r_bar[1] * np.linalg.inv(a).T
    return r_bar[1][..., None, None] * np.linalg.inv(a).mT


@pushforward(np.linalg.slogdet)
def slogdet_tangent(r, a, a_dot):
    return 0.0 * r[0], log_det_tangent(a, a_dot)


# NumPy reads the lower triangle of the matrix alone, so the cotangent is a lower triangle.
@pullback(np.linalg.cholesky, samples=lambda: [call(definite(3, 3)), call(definite(1, 1)), call(definite(2, 3, 3))])
def cholesky(r, a, r_bar):
    halved = 1 - 0.5 * np.eye(np.shape(a)[-1])
    p = np.tril(r.mT @ r_bar) * halved
    s = np.linalg.solve(r.mT, np.linalg.solve(r.mT, p).mT)
    return np.tril(s + s.mT) * halved


@pushforward(np.linalg.cholesky)
def cholesky_tangent(r, a, a_dot):
    halved = 1 - 0.5 * np.eye(np.shape(a)[-1])
    s = np.tril(a_dot) * halved
    p = np.linalg.solve(r, np.linalg.solve(r, s + s.mT).mT)
    return r @ (np.tril(p) * halved)


@pullback(
    np.linalg.matrix_power,
    samples=lambda: [call(regular(3, 3), n) for n in (0, 1, 2, 3, 5, 9, -1, -3)] + [call(regular(2, 3, 3), 3)],
)
def matrix_power(r, a, r_bar, *, n):
    if n == 0:
        return np.zeros_like(a)
    if n == 1:
        return r_bar
    if n < 0:
        inverse = np.linalg.inv(a)
        g = -(inverse.mT @ r_bar @ inverse.mT)
        return g if n == -1 else power_terms(g, inverse, -n)
    if n > 8:
        return power_terms(r_bar, a, n)
    total = right = r_bar
    for _ in range(n - 1):
        right = right @ a.mT
        total = a.mT @ total + right
    return total


def power_terms(r_bar, a, n):
    """The sum of `A.T**k @ r_bar @ A.T**(n-1-k)` over k."""
    total = right = r_bar
    for _ in range(n - 1):
        right = right @ a.mT
        total = a.mT @ total + right
    return total


@pushforward(np.linalg.matrix_power)
def matrix_power_tangent(r, a, a_dot, *, n):
    if n == 0:
        return np.zeros_like(a)
    if n == 1:
        return a_dot
    if n < 0:
        inverse = np.linalg.inv(a)
        inverse_dot = -(inverse @ a_dot @ inverse)
        return inverse_dot if n == -1 else power_tangent(inverse_dot, inverse, -n)
    if n > 8:
        return power_tangent(a_dot, a, n)
    total = right = a_dot
    for _ in range(n - 1):
        right = right @ a
        total = a @ total + right
    return total


def power_tangent(a_dot, a, n):
    """The sum of `A**k @ a_dot @ A**(n-1-k)` over k."""
    total = right = a_dot
    for _ in range(n - 1):
        right = right @ a
        total = a @ total + right
    return total


@pullback(
    np.linalg.multi_dot,
    samples=lambda: [
        call((numbers(2, 3), numbers(3, 2), numbers(2, 4))),
        call([numbers(2, 3), numbers(3, 4)]),
        call([numbers(3), numbers(3, 4), numbers(4, 2)]),
        call([numbers(2, 3), numbers(3, 4), numbers(4)]),
        call([numbers(3), numbers(3, 4), numbers(4)]),
        call([numbers(3), numbers(3, seed=1)]),
    ],
)
def multi_dot(r, arrays, r_bar):
    return chain_back(r_bar, arrays)


@pushforward(np.linalg.multi_dot)
def multi_dot_tangent(r, arrays, arrays_dot):
    return chain_tangent(arrays, arrays_dot)


def chain_tangent(arrays, arrays_dot):
    """The tangent of a chain of products: the chain with each factor's tangent in its place, summed."""
    total = 0.0
    for i, tangent in enumerate(arrays_dot):
        total = total + np.linalg.multi_dot([*arrays[:i], tangent, *arrays[i + 1 :]])
    return total


def chain_back(r_bar, arrays):
    """The cotangents of the factors of a chain of products."""
    count = len(arrays)
    factors = list(arrays)
    factors[0] = np.reshape(factors[0], (-1, np.shape(factors[0])[-1]))
    factors[-1] = np.reshape(factors[-1], (np.shape(factors[-1])[0], -1))
    g = np.reshape(r_bar, (len(factors[0]), -1))
    before = [np.eye(len(factors[0]))]
    for factor in factors[:-1]:
        before.append(before[-1] @ factor)
    bars = []
    for i in reversed(range(count)):
        bars.append(np.reshape(before[i].T @ g, np.shape(arrays[i])))
        g = g @ factors[i].T
    return bars[::-1]


def norms():
    """Samples of vector norms, and of matrices' Frobenius norms."""
    v, m, stack = distinct(4), distinct(2, 3), distinct(2, 3, 2)
    return [
        call(v),
        *[call(v, order) for order in (2, 1, 3, 2.5, np.inf, -np.inf)],
        call(v, keepdims=True),
        call(m),
        call(m, "fro"),
        call(m, "fro", keepdims=True),
        *[call(m, order, axis=1) for order in (None, 2, 1, 3, np.inf)],
        *[call(m, order, axis=0, keepdims=True) for order in (None, 2, 1, 3, np.inf)],
        *[call(distinct(3, 3), order) for order in ("nuc", 2, -2)],
        call(m, "nuc", keepdims=True),
        call(stack),
        call(stack, axis=(0, 2)),
        call(stack, "fro", axis=(1, 2), keepdims=True),
    ]


@inline
def slope_of_size(x):
    """The slope of `abs(x)`."""
    if np.iscomplexobj(x):
        size = np.abs(x)
        return np.conj(x) / (size + (size == 0))
    return np.sign(x)


@inline
def slope_by_singular_values(x, ord):
    """The slope of the sum of a matrix's singular values, or of the largest or smallest of them."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    if np.iscomplexobj(x):
        u, vh = np.conj(u), np.conj(vh)
    if ord == "nuc":
        return u @ vh
    hits = s == (s[0] if ord == 2 else s[-1])
    return u * (hits / np.sum(hits)) @ vh


@pullback(np.linalg.norm, samples=norms)
def norm(r, x, r_bar, *, ord=None, axis=None, keepdims=False):
    r = put_back_axes(r, axis, keepdims)
    r_bar = put_back_axes(r_bar, axis, keepdims)
    matrix = isinstance(axis, tuple) or (axis is None and np.ndim(x) > 1)
    if ord is None or ord == "fro" or (ord == 2 and not matrix):
        if np.iscomplexobj(x):
            return r_bar / (r + (r == 0)) * np.conj(x)
        return r_bar / (r + (r == 0)) * x  # slope 0 where all is 0
    if matrix and axis is None and np.ndim(x) == 2 and (ord == "nuc" or ord == 2 or ord == -2):
        return r_bar * slope_by_singular_values(x, ord)
    if matrix or ord == 0:
        raise NotImplementedError("the derivative of this norm is not known: of a matrix only 'fro', 'nuc', 2, -2")
    if ord == 1:
        return r_bar * slope_of_size(x)
    if ord == np.inf or ord == -np.inf:
        return shared_out(r_bar, np.abs(x) == r, axis) * slope_of_size(x)
    return r_bar * slope_of_size(x) * (np.abs(x) / (r + (r == 0))) ** (ord - 1)


@pushforward(np.linalg.norm)
def norm_tangent(r, x, x_dot, *, ord=None, axis=None, keepdims=False):
    matrix = isinstance(axis, tuple) or (axis is None and np.ndim(x) > 1)
    if ord is None or ord == "fro" or (ord == 2 and not matrix):
        if np.iscomplexobj(x):
            return sum_along((np.conj(x) * x_dot).real, axis, keepdims) / (r + (r == 0))
        return sum_along(x * x_dot, axis, keepdims) / (r + (r == 0))  # slope 0 where all is 0
    if matrix and axis is None and np.ndim(x) == 2 and (ord == "nuc" or ord == 2 or ord == -2):
        along = np.sum(slope_by_singular_values(x, ord) * x_dot)
        if np.iscomplexobj(x):
            along = along.real
        return np.reshape(along, (1, 1)) if keepdims else along
    if matrix or ord == 0:
        raise NotImplementedError("the derivative of this norm is not known: of a matrix only 'fro', 'nuc', 2, -2")
    if ord == 1:
        return sum_along(slope_of_size(x) * x_dot, axis, keepdims)
    r = put_back_axes(r, axis, keepdims)
    if ord == np.inf or ord == -np.inf:
        hits = np.abs(x) == r
        total = sum_along(hits * slope_of_size(x) * x_dot, axis, keepdims)
        return total / sum_along(hits, axis, keepdims)
    slope = slope_of_size(x) * (np.abs(x) / (r + (r == 0))) ** (ord - 1)
    return sum_along(slope * x_dot, axis, keepdims)


@pullback(math.dist, samples=lambda: [call(distinct(3), distinct(3, seed=1)), call([0.3, 1.2], [-0.7, 0.4])])
def dist(r, p, q, r_bar):
    p_bar = r_bar / (r + (r == 0)) * (np.array(p) - np.array(q))
    return items_of(p_bar, p), items_of(-p_bar, q)


@pushforward(math.dist)
def dist_tangent(r, p, q, p_dot, q_dot):
    slope = (np.array(p) - np.array(q)) / (r + (r == 0))
    return slope @ np.array(p_dot), -slope @ np.array(q_dot)
