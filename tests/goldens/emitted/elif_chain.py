"""One branch is taken; the reverse sweep takes the same."""
import numpy as np


def f(x, y):
    if x > 2.0:
        z = x * y
    elif y > 1.0:
        z = np.sin(x) + y
    elif x > 0.0:
        z = x ** 3
    else:
        z = y
    return z * z


ARGS = (0.6, 0.4)
MORE = (2.5, 0.4), (0.6, 1.4), (-0.6, 0.4)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(x, y, out_bar=1.0):
    if x > 2.0:
        z = x * y
    elif y > 1.0:
        z = np.sin(x) + y
    elif x > 0.0:
        z = x ** 3
    else:
        z = y
    # return z * z
    z_bar = 2 * out_bar * z
    if x > 2.0:
        # z = x * y
        x_bar = z_bar * y
        y_bar = x * z_bar
    elif y > 1.0:
        # z = np.sin(x) + y
        x_bar = z_bar * np.cos(x)
        y_bar = z_bar
    elif x > 0.0:
        # z = x ** 3
        x_bar = 3 * z_bar * x ** 2
        y_bar = 0.0
    else:
        x_bar = 0.0
        y_bar = z_bar
    return x_bar, y_bar
