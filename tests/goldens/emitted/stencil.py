"""Overlapping slices are read and written in turn: nothing is recorded."""
import numpy as np


def kernel(u, n):
    A = u.copy()
    B = u.copy()
    for t in range(1, n):
        B[1:-1] = (A[:-2] + A[1:-1] + A[2:]) / 3
        A[1:-1] = (B[:-2] + B[1:-1] + B[2:]) / 3
    return np.sum(A * A)


f = kernel
ARGS = (np.array([0.3, -0.8, 1.9, 0.4, 0.1]), 3)
MORE = (ARGS[0], 1), (ARGS[0], 0), (ARGS[0][:3], 4)
WRT = 0


# emitted:
import numpy as np


def kernel_grad(u, n, out_bar=1.0):
    A = u.copy()
    B = u.copy()
    for _ in range(1, n):
        B[1:-1] = (A[:-2] + A[1:-1] + A[2:]) / 3
        A[1:-1] = (B[:-2] + B[1:-1] + B[2:]) / 3
    # return np.sum(A * A)
    A_bar = 2 * out_bar * A
    B_bar = np.zeros_like(u)
    for _ in range(1, n):
        # A[1:-1] = (B[:-2] + B[1:-1] + B[2:]) / 3
        g = A_bar[1:-1] / 3
        A_bar[1:-1] = 0.0
        B_bar[2:] += g
        B_bar[1:-1] += g
        B_bar[:-2] += g
        # B[1:-1] = (A[:-2] + A[1:-1] + A[2:]) / 3
        g = B_bar[1:-1] / 3
        B_bar[1:-1] = 0.0
        A_bar[2:] += g
        A_bar[1:-1] += g
        A_bar[:-2] += g
    # A = u.copy()
    B_bar += A_bar
    return B_bar
