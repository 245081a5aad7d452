"""A while loop and a branch: the tangents go through both; nothing is recorded."""

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


ARGS = (np.array([0.3, -1.2, 2.0]),)
WRT = 0


# emitted:
import numpy as np


def f_pushforward(a, a_dot):
    b = a * 2
    b_dot = a_dot * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
        b_dot = b_dot * 2
    if b.sum() > 0:
        c = b
        c_dot = b_dot
    else:
        c = 100 * b
        c_dot = 100 * b_dot
    return c, c_dot
