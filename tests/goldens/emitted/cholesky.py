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
    tape = []
    for j in range(n):
        tape2 = []
        for i in range(j, n):
            t = i, j
            s = A[t]
            tape3 = []
            for k in range(j):
                t2 = L[i, k]
                t3 = L[j, k]
                s -= t2 * t3
                tape3.append((k, t2, t3))
            if i == j:
                t2 = math.sqrt(s)
                L[t] = t2
                t3 = None
                t4 = None
            else:
                t3 = L[j, j]
                t4 = s / t3
                L[t] = t4
                t2 = None
            tape2.append((i, t2, t3, t4, tape3))
        tape.append((j, tape2))
    L_bar = np.zeros_like(L)
    # total += 2 * math.log(L[i, i])
    g = 2 * total_bar
    for i in reversed(range(n)):
        t = i, i
        L_bar[t] += g / L[t]
    A_bar = np.zeros_like(A)
    for j, tape2 in reversed(tape):
        for i, t, t2, t3, tape3 in reversed(tape2):
            t4 = i, j
            if i == j:
                # L[i, j] = math.sqrt(s)
                g = L_bar[t4]
                L_bar[t4] = 0.0
                s_bar = g * 0.5 / t
            else:
                # L[i, j] = s / L[j, j]
                g = L_bar[t4]
                L_bar[t4] = 0.0
                s_bar = g / t2
                L_bar[j, j] -= s_bar * t3
            for k, t, t2 in reversed(tape3):
                # s -= L[i, k] * L[j, k]
                L_bar[j, k] -= t * s_bar
                L_bar[i, k] -= s_bar * t2
            # s = A[i, j]
            A_bar[t4] += s_bar
    return A_bar
