"""Matrix products and a norm in a loop."""
import numpy as np


def f(A, v):
    for _ in range(3):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


ARGS = (np.array([[2.0, 0.3], [-0.4, 1.1]]), np.array([0.3, 0.8]))
WRT = (0, 1)


# emitted:
import numpy as np


def f_grad(A, v, out_bar=1.0):
    tape = []
    for _ in range(3):
        v_in = v
        v2 = A @ v_in
        t = np.linalg.norm(v2)
        v = v2 / t
        tape.append((v_in, v2, t))
    # return v @ A @ v
    g = out_bar * v
    v_bar = out_bar * (v @ A)
    A_bar = np.outer(v, g)
    v_bar += A @ g
    for v_in, v, t in reversed(tape):
        v2 = v / t
        # v = v / np.linalg.norm(v)
        v_bar2 = v_bar / t
        v_bar2 -= (v_bar2 * v2).sum() / (t + (t == 0)) * v
        # v = A @ v
        v_bar = v_bar2 @ A
        A_bar += np.outer(v_bar2, v_in)
    return A_bar, v_bar
