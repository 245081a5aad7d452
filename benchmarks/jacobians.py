"""Dense Jacobians: one sweep that carries all seeds against a sweep for each, and Hessians likewise.
Run: python benchmarks/jacobians.py"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measure import compare

import adcompile

rng = np.random.default_rng(3)


def layer(W, x):
    return np.tanh(W @ x)


def oscillators(x, v):
    for _ in range(10):
        v = v - 0.1 * np.sin(x)
        x = x + 0.1 * v
    return x


def smoothed(a):
    b = a.copy()
    for _ in range(5):
        b[1:-1] = (b[:-2] + b[1:-1] * b[1:-1] + b[2:]) / 3
    return b


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


FUNCTIONS = [
    (layer, "x", (rng.normal(size=(100, 20)), rng.normal(size=20))),
    (layer, "x", (rng.normal(size=(100, 200)), rng.normal(size=200))),
    (oscillators, "x", (rng.normal(size=100), rng.normal(size=100))),
    (smoothed, "a", (rng.normal(size=100),)),
]


def by_rows(f, wrt, args):
    """The Jacobian by one pullback after the other."""
    transformed = adcompile.vjp(f, wrt)

    def jacobian():
        value, pullback = transformed(*args)
        made = np.empty((value.size, args[transformed.positions[0]].size))
        unit = np.zeros(value.size)
        for k in range(value.size):
            unit[k] = 1.0
            made[k] = pullback(unit)
            unit[k] = 0.0
        return made

    return jacobian


def by_columns(f, wrt, args):
    """The Jacobian by one pushforward after the other."""
    transformed = adcompile.jvp(f, wrt)
    x = args[transformed.positions[0]]

    def jacobian():
        columns = []
        unit = np.zeros(x.size)
        for k in range(x.size):
            unit[k] = 1.0
            columns.append(transformed(*args, unit)[1])
            unit[k] = 0.0
        return np.stack(columns, axis=1)

    return jacobian


def row(name, together, single):
    np.testing.assert_allclose(together(), single(), rtol=1e-12, atol=1e-13)
    first, second, ratio = compare(together, single)
    print(f"{name:34} {first * 1e6:10.0f} {second * 1e6:10.0f} {1 / ratio:7.1f}")


def main():
    print(f"{'times in µs':34} {'together':>10} {'single':>10} {'ratio':>7}")
    for f, wrt, args in FUNCTIONS:
        for mode, single in (("reverse", by_rows), ("forward", by_columns)):
            made = adcompile.jacobian(f, wrt, mode)
            shape = "x".join(map(str, made(*args).shape))
            row(f"{f.__name__} {shape}, {mode}", lambda made=made, args=args: made(*args), single(f, wrt, args))
    x = rng.normal(size=100)
    made = adcompile.hessian(rosenbrock)
    row("rosenbrock 100x100, hessian", lambda: made(x), by_columns(adcompile.grad(rosenbrock), 0, (x,)))


if __name__ == "__main__":
    main()
