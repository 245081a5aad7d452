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
from itertools import count


def f_grad(ws, xs, total_bar=1.0):
    tape = []
    for k, (w, x) in enumerate(zip(ws, xs)):
        tape.append((k, x, (k + 1) * w, np.sin(x)))
    ws_bar = np.zeros_like(ws)
    xs_bar = np.zeros_like(xs)
    for k in reversed(range(len(tape))):
        k2, x, t, t2 = tape[k]
        # total += (k + 1) * w * np.sin(x)
        x_bar = t * total_bar * np.cos(x)
        w_bar = (k2 + 1) * total_bar * t2
        ws_bar[k] = w_bar
        xs_bar[k] = x_bar
    return ws_bar, xs_bar
