"""A recurrent network, by both of its weights."""

import numpy as np


def f(W, U, h, xs):
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h ** 2)
    return total


ARGS = (np.full((3, 2), 0.2), np.array([[0.1, -0.3], [0.4, 0.2]]), np.array([0.5, -0.1]), np.eye(3) + 0.5)
WRT = (0, 1)


# emitted:
import numpy as np


def f_pushforward(W, U, h, xs, tangents):
    W_dot, U_dot = tangents
    h_dot = np.zeros_like(h)
    total = 0.0
    total_dot = 0.0
    for x in xs:
        h_in = h
        h = np.tanh(x @ W + h_in @ U)
        t = h ** 2
        h_dot = (x @ W_dot + (h_dot @ U + h_in @ U_dot)) * (1 - t)
        total += np.sum(t)
        total_dot += 2 * np.sum(h_dot * h)
    return total, total_dot
