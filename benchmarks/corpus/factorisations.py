"""Factorisations and solvers of dense linear systems, in place, element by element."""

from __future__ import annotations

import numpy as np

from .table import dominant, kernel, numbers, weigh


def lu(A):
    """A = L U without pivoting; L (with ones on its diagonal) and U take the place of A."""
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]


def initialise_matrix(n):
    return (dominant(n),)


@kernel(initialise_matrix, (5,), (24,), (60,))
def lu_value(A):
    lu(A)
    return weigh(A)


def ludcmp(A, b, x, y):
    """Solve A x = b by L U, row by row with products of slices."""
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] = (A[i, j] - A[i, :j] @ A[:j, j]) / A[j, j]
        for j in range(i, n):
            A[i, j] -= A[i, :i] @ A[:i, j]
    for i in range(n):
        y[i] = b[i] - A[i, :i] @ y[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]


def initialise_ludcmp(n):
    return dominant(n), numbers(n), np.zeros(n), np.zeros(n)


@kernel(initialise_ludcmp, (5,), (40,), (120,))
def ludcmp_value(A, b, x, y):
    ludcmp(A, b, x, y)
    return weigh(x)


def cholesky(A):
    """A = L L'; L takes the lower triangle of A."""
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] /= A[j, j]
        for k in range(i):
            A[i, i] -= A[i, k] * A[i, k]
        A[i, i] = np.sqrt(A[i, i])


@kernel(initialise_matrix, (5,), (24,), (60,))
def cholesky_value(A):
    cholesky(A)
    return weigh(np.tril(A))


def trisolv(L, x, b):
    """Solve L x = b for a lower triangle."""
    for i in range(len(x)):
        x[i] = b[i]
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]


def initialise_trisolv(n):
    return np.tril(dominant(n)), np.zeros(n), numbers(n)


@kernel(initialise_trisolv, (6,), (60,), (200,))
def trisolv_value(L, x, b):
    trisolv(L, x, b)
    return weigh(x)


def durbin(r, y):
    """Solve the Yule-Walker equations of the autocorrelations r by Durbin's recursion."""
    n = len(r)
    z = np.zeros(n)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        total = r[k]
        for i in range(k):
            total += r[k - i - 1] * y[i]
        alpha = -total / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha


def initialise_durbin(n):
    return 0.5 ** np.arange(1, n + 1) + 0.02 * numbers(n) / n, np.zeros(n)


@kernel(initialise_durbin, (6,), (60,), (200,))
def durbin_value(r, y):
    durbin(r, y)
    return weigh(y)


def gramschmidt(A):
    """A = Q R by the modified Gram-Schmidt process."""
    m, n = A.shape
    Q = np.zeros((m, n))
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.dot(A[:, k], A[:, k]))
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return Q, R


def initialise_gramschmidt(n):
    A = numbers(n + n // 2, n)
    A[:n] += 2.0 * np.eye(n)
    return (A,)


@kernel(initialise_gramschmidt, (4,), (24,), (80,))
def gramschmidt_value(A):
    Q, R = gramschmidt(A)
    return weigh(Q) + weigh(R)
