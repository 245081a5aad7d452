"""How the time of a gradient grows with the trips of a loop and with the size of its arrays.

A step that reads or stores one element or one row has to cost its own size, in both sweeps: the
exponent in the trips is 1, that in the size of the array 0. Run: python benchmarks/kernels_growth.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from corpus import KERNELS
from corpus.table import numbers
from kernels import is_right, once

from adcompile import ADError, grad

# ------------------------------------------------------------------------- loops of single steps


def stores_elements(trips, x):
    y = np.zeros_like(x)
    for k in range(trips):
        y[k % 100 + 1] = y[k % 100] * 0.5 + x[k % 50] * x[k % 70]
    return y[50]


def updates_elements(trips, x):
    y = np.zeros_like(x)
    for k in range(trips):
        y[k % 100] += x[k % 50] * x[k % 70]
    return y[30] * y[31]


def changes_its_argument(trips, x):
    for k in range(trips):
        x[k % 100 + 1] = x[k % 100] * x[k % 100 + 1] * 0.5
    return x[50]


def reads_elements(trips, x):
    total = 0.0
    for k in range(trips):
        total += x[k % 100] * x[k % 70]
    return total


def stores_through_a_view(trips, x):
    y = np.zeros_like(x)
    head = y[:200]
    for k in range(trips):
        head[k % 100 + 1] = head[k % 100] * 0.5 + x[k % 70]
    return y[50]


def stores_rows(trips, a):
    b = np.zeros_like(a)
    for k in range(trips):
        b[k % 100 + 1] = np.sin(b[k % 100]) + a[k % 70]
    return b[50].sum()


def changes_rows(trips, a):
    b = a.copy()
    for k in range(trips):
        row = b[k % 100]
        row *= 0.5
    return b[50].sum()


VECTORS = (stores_elements, updates_elements, changes_its_argument, reads_elements, stores_through_a_view)
MATRICES = (stores_rows, changes_rows)
TRIPS = (1_000, 2_000, 4_000, 8_000)
LENGTHS = (1_000, 10_000, 100_000)


def trips_of(kernel, args):
    """How often the innermost statement of an element-loop kernel runs."""
    n = max(len(a) for a in args if isinstance(a, np.ndarray))
    cubes = {"lu": n**3 / 3, "cholesky": n**3 / 6, "syrk": n**3 / 2, "trmm": n**3 / 2}
    squares = {"trisolv": n**2 / 2, "durbin": n**2}
    return {**cubes, **squares, "seidel_2d": args[0] * (n - 2) ** 2, "nbody": args[0] * n**2 / 2}[kernel.name]


ELEMENT_LOOPS = {
    "seidel_2d": [(2, n) for n in (12, 22, 42, 62)],
    "lu": [(n,) for n in (10, 16, 24, 36)],
    "cholesky": [(n,) for n in (10, 16, 24, 36)],
    "trisolv": [(n,) for n in (20, 40, 80, 160)],
    "durbin": [(n,) for n in (20, 40, 80, 160)],
    "syrk": [(n,) for n in (8, 12, 20, 32)],
    "trmm": [(n,) for n in (8, 12, 20, 32)],
    "nbody": [(4, n) for n in (6, 10, 16, 24)],
}


# ----------------------------------------------------------------------------------------- fits


def exponent(sizes, times):
    """The slope of the times over the sizes, both as logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def least_times(bare, cases, rounds=9):
    """The least time for each of several arguments, taken in turn."""
    times = [[once(bare, args) for args in cases] for _ in range(rounds)]
    return np.min(times, axis=0)


def fits(program, made):
    """The exponents of a loop's time in its trips, and in the length of its array.

    What the program spends on an array of that length without any trip is taken off the latter.
    """
    bare = grad(program, 1).specialize(100, made(1_000))
    by_trips = exponent(TRIPS, least_times(bare, [(n, made(1_000)) for n in TRIPS]))
    steps, none = (least_times(bare, [(trips, made(n)) for n in LENGTHS]) for trips in (4_000, 0))
    return by_trips, exponent(LENGTHS, np.maximum(steps - none, 1e-9))


def kernel_fit(kernel):
    """The exponent of a kernel of element loops in the number of its innermost steps."""
    cases = [kernel.initialise(*size) for size in ELEMENT_LOOPS[kernel.name]]
    bare = grad(kernel.program, kernel.active()).specialize(*cases[0])
    return exponent([trips_of(kernel, args) for args in cases], least_times(bare, cases))


def line(name, compute):
    try:
        found = compute()
        if found is None:
            return f"{name:24} WRONG"
    except ADError as error:
        return f"{name:24} {str(error).splitlines()[0].partition(': ')[2] or error}"
    except MemoryError:
        return f"{name:24} out of memory"
    return f"{name:24}" + "".join(f"{value:8.2f}" for value in found)


def main():
    print(f"{'exponent of the time in':24}{'trips':>8}{'size':>8}")
    for program in VECTORS:
        print(line(program.__name__, lambda: fits(program, numbers)), flush=True)
    for program in MATRICES:
        print(line(program.__name__, lambda: fits(program, lambda n: numbers(n, 4))), flush=True)
    for kernel in KERNELS:
        if kernel.name in ELEMENT_LOOPS:
            print(line(kernel.name, lambda: (kernel_fit(kernel),) if is_right(kernel) else None), flush=True)


if __name__ == "__main__":
    main()
