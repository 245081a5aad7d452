"""A `return` before the end."""
import numpy as np


def huber(r, delta):
    if np.abs(r) <= delta:
        return 0.5 * r ** 2
    return delta * (np.abs(r) - 0.5 * delta)


f = huber
ARGS = (-2.5, 1.0)
MORE = (0.3, 1.0), (1.7, 0.4)
WRT = (0, 1)


# emitted:
import numpy as np


def huber_grad(r, delta, out_bar=1.0):
    t = np.abs(r)
    if t <= delta:
        # return 0.5 * r ** 2
        r_bar = out_bar * r
        delta_bar = 0.0
        g = 0.0
    else:
        # return delta * (np.abs(r) - 0.5 * delta)
        delta_bar = out_bar * (t - 0.5 * delta)
        g = delta * out_bar
        delta_bar -= 0.5 * g
        r_bar = 0.0
    r_bar += g * np.sign(r)
    return r_bar, delta_bar
