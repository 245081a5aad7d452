"""A list of (weights, bias)."""
import numpy as np


def mlp(params, x, y):
    h = x
    for W, b in params[:-1]:
        h = np.tanh(h @ W + b)
    W, b = params[-1]
    return np.mean((h @ W + b - y) ** 2)


f = mlp
RNG = np.random.default_rng(4)
ARGS = (
    [(RNG.normal(size=(3, 4)), RNG.normal(size=4)), (RNG.normal(size=(4, 2)), RNG.normal(size=2))],
    RNG.normal(size=(5, 3)),
    RNG.normal(size=(5, 2)),
)
WRT = 0


def flat(W1, b1, W2, b2, x, y):
    return mlp([(W1, b1), (W2, b2)], x, y)


CHECK = flat, (*ARGS[0][0], *ARGS[0][1], *ARGS[1:]), (0, 1, 2, 3)


# emitted:
import numpy as np
from adcompile.runtime.broadcasting import add_item
from adcompile.runtime.broadcasting import zeros_like


def mlp_grad(params, x, y, out_bar=1.0):
    t = params[:-1]
    tape = []
    h = x
    for W, b in t:
        h_in = h
        h = np.tanh(h_in @ W + b)
        tape.append((h_in, W, h))
    W, b = params[-1]
    t2 = h @ W + b - y
    # return np.mean((h @ W + b - y) ** 2)
    g = out_bar / t2.size * 2 * t2
    b_bar = g.sum(axis=0)
    h_bar = g @ W.T
    W_bar = h.T @ g
    # W, b = params[-1]
    params_bar = zeros_like(params)
    params_bar[-1] = W_bar, b_bar
    g = zeros_like(t)
    for k in reversed(range(len(tape))):
        h_in, W, h = tape[k]
        # h = np.tanh(h @ W + b)
        g2 = h_bar * (1 - h ** 2)
        b_bar = g2.sum(axis=0)
        h_bar = g2 @ W.T
        W_bar = h_in.T @ g2
        g[k] = W_bar, b_bar
    return add_item(params_bar, slice(None, -1, None), g)
