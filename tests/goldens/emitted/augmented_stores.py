"""The adjoint of an augmented store is one store."""
import numpy as np


def f(x, w):
    a = x.copy()
    for i in range(1, len(a)):
        a[i] /= w
        a[i] *= a[i - 1]
    a[1:] *= 2 * w
    return np.sum(a)


ARGS = (np.array([0.3, -0.8, 1.1]), 1.7)
MORE = (np.array([0.3]), 0.4), (np.array([0.3, 0.2]), 0.4)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, w, out_bar=1.0):
    a = x.copy()
    n = len(a)
    tape = []
    for i in range(1, n):
        t = a[i] / w
        a[i] = t
        t2 = a[i - 1]
        a_i = a[i]
        a[i] *= t2
        tape.append((t, t2, a_i))
    # return np.sum(a)
    a_bar = np.full(x.shape, out_bar)
    # a[1:] *= 2 * w
    g = (a[1:] * a_bar[1:]).sum()
    a_bar[1:] *= 2 * w
    w_bar = 2 * g
    for i in range(n - 1, 0, -1):
        t, t2, t3 = tape[i - 1]
        # a[i] *= a[i - 1]
        g = t3 * a_bar[i]
        a_bar[i] *= t2
        a_bar[i - 1] += g
        # a[i] /= w
        g = a_bar[i] / w
        w_bar -= g * t
        a_bar[i] = g
    return a_bar, w_bar
