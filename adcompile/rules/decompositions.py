"""Eigenvalues of symmetric matrices, singular values, QR.

The formulas of eigenvalues and singular values are those of M. Giles, "Collected matrix derivative
results for forward and reverse mode algorithmic differentiation" (2008), and J. Townsend,
"Differentiating the singular value decomposition" (2016). That of QR is of S. Walter and L. Lehmann,
"Algorithmic differentiation of linear algebra functions with application in optimum experimental
design" (2009), for wide matrices as in D. Roberts and L. Roberts, "QR and LQ decomposition matrix
backpropagation algorithms for square, wide, and deep matrices" (2020).

Where two eigenvalues are equal, the vectors that belong to them may be turned, and have no derivative:
it is nan. Of what reads the values alone nothing is computed that would be nan there. Vectors are
known but for their signs: samples are small changes of matrices far from where LAPACK chooses others.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import known_rank, known_square
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, numbers
from adcompile.runtime.decompositions import determined


@inline
def turned(x):
    """The transpose of a matrix, or of each of a stack."""
    if known_rank(x) == 2:
        return x.T
    return x.mT


@inline
def in_rows(weights):
    """Weights of a matrix's columns, each row the same; a vector as it is."""
    if known_rank(weights) == 1:
        return weights
    return weights[..., None, :]


@inline
def in_columns(weights):
    """Weights of a matrix's rows, each column the same."""
    if known_rank(weights) == 1:
        return weights[:, None]
    return weights[..., None]


@inline
def plus(x, y):
    """The sum of two terms, of which the first may be missing."""
    if x is None:
        return y
    return x + y


# ------------------------------------------------------------------------- eigenvalues


@inline
def symmetric(a, UPLO):
    """The symmetric matrix of which one triangle is read."""
    if UPLO == "U" or UPLO == "u":
        return np.triu(a) + turned(np.triu(a, 1))
    return np.tril(a) + turned(np.tril(a, -1))


@inline
def on_triangle(g, UPLO):
    """The cotangent of the triangle that is read, for that of the symmetric matrix."""
    if UPLO == "U" or UPLO == "u":
        return np.triu(g) + turned(np.tril(g, -1))
    return np.tril(g) + turned(np.triu(g, 1))


@inline
def over_gaps(p, w):
    """A matrix with each entry divided by the difference of two eigenvalues, and zeros on its diagonal."""
    eye = np.eye(np.shape(w)[-1])
    return (1 - eye) * p / (in_rows(w) - in_columns(w) + eye)


@inline
def eigenvectors(a, UPLO):
    """The eigenvectors of symmetric matrices."""
    if UPLO == "L":
        return np.linalg.eigh(a)[1]
    return np.linalg.eigh(a, UPLO)[1]


def mirrored(*shape, seed=0):
    """A matrix, or a stack of them, whose eigenvalues are well apart in both triangles."""
    return numbers(*shape, low=-0.6, high=0.6, seed=seed) + np.diag(1.7 * np.arange(shape[-1]) - 1.0)


def mirrors():
    """Samples of matrices, of which either triangle is read."""
    return [
        call(mirrored(3, 3)),
        call(mirrored(2, 2), "u"),
        call(mirrored(1, 1)),
        call(mirrored(2, 3, 3)),
        call(mirrored(2, 2, 2), UPLO="U"),
    ]


@pullback(np.linalg.eigh, samples=mirrors, unread=True)
def eigh(r, a, r_bar, *, UPLO="L"):
    w, v = r
    w_bar, v_bar = r_bar
    g = None if w_bar is None else v * in_rows(w_bar)
    if v_bar is not None:
        g = plus(g, v @ over_gaps(turned(v) @ v_bar, w))
    return on_triangle(g @ turned(v), UPLO)


@pushforward(np.linalg.eigh)
def eigh_tangent(r, a, a_dot, *, UPLO="L"):
    w, v = r
    p = symmetric(a_dot, UPLO) @ v
    return np.sum(v * p, axis=-2), v @ over_gaps(turned(v) @ p, w)


@pullback(np.linalg.eigvalsh, samples=mirrors)
def eigvalsh(r, a, r_bar, *, UPLO="L"):
    v = eigenvectors(a, UPLO)
    return on_triangle(v * in_rows(r_bar) @ turned(v), UPLO)


@pushforward(np.linalg.eigvalsh)
def eigvalsh_tangent(r, a, a_dot, *, UPLO="L"):
    v = eigenvectors(a, UPLO)
    return np.sum(v * (symmetric(a_dot, UPLO) @ v), axis=-2)


# -------------------------------------------------------------------- singular values


def rectangles():
    """Matrices whose singular values are well apart: square, tall, wide, in stacks."""
    return [stretched(*shape) for shape in ((3, 3), (4, 2), (2, 3), (1, 1), (2, 4, 3), (1, 2, 2))]


