"""Emitted gradients against adjoints written by hand, on programs so small that every
statement counts. Run: python benchmarks/tiny_programs.py"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measure import compare

import adcompile

# ------------------------------------------------------------------------------ the programs


def square(x):
    return 2 * np.dot(x, x)


def square_by_hand(x, y_bar=1.0):
    return 4 * y_bar * x


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_by_hand(x, y_bar=1.0):
    left = x[:-1]
    d_bar = 200 * y_bar * (x[1:] - left**2)
    x_bar = np.zeros_like(x)
    x_bar[1:] = d_bar
    x_bar[:-1] -= 2 * d_bar * left + 2 * y_bar * (1 - left)
    return x_bar


def black_scholes(s, k, r, v, t):
    d1 = (math.log(s / k) + (r + v * v / 2) * t) / (v * math.sqrt(t))
    d2 = d1 - v * math.sqrt(t)
    n1 = 0.5 * (1 + math.erf(d1 / 1.4142135623730951))
    n2 = 0.5 * (1 + math.erf(d2 / 1.4142135623730951))
    return s * n1 - k * math.exp(-r * t) * n2


def black_scholes_by_hand(s, k, r, v, t, price_bar=1.0):
    q = s / k
    root = math.sqrt(t)
    a = v * root
    growth = r + v * v / 2
    d1 = (math.log(q) + growth * t) / a
    d2 = d1 - a
    n1 = 0.5 * (1 + math.erf(d1 / 1.4142135623730951))
    n2 = 0.5 * (1 + math.erf(d2 / 1.4142135623730951))
    discount = math.exp(-r * t)
    n1_bar = price_bar * s
    m = k * discount
    n2_bar = -price_bar * m
    m_bar = -price_bar * n2
    d2_bar = n2_bar * 0.3989422804014327 * math.exp(-0.5 * d2 * d2)
    d1_bar = n1_bar * 0.3989422804014327 * math.exp(-0.5 * d1 * d1) + d2_bar
    w = d1_bar / a
    a_bar = -w * d1 - d2_bar
    q_bar = w / q
    growth_bar = w * t
    e_bar = m_bar * m
    s_bar = price_bar * n1 + q_bar / k
    k_bar = m_bar * discount - q_bar * q / k
    r_bar = growth_bar - e_bar * t
    v_bar = growth_bar * v + a_bar * root
    t_bar = w * growth - e_bar * r + a_bar * v * 0.5 / root
    return s_bar, k_bar, r_bar, v_bar, t_bar


def newton(a):
    x = 1.0
    while abs(x * x - a) > 1e-12:
        x = x - (x * x - a) / (2 * x)
    return x


def newton_by_hand(a, x_bar=1.0):
    tape = []
    x = 1.0
    while abs(x * x - a) > 1e-12:
        tape.append(x)
        x = x - (x * x - a) / (2 * x)
    a_bar = 0.0
    for x in reversed(tape):
        d = 2 * x
        r_bar = -x_bar / d
        a_bar -= r_bar
        x_bar += r_bar * d - r_bar * (x * x - a) / d * 2
    return a_bar


def doubling(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c.sum()


def doubling_by_hand(a, y_bar=1.0):
    b = a * 2
    trips = 0
    while np.linalg.norm(b) < 1000:
        b = b * 2
        trips += 1
    b_bar = np.full_like(b, y_bar)
    if not b.sum() > 0:
        b_bar = 100 * b_bar
    for _ in range(trips):
        b_bar = b_bar * 2
    return b_bar * 2


def mlp(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    d = h @ W2 + b2 - y
    return np.sum(d**2)


def mlp_by_hand(W1, b1, W2, b2, x, y, y_bar=1.0):
    h = np.tanh(x @ W1 + b1)
    d_bar = 2 * y_bar * (h @ W2 + b2 - y)
    z_bar = d_bar @ W2.T * (1 - h**2)
    return x.T @ z_bar, z_bar.sum(axis=0), h.T @ d_bar, d_bar.sum(axis=0)


def rnn(W, U, h, xs):
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h**2)
    return total


def rnn_by_hand(W, U, h, xs, total_bar=1.0):
    tape = []
    for x in xs:
        h_in = h
        h = np.tanh(x @ W + h_in @ U)
        tape.append((x, h_in, h))
    W_bar = np.zeros_like(W)
    U_bar = np.zeros_like(U)
    h_bar = np.zeros_like(h)
    for x, h_in, h in reversed(tape):
        h_bar += total_bar * 2 * h
        z_bar = h_bar * (1 - h**2)
        W_bar += np.outer(x, z_bar)
        U_bar += np.outer(h_in, z_bar)
        h_bar = U @ z_bar
    return W_bar, U_bar, h_bar


def programs():
    rng = np.random.default_rng(0)
    r = rng.normal
    yield square, square_by_hand, (rng.normal(size=4),), (0,)
    yield rosenbrock, rosenbrock_by_hand, (rng.normal(size=10),), (0,)
    yield black_scholes, black_scholes_by_hand, (100.0, 95.0, 0.05, 0.2, 1.5), (0, 1, 2, 3, 4)
    yield newton, newton_by_hand, (7.3,), (0,)
    yield doubling, doubling_by_hand, (rng.normal(size=3),), (0,)
    weights = (r(size=(4, 8)), r(size=8), r(size=(8, 3)), r(size=3), r(size=(5, 4)), r(size=(5, 3)))
    yield mlp, mlp_by_hand, weights, (0, 1, 2, 3)
    yield rnn, rnn_by_hand, (r(size=(3, 8)) / 4, r(size=(8, 8)) / 4, r(size=8), r(size=(50, 3))), (0, 1, 2)


def check(name, made, expected):
    made, expected = (m if isinstance(m, tuple) else (m,) for m in (made, expected))
    for a, b in zip(made, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=name)


def main(show=False):
    print(f"{'program':16} {'emitted':>10} {'by hand':>10} {'ratio':>7}")
    for f, by_hand, args, wrt in programs():
        df = adcompile.grad(f, wrt if len(wrt) > 1 else wrt[0])
        bare = df.specialize(*args)
        if show:
            print(df.source)
        check(f.__name__, bare(*args), by_hand(*args))
        a, b, ratio = compare(lambda: bare(*args), lambda: by_hand(*args))
        print(f"{f.__name__:16} {a * 1e6:8.2f}us {b * 1e6:8.2f}us {ratio:7.3f}")


if __name__ == "__main__":
    main("--show" in sys.argv)
