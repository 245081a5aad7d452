"""Returns from two loops: what holds in the last trip only is not recorded."""
import math


def f(x, y, limit):
    total = 0.0
    for i in range(3):
        for j in range(4):
            y = y * math.sin(x + j)
            if y > limit:
                return x * y
            total += y * y
        if total > 2 * limit:
            break
        x = x + 0.1 * i
    return total + x


ARGS = (0.7, 1.3, 1.1)
MORE = (0.7, 1.3, 9.0), (1.1, 0.9, 0.5), (1.3, 1.0, 0.9)
WRT = (0, 1)


# emitted:
import math


def f_grad(x, y, limit, out_bar=1.0):
    tape = []
    total = 0.0
    returned = False
    stop_in = False
    for i in range(3):
        tape2 = []
        stop_in = False
        for j in range(4):
            y_in = y
            t = math.sin(x + j)
            y = y_in * t
            tape2.append((j, y_in, t))
            if y > limit:
                stop_in = True
                break
            total += y * y
        tape.append((x, tape2))
        if stop_in:
            returned = stop_in
            break
        stop = total > 2 * limit
        if stop:
            returned = stop_in
            break
        x += 0.1 * i
        returned = stop_in
    if returned:
        total_bar = 0.0
        x_bar = 0.0
    else:
        total_bar = out_bar
        x_bar = out_bar
        out_bar = 0.0
    y_bar = 0.0
    for x, tape2 in reversed(tape):
        for j, y, t in reversed(tape2):
            y2 = y * t
            if stop_in:
                # return x * y
                x_bar += out_bar * y2
                y_bar2 = y_bar + x * out_bar
            else:
                # total += y * y
                y_bar2 = y_bar + 2 * total_bar * y2
            # y = y * math.sin(x + j)
            y_bar = y_bar2 * t
            x_bar += y * y_bar2 * math.cos(x + j)
            stop_in = False
        stop_in = False
    return x_bar, y_bar
