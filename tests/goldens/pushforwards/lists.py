"""A list of values has a list of tangents."""

import numpy as np


def f(params, x):
    states = [x]
    for w, b in params:
        states.append(np.tanh(w @ states[-1] + b))
    return np.concatenate(states[1:])


ARGS = ([(np.array([[0.2, 0.4], [-0.3, 0.1]]), np.array([0.5, -0.2]))] * 2, np.array([0.3, 0.8]))
WRT = 0


# emitted:
import numpy as np


def f_pushforward(params, x, params_dot):
    states = [x]
    states_dot = [np.zeros_like(x)]
    for (w, b), t2 in zip(params, params_dot):
        w_dot, b_dot = t2
        t = states[-1]
        t2 = np.tanh(w @ t + b)
        states_dot.append((w_dot @ t + w @ states_dot[-1] + b_dot) * (1 - t2 ** 2))
        states.append(t2)
    return np.concatenate(states[1:]), np.concatenate(states_dot[1:])
