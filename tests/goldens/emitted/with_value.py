"""The value and the gradient."""
import numpy as np


def f(w, X, y):
    r = X @ w - y
    return 0.5 * np.dot(r, r) + 0.1 * np.sum(w ** 2)


RNG = np.random.default_rng(6)
ARGS = (RNG.normal(size=3), RNG.normal(size=(5, 3)), RNG.normal(size=5))
WRT = 0
TRANSFORM = "value_and_grad"


# emitted:
import numpy as np


def f_value_and_grad(w, X, y, out_bar=1.0):
    r = X @ w - y
    # return 0.5 * np.dot(r, r) + 0.1 * np.sum(w ** 2)
    w_bar = 0.2 * out_bar * w
    r_bar = out_bar * r
    # r = X @ w - y
    w_bar += r_bar @ X
    return 0.5 * np.dot(r, r) + 0.1 * np.sum(w ** 2), w_bar