def stretched(*shape):
    """A matrix, or a stack of them, whose singular values are well apart."""
    return numbers(*shape, low=-0.4, high=0.4) + np.eye(*shape[-2:]) * (1.5 * np.arange(shape[-1]) + 1.0)


@inline
def over_squared_gaps(p, s):
    """A matrix with each entry divided by the difference of two squares of singular values, and zeros
    on its diagonal."""
    eye = np.eye(np.shape(s)[-1])
    across, down = in_rows(s), in_columns(s)
    return (1 - eye) * p / ((across - down) * (across + down) + eye)


@inline
def of_values(a, s_bar):
    """The cotangent of matrices, for that of their singular values."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u * in_rows(s_bar) @ vh


@inline
def values_tangent(a, a_dot):
    """The tangent of singular values."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(u * (a_dot @ turned(vh)), axis=-2)


@pullback(determined, samples=lambda: [call(numbers(3, 2), numbers(3, 2))], linear="g")
def determined_rule(r, g, thin, r_bar):
    return r_bar, None


@pullback(
    np.linalg.svd,
    samples=lambda: [
        *[call(x, full_matrices=False) for x in rectangles()],
        *[call(x, compute_uv=False) for x in rectangles()[1:3]],
        call(stretched(2, 2)),
        call(stretched(2, 2, 2), True, True),
        call(stretched(3, 2), True, False),
    ],
    unread=True,
)
def svd(r, a, r_bar, *, full_matrices=True, compute_uv=True, hermitian=False):
    if hermitian:
        raise NotImplementedError("the derivative of np.linalg.svd is not known with hermitian=; write np.linalg.eigh")
    if not compute_uv:
        return of_values(a, r_bar)
    u, s, vh = r
    u_bar, s_bar, vh_bar = r_bar
    if full_matrices and u_bar is None and vh_bar is None:
        return of_values(a, s_bar)
    if full_matrices and not known_square(a):
        u, vh = thin_columns(u, s), thin_rows(vh, s)
        u_bar = None if u_bar is None else determined(u_bar, u)
        vh_bar = None if vh_bar is None else determined(vh_bar, vh)
        if u_bar is None:  # then it is not read: some of its vectors may have no derivative
            u = a @ turned(vh) / in_rows(s)
        elif vh_bar is None:
            vh = turned(u) @ a / in_columns(s)
    g = None if s_bar is None else u * in_rows(s_bar)
    if u_bar is not None:
        p = turned(u) @ u_bar
        g = plus(g, u @ (over_squared_gaps(p - turned(p), s) * in_rows(s)))
        if not known_square(a):
            g = g + (u_bar - u @ p) / in_rows(s)
    if vh_bar is None:
        return g @ vh
    q = vh @ turned(vh_bar)
    g = plus(g, u @ (in_columns(s) * over_squared_gaps(q - turned(q), s)))
    if known_square(a):
        return g @ vh
    return g @ vh + u @ ((vh_bar - turned(q) @ vh) / in_columns(s))


@pushforward(np.linalg.svd)
def svd_tangent(r, a, a_dot, *, full_matrices=True, compute_uv=True, hermitian=False):
    if hermitian:
        raise NotImplementedError("the derivative of np.linalg.svd is not known with hermitian=; write np.linalg.eigh")
    if not compute_uv:
        return values_tangent(a, a_dot)
    u, s, vh = r
    if full_matrices and not known_square(a):
        u, vh = thin_columns(u, s), thin_rows(vh, s)
    along = a_dot @ turned(vh)
    p = turned(u) @ along
    u_dot = u @ over_squared_gaps(p * in_rows(s) + in_columns(s) * turned(p), s)
    vh_dot = over_squared_gaps(turned(p) * in_rows(s) + in_columns(s) * p, s)
    vh_dot = turned(vh_dot) @ vh
    if not known_square(a):
        u_dot = u_dot + (along - u @ p) / in_rows(s)
        vh_dot = vh_dot + (turned(u) @ a_dot - p @ vh) / in_columns(s)
    if full_matrices and not known_square(a):
        u_dot, vh_dot = determined(u_dot, r[0]), determined(vh_dot, r[2])
    return u_dot, np.sum(u * along, axis=-2), vh_dot


@inline
def thin_columns(u, s):
    """The left vectors that belong to singular values."""
    return u[..., : np.shape(s)[-1]]


@inline
def thin_rows(vh, s):
    """The right vectors that belong to singular values."""
    return vh[..., : np.shape(s)[-1], :]


@pullback(np.linalg.svdvals, samples=lambda: [call(x) for x in rectangles()])
def svdvals(r, x, r_bar):
    return of_values(x, r_bar)


@pushforward(np.linalg.svdvals)
def svdvals_tangent(r, x, x_dot):
    return values_tangent(x, x_dot)


