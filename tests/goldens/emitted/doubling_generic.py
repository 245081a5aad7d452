"""The program before any call: nothing is known of the argument."""
import numpy as np


def f(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


ARGS = (np.array(-0.7),)
MORE = (np.array(0.7),), (np.array(1700.0),)
WRT = 0
GENERIC = True


# emitted:
import numpy as np


def f_grad(a, c_bar=1.0):
    b = a * 2
    trips = 0
    while np.linalg.norm(b) < 1000:
        b = b * 2
        trips += 1
    if b.sum() > 0:
        b_bar = c_bar
    else:
        # c = 100 * b
        b_bar = 100 * c_bar
    for _ in range(trips):
        # b = b * 2
        b_bar = b_bar * 2
    return b_bar * 2
