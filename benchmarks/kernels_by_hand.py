"""Emitted gradients of six kernels against adjoints written by hand.

Each adjoint is what an expert writes: it leaves the arguments as the kernel does, records nothing
that the reverse sweep can read elsewhere, and stores into the cotangents in place.
Run: python benchmarks/kernels_by_hand.py [--show]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from corpus import KERNELS
from corpus.factorisations import cholesky, lu
from corpus.networks import softmax
from corpus.products import mvt
from corpus.stencils import jacobi_1d, seidel_2d
from kernels import fresh, side_by_side

from adcompile import ADError, grad


def weights(a, value_bar):
    """The cotangent of `weigh(a)`."""
    flat_bar = np.full(a.size, value_bar)
    flat_bar[1::2] += 0.5 * value_bar
    flat_bar[::3] -= 0.3 * value_bar
    return flat_bar.reshape(a.shape)


def jacobi_1d_by_hand(steps, A, B, value_bar=1.0):
    jacobi_1d(steps, A, B)
    A_bar = weights(A, value_bar)
    B_bar = np.zeros_like(B)
    for _ in range(1, steps):
        g = 0.33333 * A_bar[1:-1]
        A_bar[1:-1] = 0.0
        B_bar[:-2] += g
        B_bar[1:-1] += g
        B_bar[2:] += g
        g = 0.33333 * B_bar[1:-1]
        B_bar[1:-1] = 0.0
        A_bar[:-2] += g
        A_bar[1:-1] += g
        A_bar[2:] += g
    return A_bar, B_bar


def seidel_2d_by_hand(steps, A, value_bar=1.0):
    seidel_2d(steps, A)
    A_bar = weights(A, value_bar)
    n = A.shape[0]
    for _ in range(steps):
        for i in range(n - 2, 0, -1):
            for j in range(n - 2, 0, -1):
                g = A_bar[i, j] / 9.0
                A_bar[i - 1, j - 1] += g
                A_bar[i - 1, j] += g
                A_bar[i - 1, j + 1] += g
                A_bar[i, j - 1] += g
                A_bar[i, j] = g
                A_bar[i, j + 1] += g
                A_bar[i + 1, j - 1] += g
                A_bar[i + 1, j] += g
                A_bar[i + 1, j + 1] += g
    return A_bar


def lu_by_hand(A, value_bar=1.0):
    """Every element that the kernel reads has its final value when it is read: nothing to record."""
    lu(A)
    A_bar = weights(A, value_bar)
    n = A.shape[0]
    for i in range(n - 1, -1, -1):
        for j in range(n - 1, i - 1, -1):
            g = A_bar[i, j]
            for k in range(i - 1, -1, -1):
                A_bar[i, k] -= g * A[k, j]
                A_bar[k, j] -= g * A[i, k]
        for j in range(i - 1, -1, -1):
            A_bar[i, j] /= A[j, j]
            g = A_bar[i, j]
            A_bar[j, j] -= g * A[i, j]
            for k in range(j - 1, -1, -1):
                A_bar[i, k] -= g * A[k, j]
                A_bar[k, j] -= g * A[i, k]
    return A_bar


def cholesky_by_hand(A, value_bar=1.0):
    cholesky(A)
    A_bar = np.tril(weights(A, value_bar))
    n = A.shape[0]
    for i in range(n - 1, -1, -1):
        A_bar[i, i] *= 0.5 / A[i, i]
        for k in range(i - 1, -1, -1):
            A_bar[i, k] -= 2.0 * A_bar[i, i] * A[i, k]
        for j in range(i - 1, -1, -1):
            A_bar[i, j] /= A[j, j]
            g = A_bar[i, j]
            A_bar[j, j] -= g * A[i, j]
            for k in range(j - 1, -1, -1):
                A_bar[i, k] -= g * A[j, k]
                A_bar[j, k] -= g * A[i, k]
    return A_bar


def mvt_by_hand(x1, x2, y1, y2, A, value_bar=1.0):
    mvt(x1, x2, y1, y2, A)
    x1_bar = weights(x1, value_bar)
    x2_bar = weights(x2, value_bar)
    A_bar = np.outer(x1_bar, y1)
    A_bar += np.outer(y2, x2_bar)
    return x1_bar, x2_bar, x1_bar @ A, A @ x2_bar, A_bar


def softmax_by_hand(x, value_bar=1.0):
    """The maximum that is taken off cancels, so nothing flows back through it."""
    softmax(x)
    x_bar = weights(x, value_bar)
    x_bar -= np.sum(x_bar * x, axis=-1, keepdims=True)
    x_bar *= x
    return x_bar


BY_HAND = {
    "jacobi_1d": jacobi_1d_by_hand,
    "seidel_2d": seidel_2d_by_hand,
    "lu": lu_by_hand,
    "cholesky": cholesky_by_hand,
    "mvt": mvt_by_hand,
    "softmax": softmax_by_hand,
}


def agree(made, expected):
    """Whether two gradients are the same numbers: a wrong one has no time."""
    pairs = zip(*(g if isinstance(g, tuple) else (g,) for g in (made, expected)), strict=True)
    return all(np.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in pairs)


def line(kernel, show):
    args = kernel.arguments("medium")
    wrt = kernel.active()
    df = grad(kernel.program, wrt if len(wrt) > 1 else wrt[0])
    by_hand = BY_HAND[kernel.name]
    try:
        bare = df.specialize(*args)
    except ADError as error:
        return f"{kernel.name:12} {str(error).splitlines()[0].partition(': ')[2] or error}"
    if show:
        print(df.source)
    if not agree(bare(*fresh(args)), by_hand(*fresh(args))):
        return f"{kernel.name:12} WRONG"
    return f"{kernel.name:12} {side_by_side(bare, by_hand, args)[2]:8.2f}"


def main(show=False):
    print(f"{'emitted/by hand':12}")
    for kernel in KERNELS:
        if kernel.name in BY_HAND:
            print(line(kernel, show), flush=True)


if __name__ == "__main__":
    main("--show" in sys.argv)
