"""Sparse Jacobians and Hessians against dense ones, and what it takes to find their entries.
Run: python benchmarks/sparse_jacobians.py"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measure import compare

import adcompile

N = 1000


def tridiagonal(x):
    y = np.zeros(len(x))
    y[1:-1] = x[:-2] - 2 * x[1:-1] ** 2 + x[2:] * x[1:-1]
    y[0], y[-1] = x[0] ** 2 - x[1], np.sin(x[-1]) * x[-2]
    return y


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def five_bands(x):
    return np.sum((x[2:] * x[1:-1] - x[:-2]) ** 2)


def main():
    x = np.random.default_rng(0).normal(size=N)
    rows = [
        ("tridiagonal Jacobian", adcompile.jacobian, tridiagonal),
        ("tridiagonal Hessian", adcompile.hessian, rosenbrock),
        ("Hessian of five bands", adcompile.hessian, five_bands),
    ]
    print(f"{'n = ' + str(N):24s}{'seeds':>8s}{'first call':>13s}{'sparse':>12s}{'dense':>12s}{'ratio':>9s}")
    for name, transform, f in rows:
        dense, sparse = transform(f), transform(f, sparsity="auto")
        start = time.perf_counter()
        made = sparse(x)
        first = time.perf_counter() - start
        assert np.array_equal(made.toarray(), dense(x)), name
        one, other, ratio = compare(lambda s=sparse: s(x), lambda d=dense: d(x))
        times = f"{first * 1e3:10.1f} ms{one * 1e6:9.0f} µs{other * 1e3:9.1f} ms{1 / ratio:9.0f}"
        print(f"{name:24s}{sparse.seeds:8d}{times}")
    print("the first call compiles the program and the one that finds the entries, runs that, and colours")


if __name__ == "__main__":
    main()
