"""Stencils: each step replaces the inner points of a grid by combinations of their neighbours."""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh

# --------------------------------------------------------------------- relaxation and diffusion


def jacobi_1d(steps, A, B):
    for _ in range(1, steps):
        B[1:-1] = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        A[1:-1] = 0.33333 * (B[:-2] + B[1:-1] + B[2:])


def initialise_jacobi_1d(steps, n):
    return steps, numbers(n), numbers(n, seed=1)


@kernel(initialise_jacobi_1d, (5, 12), (100, 4_000), (100, 100_000), linear=True)
def jacobi_1d_value(steps, A, B):
    jacobi_1d(steps, A, B)
    return weigh(A)


def jacobi_2d(steps, A, B):
    for _ in range(1, steps):
        B[1:-1, 1:-1] = 0.2 * (A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1])
        A[1:-1, 1:-1] = 0.2 * (B[1:-1, 1:-1] + B[1:-1, :-2] + B[1:-1, 2:] + B[2:, 1:-1] + B[:-2, 1:-1])


def initialise_jacobi_2d(steps, n):
    return steps, numbers(n, n), numbers(n, n, seed=1)


@kernel(initialise_jacobi_2d, (4, 6), (50, 100), (50, 400), linear=True)
def jacobi_2d_value(steps, A, B):
    jacobi_2d(steps, A, B)
    return weigh(A)


def heat_3d(steps, A, B):
    for _ in range(1, steps):
        B[1:-1, 1:-1, 1:-1] = (
            0.125 * (A[2:, 1:-1, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[:-2, 1:-1, 1:-1])
            + 0.125 * (A[1:-1, 2:, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, :-2, 1:-1])
            + 0.125 * (A[1:-1, 1:-1, 2:] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, 1:-1, :-2])
            + A[1:-1, 1:-1, 1:-1]
        )
        A[1:-1, 1:-1, 1:-1] = (
            0.125 * (B[2:, 1:-1, 1:-1] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[:-2, 1:-1, 1:-1])
            + 0.125 * (B[1:-1, 2:, 1:-1] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[1:-1, :-2, 1:-1])
            + 0.125 * (B[1:-1, 1:-1, 2:] - 2.0 * B[1:-1, 1:-1, 1:-1] + B[1:-1, 1:-1, :-2])
            + B[1:-1, 1:-1, 1:-1]
        )


def initialise_heat_3d(steps, n):
    return steps, numbers(n, n, n), numbers(n, n, n, seed=1)


@kernel(initialise_heat_3d, (3, 4), (20, 20), (20, 60), linear=True)
def heat_3d_value(steps, A, B):
    heat_3d(steps, A, B)
    return weigh(A)


def seidel_2d(steps, A):
    n = A.shape[0]
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                A[i, j] = (
                    A[i - 1, j - 1] + A[i - 1, j] + A[i - 1, j + 1]
                    + A[i, j - 1] + A[i, j] + A[i, j + 1]
                    + A[i + 1, j - 1] + A[i + 1, j] + A[i + 1, j + 1]
                ) / 9.0  # fmt: skip


def initialise_seidel_2d(steps, n):
    return steps, numbers(n, n)


@kernel(initialise_seidel_2d, (2, 5), (4, 40), (10, 80), linear=True)
def seidel_2d_value(steps, A):
    seidel_2d(steps, A)
    return weigh(A)


# ------------------------------------------------------------------------------ electrodynamics


def fdtd_2d(ex, ey, hz, pulse):
    """Maxwell's equations in two dimensions, by the leapfrog of Yee."""
    for t in range(len(pulse)):
        ey[0, :] = pulse[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])


def initialise_fdtd_2d(steps, n):
    return numbers(n, n), numbers(n, n, seed=1), numbers(n, n, seed=2), numbers(steps)


@kernel(initialise_fdtd_2d, (3, 5), (50, 100), (50, 400), linear=True)
def fdtd_2d_value(ex, ey, hz, pulse):
    fdtd_2d(ex, ey, hz, pulse)
    return weigh(ex) + weigh(ey) + weigh(hz)


# ------------------------------------------------------------------------- implicit along lines


def half_step(target, source, p, q, r):
    """Half a step of `adi`: implicit along the first axis of `target`, explicit along the second.

    Thomas' algorithm on all lines at once; the boundary is held at 1.
    """
    n = target.shape[0]
    target[0, 1:-1] = 1.0
    p[1:-1, 0] = 0.0
    q[1:-1, 0] = target[0, 1:-1]
    for j in range(1, n - 1):
        pivot = 1.0 + r - 0.5 * r * p[1:-1, j - 1]
        p[1:-1, j] = 0.5 * r / pivot
        load = 0.5 * r * (source[j, :-2] + source[j, 2:]) + (1.0 - r) * source[j, 1:-1]
        q[1:-1, j] = (load + 0.5 * r * q[1:-1, j - 1]) / pivot
    target[n - 1, 1:-1] = 1.0
    for j in range(n - 2, 0, -1):
        target[j, 1:-1] = p[1:-1, j] * target[j + 1, 1:-1] + q[1:-1, j]


def adi(steps, u):
    """The heat equation by alternating directions, with a time step of 1 / steps."""
    v, p, q = np.zeros_like(u), np.zeros_like(u), np.zeros_like(u)
    r = u.shape[0] ** 2 / (2.0 * steps)
    for _ in range(steps):
        half_step(v, u, p, q, r)
        half_step(u.T, v.T, p, q, r)


def initialise_adi(steps, n):
    return steps, 1.0 + 0.5 * numbers(n, n)


@kernel(initialise_adi, (3, 5), (10, 60), (10, 200))
def adi_value(steps, u):
    adi(steps, u)
    return weigh(u)
