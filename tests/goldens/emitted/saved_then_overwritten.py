"""What an earlier statement needs is kept, although the array is overwritten later."""
import numpy as np


def f(x):
    b = np.exp(x)
    s = np.sum(b * b)
    b[:] = 0.0
    b[0] = x[1]
    return s + np.sum(b ** 3)


ARGS = (np.array([0.3, -0.8, 1.9]),)
WRT = 0


# emitted:
import numpy as np


def f_grad(x, out_bar=1.0):
    b = np.exp(x)
    b2 = np.copy(b)
    b2[:] = 0.0
    b2[0] = x[1]
    # return s + np.sum(b ** 3)
    b_bar = out_bar * 3 * b2 ** 2
    # b[0] = x[1]
    x_bar = np.zeros_like(x)
    x_bar[1] = b_bar[0]
    # s = np.sum(b * b)
    b_bar = 2 * out_bar * b
    # b = np.exp(x)
    x_bar += b_bar * b
    return x_bar
