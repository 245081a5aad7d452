"""Element loops with stores that are read again."""
import math

import numpy as np


def log_determinant(A):
    n = len(A)
    L = np.zeros((n, n))
    for j in range(n):
        for i in range(j, n):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = math.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    total = 0.0
    for i in range(n):
        total += 2 * math.log(L[i, i])
    return total


f = log_determinant
ARGS = (np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.1]]),)
WRT = 0


# emitted:
import math
import numpy as np


def log_determinant_grad(A, total_bar=1.0):
    n = len(A)
    L = np.zeros((n, n))
    for j in range(n):
        for i in range(j, n):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = math.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    L_bar = np.zeros_like(L)
    # total += 2 * math.log(L[i, i])
    g = 2 * total_bar
    for i in reversed(range(n)):
        L_bar[i, i] += g / L[i, i]
    A_bar = np.zeros_like(A)
    for j in reversed(range(n)):
        for i in range(n - 1, j - 1, -1):
            if i == j:
                # L[i, j] = math.sqrt(s)
                s_bar = L_bar[i, j] * 0.5 / L[i, j]
                L_bar[i, j] = 0.0
            else:
                # L[i, j] = s / L[j, j]
                s_bar = L_bar[i, j] / L[j, j]
                L_bar[i, j] = 0.0
                L_bar[j, j] -= s_bar * L[i, j]
            for k in reversed(range(j)):
                # s -= L[i, k] * L[j, k]
                L_bar[j, k] -= L[i, k] * s_bar
                L_bar[i, k] -= s_bar * L[j, k]
            # s = A[i, j]
            A_bar[i, j] += s_bar
    return A_bar
