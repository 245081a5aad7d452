"""What the call of a specialised gradient costs over the call of the bare emitted function.
Run: python benchmarks/dispatch.py

The functions do next to nothing, so the difference is the dispatch alone: looking at the
arguments, finding their specialisation, and comparing what the program took from outside.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measure import calls_for, seconds

import adcompile

TARGET = 2.0  # microseconds, for three arrays
SCALE = np.array([0.5, 2.0, -1.0])


def of_arrays(x, y, z):
    return np.dot(x, y) + np.dot(y, z)


def of_floats(x, y, z):
    return x * y + y * z


def of_a_list(params, x, y):
    return np.dot(params[0], x) + np.dot(params[1], y)


def with_a_global(x, y, z):
    return np.dot(x, SCALE) + np.dot(y, z)


def overhead(function, args, rounds=61, **keywords):
    """Medians of the specialised call, the bare call, and their difference, round by round, in microseconds."""
    df = adcompile.grad(function)
    bare = df.specialize(*args)
    df(*args, **keywords)
    np.testing.assert_equal(df(*args, **keywords), bare(*args, **keywords))
    call, direct = (lambda: df(*args, **keywords)), (lambda: bare(*args, **keywords))
    repeat = calls_for(direct)
    times = []
    for i in range(rounds):
        if i % 2:
            b, a = seconds(direct, repeat), seconds(call, repeat)
        else:
            a, b = seconds(call, repeat), seconds(direct, repeat)
        times.append((a * 1e6, b * 1e6, (a - b) * 1e6))
    return tuple(map(statistics.median, zip(*times, strict=True)))


def main():
    a, b, c = np.random.default_rng(0).normal(size=(3, 3))
    cases = [
        ("three arrays", of_arrays, (a, b, c)),
        ("three floats", of_floats, (0.3, 0.4, 0.5)),
        ("an array and two floats", lambda x, y, z: np.sum(x) * y * z, (a, 0.4, 0.5)),
        ("a list and two arrays", of_a_list, ([a, b], b, c)),
        ("three arrays, a captured one", with_a_global, (a, b, c)),
    ]
    print(f"{'arguments':30} {'call':>9} {'bare':>9} {'over':>9}      target {TARGET} us for three arrays")
    for name, function, args in cases:
        call, bare, over = overhead(function, args)
        print(f"{name:30} {call:7.2f}us {bare:7.2f}us {over:7.2f}us")
    # A call with another size of the same signature compiles nothing, and is then as fast.
    df = adcompile.grad(of_arrays)
    df(a, b, c)
    compiled = sum(map(len, df._dispatcher.by_type.values()))
    for n in range(4, 40):
        df(*np.ones((3, n)))
    print(f"36 more sizes: {sum(map(len, df._dispatcher.by_type.values())) - compiled} more specialisations")


if __name__ == "__main__":
    main()
