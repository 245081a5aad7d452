"""What carries no derivative is kept, once, in order."""
import numpy as np


def f(x, n):
    log = []
    for k in range(n):
        x = x - 0.1 * np.cos(x)
        if k % 2 == 0:
            log.append(f"{k}: {np.max(x):.3f}")
    if not np.all(np.isfinite(x)):
        raise ValueError("diverged")
    print(log)
    return np.sum(x)


ARGS = (np.array([0.3, -0.8, 1.9]), 3)
MORE = (ARGS[0], 0), (ARGS[0], 1)
WRT = 0


# emitted:
import numpy as np


def f_grad(x, n, out_bar=1.0):
    log = []
    tape = []
    for k in range(n):
        x_in = x
        x = x_in - 0.1 * np.cos(x_in)
        if k % 2 == 0:
            log.append(f'{k}: {np.max(x):.3f}')
        tape.append(x_in)
    if not np.all(np.isfinite(x)):
        raise ValueError('diverged')
    print(log)
    # return np.sum(x)
    x_bar = np.full(x.shape, out_bar)
    for x in reversed(tape):
        # x = x - 0.1 * np.cos(x)
        x_bar += 0.1 * x_bar * np.sin(x)
    return x_bar
