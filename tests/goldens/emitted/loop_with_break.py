"""A `break` stays a `break`."""
import numpy as np


def f(x, n):
    total = 0.0
    for k in range(n):
        total += np.sin(x) / (k + 1)
        if total > 1.2:
            break
        x = x * 1.1
    return total * x


ARGS = (0.7, 8)
MORE = (0.7, 2), (0.7, 1), (0.7, 0), (-0.4, 9)
WRT = 0


# emitted:
import numpy as np


def f_grad(x, n, out_bar=1.0):
    tape = []
    total = 0.0
    stop = False
    for k in range(n):
        total += np.sin(x) / (k + 1)
        tape.append((k, x))
        if total > 1.2:
            stop = True
            break
        x = x * 1.1
    # return total * x
    total_bar = out_bar * x
    x_bar = total * out_bar
    for k, x in reversed(tape):
        if not stop:
            # x = x * 1.1
            x_bar = x_bar * 1.1
        # total += np.sin(x) / (k + 1)
        x_bar += total_bar / (k + 1) * np.cos(x)
        stop = False
    return x_bar
