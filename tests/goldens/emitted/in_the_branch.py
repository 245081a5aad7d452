"""What only the reverse sweep reads of a branch is computed in its mirror."""
import numpy as np


def f(t, n):
    total = 0.0
    for k in range(2):
        if t > 5.0:
            r = np.log(t) + n
        else:
            r = t * np.cos(n)
        total += r * np.exp(t)
        t = t + 4.0
    if total > 3.0:
        total = total * np.sin(t)
    return total


ARGS = (0.7, 0.4)
MORE = (5.5, 0.4), (2.5, 1.9)
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(t, n, total_bar=1.0):
    tape = []
    total = 0.0
    for _ in range(2):
        t_in = t
        if t_in > 5.0:
            r = np.log(t_in) + n
            t2 = None
        else:
            t2 = np.cos(n)
            r = t_in * t2
        t3 = np.exp(t_in)
        total += r * t3
        t = t_in + 4.0
        tape.append((t_in, r, t2, t3))
    if total > 3.0:
        # total = total * np.sin(t)
        total_bar2 = total_bar * np.sin(t)
        t_bar = total * total_bar * np.cos(t)
    else:
        total_bar2 = total_bar
        t_bar = 0.0
    n_bar = 0.0
    for t, r, t2, t3 in reversed(tape):
        # total += r * np.exp(t)
        r_bar = total_bar2 * t3
        t_bar += r * total_bar2 * t3
        if t > 5.0:
            # r = np.log(t) + n
            n_bar += r_bar
            t_bar += r_bar / t
        else:
            # r = t * np.cos(n)
            t_bar += r_bar * t2
            n_bar -= t * r_bar * np.sin(n)
    return t_bar, n_bar
