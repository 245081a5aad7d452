"""The inner loop's tape is kept on the outer loop's."""
import numpy as np


def f(W, h, steps):
    total = 0.0
    for xs in steps:
        for x in xs:
            h = np.tanh(W @ h + x)
        total += np.sum(h * h)
    return total


RNG = np.random.default_rng(1)
ARGS = (RNG.normal(size=(2, 2)), RNG.normal(size=2), RNG.normal(size=(3, 2, 2)))
MORE = (RNG.normal(size=(2, 2)), RNG.normal(size=2), RNG.normal(size=(2, 0, 2))), (ARGS[0], ARGS[1], RNG.normal(size=(1, 3, 2)))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(W, h, steps, total_bar=1.0):
    tape = []
    for xs in steps:
        tape2 = []
        for x in xs:
            h_in = h
            h = np.tanh(W @ h_in + x)
            tape2.append((h_in, h))
        tape.append((h, tape2))
    h_bar = np.zeros_like(h)
    W_bar = np.zeros_like(W)
    for h, tape2 in reversed(tape):
        # total += np.sum(h * h)
        h_bar += 2 * total_bar * h
        for h_in, h in reversed(tape2):
            # h = np.tanh(W @ h + x)
            g = h_bar * (1 - h ** 2)
            h_bar = g @ W
            W_bar += np.outer(g, h_in)
    return W_bar, h_bar
