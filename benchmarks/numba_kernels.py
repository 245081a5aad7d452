"""Gradients compiled by Numba against those of the NumPy backend, on kernels that go element by element.

Run: python benchmarks/numba_kernels.py [--size SIZE] [NAME ...]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from kernels import KERNELS, SIZES, fresh, side_by_side

from adcompile import grad

NAMES = ("seidel_2d", "lu", "cholesky", "trisolv", "durbin", "syrk", "trmm", "nbody")
TARGETS = {"seidel_2d": 20, "lu": 20, "cholesky": 20}  # times faster, at least, at the large size


def report(kernel, size: str) -> float:
    """Print one line; the compiled gradient is compared before it is timed."""
    args, wrt = kernel.arguments(size), kernel.active()
    plain = grad(kernel.program, wrt).specialize(*args)
    compiled = grad(kernel.program, wrt, backend="numba").specialize(*args)
    start = time.perf_counter()
    made = compiled(*fresh(args))
    first = time.perf_counter() - start
    for one, other in zip(made, plain(*fresh(args)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
    numpy_time, numba_time, ratio = side_by_side(plain, compiled, args, seconds=2.0)
    print(
        f"{kernel.name:12} {numpy_time * 1e3:11.2f} {numba_time * 1e3:11.3f} {ratio:9.0f} {first:13.1f}", flush=True
    )
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all if left out")
    parser.add_argument("--size", choices=SIZES, default="large")
    options = parser.parse_args()
    print(f"{options.size:12} {'NumPy, ms':>11} {'Numba, ms':>11} {'faster':>9} {'first call, s':>13}")
    missed = []
    for kernel in KERNELS:
        if kernel.name in (options.names or NAMES):
            ratio = report(kernel, options.size)
            if options.size == "large" and ratio < TARGETS.get(kernel.name, 0):
                missed.append(kernel.name)
    print("target of 20 missed: " + ", ".join(missed) if missed else "")


if __name__ == "__main__":
    main()
