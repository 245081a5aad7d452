"""Linear algebra, an extreme, a comprehension."""

import numpy as np


def f(A, b):
    x = np.linalg.solve(A, b)
    rows = [row @ x for row in A]
    return np.max(x) + np.linalg.norm(x) * sum(rows)


ARGS = (np.array([[2.0, 0.3], [-0.4, 1.5]]), np.array([0.7, -1.1]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_pushforward(A, b, tangents):
    A_dot, b_dot = tangents
    x = np.linalg.solve(A, b)
    x_dot = np.linalg.solve(A, b_dot) - np.linalg.solve(A, A_dot @ x)
    rows = []
    rows_dot = []
    for row, row_dot in zip(A, A_dot):
        rows_dot.append(row_dot @ x + row @ x_dot)
        rows.append(row @ x)
    t = np.max(x)
    t2 = x == t
    t3 = np.linalg.norm(x)
    t4 = sum(rows)
    return (t + t3 * t4, np.sum(t2 * x_dot) / np.sum(t2)
        + (np.sum(x * x_dot) / (t3 + (t3 == 0)) * t4 + t3 * sum(rows_dot)))
