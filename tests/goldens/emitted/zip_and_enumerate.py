"""`zip` and `enumerate`."""
import numpy as np


def f(ws, xs):
    total = 0.0
    for k, (w, x) in enumerate(zip(ws, xs)):
        total += (k + 1) * w * np.sin(x)
    return total


ARGS = (np.array([0.3, -0.8, 1.9]), np.array([1.2, 0.1, 0.4]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(ws, xs, total_bar=1.0):
    ws_bar = np.zeros_like(ws)
    xs_bar = np.zeros_like(xs)
    for k in reversed(range(len(ws))):
        w = ws[k]
        x = xs[k]
        t = k + 1
        # total += (k + 1) * w * np.sin(x)
        x_bar = t * w * total_bar * np.cos(x)
        w_bar = t * total_bar * np.sin(x)
        ws_bar[k] = w_bar
        xs_bar[k] = x_bar
    return ws_bar, xs_bar
