"""Emitted pushforwards against tangents written by hand, and Hessians times vectors against
gradients, on programs so small that every statement counts. Run: python benchmarks/tangents.py"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measure import compare
from tiny_programs import check, programs

import adcompile


def square_by_hand(x, x_dot):
    return 2 * np.dot(x, x), 4 * np.dot(x, x_dot)


def rosenbrock_by_hand(x, x_dot):
    left, left_dot = x[:-1], x_dot[:-1]
    d = x[1:] - left**2
    e = 1 - left
    d_dot = x_dot[1:] - 2 * left * left_dot
    return np.sum(100 * d**2 + e**2), np.sum(200 * d * d_dot - 2 * e * left_dot)


def black_scholes_by_hand(s, k, r, v, t, tangents):
    s_dot, k_dot, r_dot, v_dot, t_dot = tangents
    q = s / k
    root = math.sqrt(t)
    a = v * root
    growth = r + v * v / 2
    d1 = (math.log(q) + growth * t) / a
    d2 = d1 - a
    n1 = 0.5 * (1 + math.erf(d1 / 1.4142135623730951))
    n2 = 0.5 * (1 + math.erf(d2 / 1.4142135623730951))
    discount = math.exp(-r * t)
    m = k * discount
    q_dot = (s_dot - q * k_dot) / k
    a_dot = v_dot * root + 0.5 * v * t_dot / root
    d1_dot = (q_dot / q + (r_dot + v * v_dot) * t + growth * t_dot - d1 * a_dot) / a
    d2_dot = d1_dot - a_dot
    n1_dot = 0.3989422804014327 * math.exp(-0.5 * d1 * d1) * d1_dot
    n2_dot = 0.3989422804014327 * math.exp(-0.5 * d2 * d2) * d2_dot
    m_dot = discount * k_dot - m * (r * t_dot + t * r_dot)
    return s * n1 - m * n2, s_dot * n1 + s * n1_dot - m_dot * n2 - m * n2_dot


def newton_by_hand(a, a_dot):
    x = 1.0
    x_dot = 0.0
    while abs(x * x - a) > 1e-12:
        d = 2 * x
        step = (x * x - a) / d
        x_dot -= (d * x_dot - a_dot - 2 * step * x_dot) / d
        x = x - step
    return x, x_dot


def doubling_by_hand(a, a_dot):
    b = a * 2
    b_dot = a_dot * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
        b_dot = b_dot * 2
    if not b.sum() > 0:
        b = 100 * b
        b_dot = 100 * b_dot
    return b.sum(), b_dot.sum()


def mlp_by_hand(W1, b1, W2, b2, x, y, tangents):
    W1_dot, b1_dot, W2_dot, b2_dot = tangents
    h = np.tanh(x @ W1 + b1)
    h_dot = (x @ W1_dot + b1_dot) * (1 - h**2)
    d = h @ W2 + b2 - y
    d_dot = h_dot @ W2 + h @ W2_dot + b2_dot
    return np.sum(d**2), 2 * np.sum(d * d_dot)


def rnn_by_hand(W, U, h, xs, tangents):
    W_dot, U_dot, h_dot = tangents
    total = total_dot = 0.0
    for x in xs:
        h_dot = x @ W_dot + h_dot @ U + h @ U_dot
        h = np.tanh(x @ W + h @ U)
        h_dot = h_dot * (1 - h**2)
        total += np.sum(h**2)
        total_dot += 2 * np.sum(h * h_dot)
    return total, total_dot


BY_HAND = {
    "square": square_by_hand,
    "rosenbrock": rosenbrock_by_hand,
    "black_scholes": black_scholes_by_hand,
    "newton": newton_by_hand,
    "doubling": doubling_by_hand,
    "mlp": mlp_by_hand,
    "rnn": rnn_by_hand,
}


def directions(args, wrt):
    rng = np.random.default_rng(1)
    made = tuple(rng.normal(size=args[i].shape) if np.ndim(args[i]) else float(rng.normal()) for i in wrt)
    return made if len(wrt) > 1 else made[0]


def main(show=False):
    print(f"{'program':16} {'jvp':>10} {'by hand':>10} {'ratio':>7} {'hvp':>10} {'gradient':>10} {'ratio':>7}")
    for f, _, args, wrt in programs():
        by = wrt if len(wrt) > 1 else wrt[0]
        along, by_hand = directions(args, wrt), BY_HAND[f.__name__]
        pushed, df, product = adcompile.jvp(f, by), adcompile.grad(f, by), adcompile.hvp(f, by)
        bare, gradient, second = (
            pushed.specialize(*args, along),
            df.specialize(*args),
            product.specialize(*args, along),
        )
        if show:
            print(pushed.source, product.source, sep="\n")
        check(f.__name__, bare(*args, along), by_hand(*args, along))
        a, b, ratio = compare(lambda: bare(*args, along), lambda: by_hand(*args, along))
        c, d, second_ratio = compare(lambda: second(*args, along), lambda: gradient(*args))
        times = f"{a * 1e6:8.2f}us {b * 1e6:8.2f}us {ratio:7.3f} {c * 1e6:8.2f}us {d * 1e6:8.2f}us {second_ratio:7.3f}"
        print(f"{f.__name__:16} {times}")


if __name__ == "__main__":
    main("--show" in sys.argv)
