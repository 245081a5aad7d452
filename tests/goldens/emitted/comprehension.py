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
    t = []
    for u in v:
        t.append(np.sin(x * u))
    # return sum([np.sin(x * u) for u in v])
    g = [out_bar] * len(t)
    v_bar = np.zeros_like(v)
    x_bar = 0.0
    for k in reversed(range(len(v))):
        u = v[k]
        g2 = g[-1]
        g.pop()
        g2 = g2 * np.cos(x * u)
        x_bar += g2 * u
        u_bar = x * g2
        v_bar[k] = u_bar
    return v_bar, x_bar
