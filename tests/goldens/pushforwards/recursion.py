"""A function that calls itself: its pushforward does."""

import numpy as np


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def f(x, n):
    return np.sin(power(x, n))


ARGS = (0.7, 3)
WRT = 0


# emitted:
import numpy as np


def f_pushforward(x, n, x_dot):
    t, t2 = power_pushforward(x, n, x_dot)
    return np.sin(t), t2 * np.cos(t)


def power_pushforward(x, n, x_dot):
    if n == 0:
        t = 1.0
        t2 = 0.0
    else:
        t2, t3 = power_pushforward(x, n - 1, x_dot)
        t = x * t2
        t2 = x_dot * t2 + x * t3
    return t, t2