# ---------------------------------------------------------------------------------- QR


def factored():
    """Samples: square, tall and wide matrices, stacks."""
    square, tall, wide, stack = stretched(3, 3), stretched(4, 2), stretched(2, 3), stretched(2, 4, 3)
    return [*map(call, (square, tall, wide, stack)), *[call(x, mode="r") for x in (square, tall, wide)]]


@pullback(np.linalg.qr, samples=factored, unread=True)
def qr(r, a, r_bar, *, mode="reduced"):
    if mode != "reduced" and mode != "r":
        raise NotImplementedError("the derivative of np.linalg.qr is known with mode='reduced' and mode='r'")
    q, t = np.linalg.qr(a) if mode == "r" else r
    q_bar, t_bar = (None, r_bar) if mode == "r" else r_bar
    if known_square(a):
        return of_factors(q, t, q_bar, t_bar)
    k = np.shape(q)[-1]
    if t_bar is None:
        first = of_factors(q, t[..., :k], q_bar, None)
        return np.concatenate([first, np.zeros_like(a[..., k:])], axis=-1)
    # What the columns behind the first give to R is their product with Q.
    behind = t_bar[..., k:]
    first = of_factors(q, t[..., :k], plus(q_bar, a[..., k:] @ turned(behind)), t_bar[..., :k])
    return np.concatenate([first, q @ behind], axis=-1)


@inline
def of_factors(q, t, q_bar, t_bar):
    """The cotangent of a matrix with no more columns than rows, for those of its factors."""
    g = None if t_bar is None else t @ turned(t_bar)
    if q_bar is not None:
        g = plus(g, -(turned(q_bar) @ q))
    g = plus(q_bar, q @ symmetric(g, "L"))
    return turned(np.linalg.solve(t, turned(g)))


@pushforward(np.linalg.qr)
def qr_tangent(r, a, a_dot, *, mode="reduced"):
    if mode != "reduced" and mode != "r":
        raise NotImplementedError("the derivative of np.linalg.qr is known with mode='reduced' and mode='r'")
    q, t = np.linalg.qr(a) if mode == "r" else r
    first, first_dot = t, a_dot
    if not known_square(a):
        k = np.shape(q)[-1]
        first, first_dot = t[..., :k], a_dot[..., :k]
    p = turned(np.linalg.solve(turned(first), turned(first_dot)))
    c = turned(q) @ p
    below = np.tril(c, -1)
    q_dot = p - q @ (c - below + turned(below))
    t_dot = np.triu(turned(q_dot) @ a + turned(q) @ a_dot)
    if mode == "r":
        return t_dot
    return q_dot, t_dot


# --------------------------------------------------------------------- condition numbers


def conditions():
    """Samples of condition numbers."""
    square, stack = stretched(3, 3), stretched(2, 2, 2)
    return [
        *[call(x) for x in rectangles() if np.shape(x)[-1] > 1],
        *[call(x, p) for x in (square, stack) for p in (2, -2, "fro")],
    ]


@pullback(np.linalg.cond, samples=conditions)
def cond(r, x, r_bar, *, p=None):
    g = r_bar * r if np.ndim(x) == 2 else (r_bar * r)[..., None, None]
    if p == "fro":
        return g * slope_of_size(x) - g * turned(slope_of_inverse(x))
    if p is not None and p != 2 and p != -2:
        raise NotImplementedError("the derivative of this condition number is not known: only of p=2, -2 and 'fro'")
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    largest = u[..., :1] * vh[..., :1, :] / s[..., :1, None]
    smallest = u[..., -1:] * vh[..., -1:, :] / s[..., -1:, None]
    return g * (smallest - largest) if p == -2 else g * (largest - smallest)


@pushforward(np.linalg.cond)
def cond_tangent(r, x, x_dot, *, p=None):
    if p == "fro":
        along = np.sum(slope_of_size(x) * x_dot, axis=(-2, -1))
        return r * (along - np.sum(turned(slope_of_inverse(x)) * x_dot, axis=(-2, -1)))
    if p is not None and p != 2 and p != -2:
        raise NotImplementedError("the derivative of this condition number is not known: only of p=2, -2 and 'fro'")
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    change = np.sum(u * (x_dot @ turned(vh)), axis=-2) / s
    if p == -2:
        return r * (change[..., -1] - change[..., 0])
    return r * (change[..., 0] - change[..., -1])


@inline
def slope_of_size(x):
    """The slope of the logarithm of a Frobenius norm."""
    return x / np.sum(x * x, axis=(-2, -1), keepdims=True)


@inline
def slope_of_inverse(x):
    """Minus the slope of the logarithm of the inverse's Frobenius norm, transposed."""
    i = np.linalg.inv(x)
    return i @ turned(slope_of_size(i)) @ i
