"""What carries no derivative is kept, once, in order."""
import numpy as np

LOG = []


def f(x, n):
    for k in range(n):
        x = x - 0.1 * np.cos(x)
        if k % 2 == 0:
            LOG.append(f"{k}: {np.max(x):.3f}")
    assert np.all(np.isfinite(x)), "diverged"
    return np.sum(x)


ARGS = (np.array([0.3, -0.8, 1.9]), 3)
WRT = 0
