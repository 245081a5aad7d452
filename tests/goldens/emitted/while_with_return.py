"""A `return` inside a loop."""
import math


def f(x, tolerance):
    y = x
    while True:
        y = 0.5 * (y + x / y)
        if abs(y * y - x) < tolerance:
            return y
        x = x + 0.001 * math.sin(y)


ARGS = (3.7, 1e-2)
MORE = (1.0001, 1e-2), (7.0, 1e-1)
WRT = 0


# emitted:
import math


def f_grad(x, tolerance, out_bar=1.0):
    tape = []
    y = x
    while True:
        y_in = y
        x_in = x
        t = x_in / y_in
        y = 0.5 * (y_in + t)
        tape.append((y_in, t))
        if abs(y * y - x_in) < tolerance:
            break
        x = x_in + 0.001 * math.sin(y)
    y_bar = 0.0
    x_bar = 0.0
    stop = True
    for y, t in reversed(tape):
        y2 = 0.5 * (y + t)
        if stop:
            y_bar += out_bar
        else:
            # x = x + 0.001 * math.sin(y)
            y_bar += 0.001 * x_bar * math.cos(y2)
        # y = 0.5 * (y + x / y)
        y_bar = 0.5 * y_bar
        g = y_bar / y
        x_bar += g
        y_bar -= g * t
        stop = False
    return y_bar + x_bar
