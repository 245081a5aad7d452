"""A loop that records what its reverse reads, and no more."""
import numpy as np


def rnn(W, U, h, xs):
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h ** 2)
    return total


f = rnn
RNG = np.random.default_rng(0)
ARGS = (RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=(4, 2)))
WRT = ("W", "U", "h")


# emitted:
import numpy as np


def rnn_grad(W, U, h, xs, total_bar=1.0):
    tape = []
    for x in xs:
        h_in = h
        h = np.tanh(x @ W + h_in @ U)
        tape.append((x, h_in, h))
    h_bar = np.zeros_like(h)
    W_bar = np.zeros_like(W)
    U_bar = np.zeros_like(U)
    for x, h_in, h in reversed(tape):
        # total += np.sum(h ** 2)
        h_bar += total_bar * 2 * h
        # h = np.tanh(x @ W + h @ U)
        g = h_bar * (1 - h ** 2)
        h_bar = U @ g
        U_bar += np.outer(h_in, g)
        W_bar += np.outer(x, g)
    return W_bar, U_bar, h_bar
