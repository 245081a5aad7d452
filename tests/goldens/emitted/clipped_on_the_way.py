"""The block of `grad_of` stands where the cotangent passes, in each trip, and reads what it needs."""
import numpy as np

from adcompile import grad_of


def f(w, x, limit):
    h = x
    for _ in range(3):
        h = np.tanh(w @ h)
        with grad_of(h) as g:
            assert np.all(np.isfinite(g)), "h"
            norm = np.linalg.norm(g)
            if norm > limit:
                g *= limit / norm
    return np.sum(h * h)


ARGS = (np.array([[0.3, -0.2], [0.1, 0.8]]), np.array([0.5, -1.2]), 1e3)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(w, x, limit, out_bar=1.0):
    tape = []
    h = x
    for _ in range(3):
        h_in = h
        h = np.tanh(w @ h_in)
        tape.append((h_in, h))
    # return np.sum(h * h)
    h_bar = 2 * out_bar * h
    w_bar = np.zeros_like(w)
    for h_in, h in reversed(tape):
        assert np.all(np.isfinite(h_bar)), 'h'
        norm = np.linalg.norm(h_bar)
        if norm > limit:
            g = h_bar
            g *= limit / norm
        else:
            g = h_bar
        # h = np.tanh(w @ h)
        g = g * (1 - h ** 2)
        h_bar = g @ w
        w_bar += np.outer(g, h_in)
    return w_bar, h_bar
