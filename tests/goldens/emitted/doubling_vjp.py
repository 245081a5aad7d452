"""The value with a residual, and the pullback."""
import numpy as np


def f(x):
    y = x * 2
    while np.linalg.norm(y) < 1000:
        y = y * 2
    return y


ARGS = (np.array([0.3, -1.4, 0.2]),)
WRT = 0
TRANSFORM = "vjp"
FIRST_ORDER_ONLY = "f returns an array"


# emitted:
import numpy as np


def f_forward(x):
    y = x * 2
    trips = 0
    while np.linalg.norm(y) < 1000:
        y = y * 2
        trips += 1
    return y, trips


def f_pullback(trips, y_bar):
    for _ in range(trips):
        # y = y * 2
        y_bar = y_bar * 2
    return y_bar * 2
