"""Lists that loops gather: an item's position is the number of its trip."""
import numpy as np


def f(x, w, n):
    states = []
    for k in range(n):
        x = np.tanh(x * w[k])
        states.append(x)
    losses = [np.sum(s ** 2) for s in states]
    return sum(losses) + np.mean(np.array([s[0] for s in states]))


ARGS = (np.array([0.3, -0.8]), np.array([1.2, 0.4, 0.1]), 3)
MORE = (np.array([0.3, -0.8]), np.array([1.2]), 1), (np.array([0.2]), np.array([1.2, 0.4, 0.1]), 2)
WRT = (0, 1)


# emitted:
import numpy as np
from adcompile.runtime.broadcasting import items_of
from adcompile.runtime.broadcasting import zeros_like


def f_grad(x, w, n, out_bar=1.0):
    states = []
    tape = []
    for k in range(n):
        x_in = x
        x = np.tanh(x_in * w[k])
        states.append(x)
        tape.append((x_in, x))
    t = []
    for s in states:
        t.append(s[0])
    t2 = np.array(t)
    # return sum(losses) + np.mean(np.array([s[0] for s in states]))
    g = items_of(np.full(t2.shape, out_bar / t2.size), t)
    states_bar = zeros_like(states)
    for k in reversed(range(len(states))):
        s = states[k]
        s_bar = np.zeros_like(s)
        s_bar[0] = g[k]
        states_bar[k] = s_bar
    # losses = [np.sum(s ** 2) for s in states]
    for k in reversed(range(len(states))):
        s = states[k]
        s_bar = out_bar * 2 * s
        states_bar[k] = states_bar[k] + s_bar
    x_bar = np.zeros_like(x)
    w_bar = np.zeros_like(w)
    for k in reversed(range(n)):
        x_in, x = tape[k]
        x_bar += states_bar[k]
        # x = np.tanh(x * w[k])
        g = x_bar * (1 - x ** 2)
        x_bar = g * w[k]
        w_bar[k] += (x_in * g).sum()
    return x_bar, w_bar
