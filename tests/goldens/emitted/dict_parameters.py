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


def f_grad(p, x, out_bar=1.0):
    h = np.tanh(x @ p['W'] + p['b'])
    # h = np.tanh(x @ p["W"] + p["b"])
    g = out_bar * p['scale'] * (1 - h ** 2)
    p_bar = {'W': x.T @ g, 'b': g.sum(axis=0), 'scale': out_bar * h.sum()}
    return p_bar
