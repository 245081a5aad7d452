"""The same for an array, summed to a number."""
import numpy as np


def f(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c.sum()


ARGS = (np.array([0.3, -1.4, 0.2]),)
MORE = (np.array([0.3, 1.4, 0.2]),), (np.array([900.0, 20.0]),)
WRT = 0


# emitted:
import numpy as np


def f_grad(a, out_bar=1.0):
    b = a * 2
    trips = 0
    while np.linalg.norm(b) < 1000:
        b = b * 2
        trips += 1
    # return c.sum()
    shape = a.shape
    c_bar = np.full(shape, out_bar)
    if b.sum() > 0:
        b_bar = c_bar
    else:
        # c = 100 * b
        b_bar = np.full(shape, 100 * out_bar)
    for _ in range(trips):
        # b = b * 2
        b_bar = b_bar * 2
    return b_bar * 2
