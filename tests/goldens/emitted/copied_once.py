"""A buffer that is kept from each trip is copied once in a trip; a cotangent that a call is given, once."""
import numpy as np


def products(a, w):
    out = np.empty((len(a), len(w)))
    for i in range(len(a)):
        for j in range(len(w)):
            out[i, j] = a[i] * w[j]
    return out


def f(a, w):
    b = np.zeros(3)
    total = 0.0
    for k in range(2):
        b[0] = a[k]
        b[1:] = b[0] * w[0]
        b[2] = 1.0
        total += np.linalg.norm(b)
    return total * np.sum(products(a, w) ** 2)


ARGS = (np.array([0.3, -0.8]), np.array([1.1, 0.7, 0.4]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(a, w, out_bar=1.0):
    b = np.zeros(3)
    tape = []
    total = 0.0
    for k in range(2):
        b[0] = a[k]
        t = b[0]
        b[1:] = t * w[0]
        b[2] = 1.0
        b2 = np.copy(b)
        t2 = np.linalg.norm(b)
        total += t2
        tape.append((t, b2, t2))
    t = products_forward(a, w)
    # return total * np.sum(products(a, w) ** 2)
    total_bar = out_bar * np.sum(t ** 2)
    a_bar, w_bar = products_pullback(a, w, total * out_bar * 2 * t)
    b_bar = np.zeros_like(b)
    for k in reversed(range(2)):
        t, b, t2 = tape[k]
        # total += np.linalg.norm(b)
        b_bar += total_bar / (t2 + (t2 == 0)) * b
        # b[2] = 1.0
        b_bar[2] = 0.0
        # b[1:] = b[0] * w[0]
        g = b_bar[1:].sum()
        b_bar[1:] = 0.0
        w_bar[0] += t * g
        b_bar[0] += g * w[0]
        # b[0] = a[k]
        g = b_bar[0]
        b_bar[0] = 0.0
        a_bar[k] += g
    return a_bar, w_bar


def products_forward(a, w):
    n = len(a)
    n2 = len(w)
    out = np.empty((n, n2))
    for i in range(n):
        for j in range(n2):
            out[i, j] = a[i] * w[j]
    return out


def products_pullback(a, w, out_bar):
    n = len(w)
    a_bar = np.zeros_like(a)
    w_bar = np.zeros_like(w)
    out_bar = np.copy(out_bar)
    for i in reversed(range(len(a))):
        for j in reversed(range(n)):
            # out[i, j] = a[i] * w[j]
            g = out_bar[i, j]
            out_bar[i, j] = 0.0
            w_bar[j] += a[i] * g
            a_bar[i] += g * w[j]
    return a_bar, w_bar
