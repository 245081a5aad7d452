"""Stores into two arrays in turn: what is stored into an array, is stored into its tangent."""

import numpy as np


def f(T, A, B):
    A = A.copy()
    B = B.copy()
    for _ in range(1, T):
        B[1:-1] = (A[:-2] + A[1:-1] + A[2:]) / 3
        A[1:-1] = (B[:-2] + B[1:-1] + B[2:]) / 3
    return np.sum(A * A)


ARGS = (4, np.array([0.5, -1.2, 0.8, 1.5, 0.3]), np.zeros(5))
WRT = "A"


# emitted:
import numpy as np


def f_pushforward(T, A, B, A_dot):
    A = A.copy()
    A_dot = A_dot.copy()
    B = B.copy()
    B_dot = np.zeros_like(B)
    for _ in range(1, T):
        B_dot[1:-1] = (A_dot[:-2] + A_dot[1:-1] + A_dot[2:]) / 3
        B[1:-1] = (A[:-2] + A[1:-1] + A[2:]) / 3
        A_dot[1:-1] = (B_dot[:-2] + B_dot[1:-1] + B_dot[2:]) / 3
        A[1:-1] = (B[:-2] + B[1:-1] + B[2:]) / 3
    return np.sum(A * A), 2 * np.sum(A_dot * A)
