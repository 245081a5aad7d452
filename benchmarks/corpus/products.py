"""Products of matrices and vectors, as the BLAS has them and as chains of them."""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh

# -------------------------------------------------------------------------- matrix times matrix


def gemm(alpha, beta, C, A, B):
    C *= beta
    C += alpha * A @ B


def initialise_gemm(n):
    return 1.5, 1.2, numbers(n, n + 1), numbers(n, n + 2), numbers(n + 2, n + 1)


@kernel(initialise_gemm, (3,), (60,), (400,))
def gemm_value(alpha, beta, C, A, B):
    gemm(alpha, beta, C, A, B)
    return weigh(C)


def two_mm(alpha, beta, A, B, C, D):
    """D := alpha A B C + beta D"""
    D *= beta
    D += alpha * A @ B @ C


def initialise_two_mm(n):
    return 1.5, 1.2, numbers(n, n + 1), numbers(n + 1, n + 2), numbers(n + 2, n + 3), numbers(n, n + 3)


@kernel(initialise_two_mm, (3,), (60,), (400,))
def two_mm_value(alpha, beta, A, B, C, D):
    two_mm(alpha, beta, A, B, C, D)
    return weigh(D)


def initialise_three_mm(n):
    return numbers(n, n + 1), numbers(n + 1, n + 2), numbers(n + 2, n + 3), numbers(n + 3, n + 1)


@kernel(initialise_three_mm, (3,), (60,), (400,))
def three_mm_value(A, B, C, D):
    E = A @ B
    F = C @ D
    return weigh(E @ F)


def symm(alpha, beta, C, A, B):
    """C := alpha A B + beta C for a symmetric A, of which only the lower triangle is read."""
    m, n = C.shape
    partial = np.zeros(n)
    C *= beta
    for i in range(m):
        for j in range(n):
            C[:i, j] += alpha * B[i, j] * A[i, :i]
            partial[j] = B[:i, j] @ A[i, :i]
        C[i, :] += alpha * B[i, :] * A[i, i] + alpha * partial


def initialise_symm(n):
    return 1.5, 1.2, numbers(n, n + 1), numbers(n, n), numbers(n, n + 1, seed=1)


@kernel(initialise_symm, (3,), (24,), (80,))
def symm_value(alpha, beta, C, A, B):
    symm(alpha, beta, C, A, B)
    return weigh(C)


def syrk(alpha, beta, C, A):
    """The lower triangle of C := alpha A A' + beta C, element by element."""
    n, m = A.shape
    for i in range(n):
        for j in range(i + 1):
            C[i, j] *= beta
        for k in range(m):
            for j in range(i + 1):
                C[i, j] += alpha * A[i, k] * A[j, k]


def initialise_syrk(n):
    return 1.5, 1.2, numbers(n, n), numbers(n, n + 1)


@kernel(initialise_syrk, (4,), (24,), (50,))
def syrk_value(alpha, beta, C, A):
    syrk(alpha, beta, C, A)
    return weigh(C)


def syr2k(alpha, beta, C, A, B):
    """The lower triangle of C := alpha A B' + alpha B A' + beta C, by rows."""
    n, m = A.shape
    for i in range(n):
        C[i, : i + 1] *= beta
        for k in range(m):
            C[i, : i + 1] += A[: i + 1, k] * alpha * B[i, k] + B[: i + 1, k] * alpha * A[i, k]


def initialise_syr2k(n):
    return 1.5, 1.2, numbers(n, n), numbers(n, n + 1), numbers(n, n + 1, seed=1)


@kernel(initialise_syr2k, (4,), (30,), (120,))
def syr2k_value(alpha, beta, C, A, B):
    syr2k(alpha, beta, C, A, B)
    return weigh(C)


def trmm(alpha, A, B):
    """B := alpha A' B for a lower triangle A with ones on its diagonal, element by element."""
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            for k in range(i + 1, m):
                B[i, j] += A[k, i] * B[k, j]
            B[i, j] *= alpha


def initialise_trmm(n):
    return 1.5, numbers(n, n), numbers(n, n + 1)


@kernel(initialise_trmm, (4,), (24,), (50,))
def trmm_value(alpha, A, B):
    trmm(alpha, A, B)
    return weigh(B)


def doitgen(A, C4):
    """Multiply the last axis of A by a matrix, one vector at a time."""
    for r in range(A.shape[0]):
        for q in range(A.shape[1]):
            A[r, q, :] = A[r, q, :] @ C4


def initialise_doitgen(n):
    return numbers(n, n, n + 1), numbers(n + 1, n + 1)


@kernel(initialise_doitgen, (3,), (20,), (60,))
def doitgen_value(A, C4):
    doitgen(A, C4)
    return weigh(A)


# -------------------------------------------------------------------------- matrix times vector


def gemver(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    A += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ A + z
    w += alpha * A @ x


def initialise_gemver(n):
    return 1.5, 1.2, numbers(n, n) / n, *(numbers(n, seed=k) for k in range(8))


@kernel(initialise_gemver, (4,), (120,), (1_000,))
def gemver_value(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    gemver(alpha, beta, A, u1, v1, u2, v2, w, x, y, z)
    return weigh(w)


def initialise_gesummv(n):
    return 1.5, 1.2, numbers(n, n), numbers(n, n, seed=1), numbers(n)


@kernel(initialise_gesummv, (4,), (120,), (1_000,))
def gesummv_value(alpha, beta, A, B, x):
    return weigh(alpha * A @ x + beta * B @ x)


def initialise_bicg(n):
    return numbers(n, n + 1), numbers(n), numbers(n + 1)


@kernel(initialise_bicg, (4,), (120,), (1_000,))
def bicg_value(A, r, p):
    return weigh(r @ A) + weigh(A @ p)


def initialise_atax(n):
    return numbers(n, n + 1), numbers(n + 1)


@kernel(initialise_atax, (4,), (120,), (1_000,))
def atax_value(A, x):
    return weigh((A @ x) @ A)


def mvt(x1, x2, y1, y2, A):
    x1 += A @ y1
    x2 += y2 @ A


def initialise_mvt(n):
    return *(numbers(n, seed=k) for k in range(4)), numbers(n, n)


@kernel(initialise_mvt, (4,), (120,), (1_000,))
def mvt_value(x1, x2, y1, y2, A):
    mvt(x1, x2, y1, y2, A)
    return weigh(x1) + weigh(x2)


def spmv(row_starts, columns, values, x):
    """A sparse matrix times a vector, row by row (compressed rows)."""
    y = np.empty(len(row_starts) - 1)
    for i in range(len(y)):
        start, end = row_starts[i], row_starts[i + 1]
        y[i] = values[start:end] @ x[columns[start:end]]
    return y


def initialise_spmv(n, each):
    rng = np.random.default_rng(n)
    columns = np.concatenate([np.sort(rng.choice(n, each, replace=False)) for _ in range(n)])
    return np.arange(0, n * each + 1, each), columns, numbers(n * each), numbers(n)


@kernel(initialise_spmv, (6, 3), (200, 10), (2_000, 20))
def spmv_value(row_starts, columns, values, x):
    return weigh(spmv(row_starts, columns, values, x))
