"""A comprehension and `sum`."""
import numpy as np


def f(v, x):
    return sum([np.sin(x * u) for u in v])


ARGS = (np.array([0.3, -0.8, 1.1]), 0.7)
MORE = (np.array([1.1]), 0.2), (np.array([0.4, 0.4]), -0.2)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(v, x, out_bar=1.0):
    # return sum([np.sin(x * u) for u in v])
    v_bar = np.zeros_like(v)
    x_bar = 0.0
    for k in reversed(range(len(v))):
        u = v[k]
        g = out_bar * np.cos(x * u)
        x_bar += g * u
        u_bar = x * g
        v_bar[k] = u_bar
    return v_bar, x_bar
