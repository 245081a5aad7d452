"""A dictionary of parameters."""
import numpy as np


def f(p, x):
    h = np.tanh(x @ p["W"] + p["b"])
    return np.sum(h * p["scale"])


RNG = np.random.default_rng(5)
ARGS = ({"W": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2), "scale": 0.7}, RNG.normal(size=(4, 3)))
WRT = 0


def flat(W, b, scale, x):
    return f({"W": W, "b": b, "scale": scale}, x)


CHECK = flat, (*ARGS[0].values(), ARGS[1]), (0, 1, 2)


# emitted:
import numpy as np
from adcompile.runtime.broadcasting import zeros_like


def f_grad(p, x, out_bar=1.0):
    h = np.tanh(x @ p['W'] + p['b'])
    # return np.sum(h * p["scale"])
    g = zeros_like(p)
    p_bar = g
    p_bar['scale'] = g['scale'] + out_bar * h.sum()
    # h = np.tanh(x @ p["W"] + p["b"])
    g = out_bar * p['scale'] * (1 - h ** 2)
    p_bar2 = p_bar
    p_bar2['b'] = p_bar['b'] + g.sum(axis=0)
    p_bar = p_bar2
    p_bar['W'] = p_bar2['W'] + x.T @ g
    return p_bar
