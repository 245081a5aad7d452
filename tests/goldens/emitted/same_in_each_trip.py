"""What does not change from trip to trip is computed before the loop."""
import math

import numpy as np


def f(x, a, w):
    s = 0.0
    for i in range(len(a)):
        s += 3 * x * a[i] ** 2
    for _ in range(3):
        w = w * a
        s += math.sin(x) * np.sum(a * w)
    return s


ARGS = (0.7, np.array([0.3, -0.8, 1.1]), np.array([1.2, 0.4, 0.1]))
MORE = (0.7, np.array([]), np.array([])), (0.2, np.array([2.0]), np.array([0.4]))
WRT = (0, 1, 2)


# emitted:
import math
import numpy as np


def f_grad(x, a, w, s_bar=1.0):
    tape = []
    for _ in range(3):
        w_in = w
        w = w_in * a
        tape.append(w_in)
    w_bar = np.zeros_like(w)
    a_bar = np.zeros_like(a)
    x_bar = 0.0
    for w in reversed(tape):
        w_bar_in = w_bar
        w2 = w * a
        # s += math.sin(x) * np.sum(a * w)
        g = math.sin(x) * s_bar
        a_bar += g * w2
        w_bar_in += a * g
        x_bar += s_bar * np.sum(a * w2) * math.cos(x)
        # w = w * a
        w_bar = w_bar_in * a
        a_bar += w * w_bar_in
    for i in reversed(range(len(a))):
        a_i = a[i]
        # s += 3 * x * a[i] ** 2
        a_bar[i] += 2 * (3 * x) * s_bar * a_i
        x_bar += 3 * (s_bar * a_i ** 2)
    return x_bar, a_bar, w_bar
