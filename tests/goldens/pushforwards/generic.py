"""The program for arguments of which nothing is known."""

import numpy as np


def f(x, w):
    y = np.exp(x) * w + 1
    y[0] = np.sum(x - w)
    return np.mean(y)


ARGS = (np.array([0.5, -1.2]), np.array([1.1, 0.3]))
WRT = 0
GENERIC = True


# emitted:
import numpy as np
from adcompile.runtime.checks import require_keeps
from adcompile.runtime.tangents import spread


def f_pushforward(x, w, x_dot):
    t = np.exp(x)
    y_dot = x_dot * t * w
    y = t * w + 1
    t = x - w
    t2 = np.sum(t)
    t = np.sum(spread(x_dot, t))
    require_keeps(y, t2)
    y_dot[0] = t
    y[0] = t2
    return np.mean(y), np.mean(y_dot)
