"""The corpus of kernels: time of the gradient over that of the program, and what is recorded.

Run: python benchmarks/kernels.py [--size SIZE] [--show] [NAME ...]
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from corpus import KERNELS, SIZES, Kernel

from adcompile import ADError, grad, vjp
from adcompile.testing.gradients import FIVE_POINT

# -------------------------------------------------------------------------------------- times


def fresh(args):
    """Copies of the arguments: kernels change what they get."""
    return [a.copy() if isinstance(a, np.ndarray) else a for a in args]


def once(function, args):
    """The time of the processor for one call on arguments of its own; no garbage is collected
    meanwhile, as in `timeit`."""
    mine = fresh(args)
    gc.disable()
    start = time.process_time()
    function(*mine)
    took = time.process_time() - start
    gc.enable()
    return took


def side_by_side(first, second, args, seconds=1.0):
    """Median times of one call of each, taken turn by turn, and the median of their ratios."""
    once(first, args), once(second, args)
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 301):
        if len(times) % 2:
            b, a = once(second, args), once(first, args)
        else:
            a, b = once(first, args), once(second, args)
        times.append((a, b))
    return (
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(a / b for a, b in times),
    )


def gradient_over_program(kernel: Kernel, size: str) -> float:
    args = kernel.arguments(size)
    bare = grad(kernel.program, kernel.active()).specialize(*args)
    return side_by_side(bare, kernel.program, args)[2]


def is_right(kernel: Kernel) -> bool:
    """Whether the gradient agrees with differences along one direction: a wrong one has no time.

    `tests/kernels` checks it in earnest.
    """
    args, wrt = kernel.arguments("small"), kernel.active()
    made = grad(kernel.program, wrt)(*fresh(args))
    along = [np.cos(np.arange(1.0, np.size(args[k]) + 1)).reshape(np.shape(args[k])) for k in wrt]

    def value(step: float) -> float:
        moved = fresh(args)
        for k, direction in zip(wrt, along, strict=True):
            moved[k] = moved[k] + step * direction
        return float(kernel.program(*moved))

    h = 1e-5  # a flow over many small steps bends sooner than 1e-4
    slope = sum(weight * value(k * h) / h for k, weight in FIVE_POINT)
    return bool(abs(sum(np.vdot(g, d) for g, d in zip(made, along, strict=True)) - slope) <= 1e-5 * max(1, abs(slope)))


# ---------------------------------------------------------------------------------- what is kept


def recorded_bytes(kernel: Kernel, size: str) -> int:
    """The bytes that the pullback holds beside the caller's own arrays.

    Memory is counted once, whoever shares it. Not counted are the arguments, copies of what
    the program leaves in them (`vjp` protects itself from its caller by them; in `grad` they
    are the arguments), and numbers that stand alone, such as a count of trips.
    """
    after = kernel.arguments(size)
    kernel.program(*after)
    left = [a for a in after if isinstance(a, np.ndarray)]
    given = kernel.arguments(size)
    _, pullback = vjp(kernel.program, kernel.active())(*given)
    owners = {id(owner(a)) for a in given if isinstance(a, np.ndarray)}
    total = 0
    for value in parts(pullback._residual):
        if not isinstance(value, np.ndarray):
            total += 8
            continue
        memory = owner(value)
        if id(memory) not in owners and not any(is_copy(value, a) for a in left):
            owners.add(id(memory))
            total += memory.nbytes
    return total


def owner(array: np.ndarray) -> np.ndarray:
    """The array whose memory a view shows."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def is_copy(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.array_equal(a, b)


def parts(value: Any, in_list: bool = False) -> Iterator[Any]:
    """The arrays of a residual, and the numbers in its lists."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from parts(item, in_list or isinstance(value, list))
    elif isinstance(value, dict):
        for item in value.values():
            yield from parts(item, in_list)
    elif in_list and isinstance(value, (float, int, np.number)):
        yield value


# ---------------------------------------------------------------------------------------- output


def report(kernel: Kernel, sizes: list[str]) -> str:
    """One line about a kernel: the ratios, the bytes, or why there are none."""
    try:
        if not is_right(kernel):
            return f"{kernel.name:18} WRONG"
        ratios = [gradient_over_program(kernel, size) for size in sizes]
        kept = recorded_bytes(kernel, sizes[-1])
    except ADError as error:
        return f"{kernel.name:18} {str(error).splitlines()[0].partition(': ')[2] or error}"
    args = [a for a in kernel.arguments(sizes[-1]) if isinstance(a, np.ndarray)]
    share = kept / sum(a.nbytes for a in args)
    columns = "".join(f"{ratio:9.2f}" for ratio in ratios)
    return f"{kernel.name:18} {columns} {kept:14,d} {share:10.2f}{'  linear' if kernel.linear else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="kernels; all if left out")
    parser.add_argument("--size", action="append", choices=SIZES, help="may be repeated; all if left out")
    parser.add_argument("--show", action="store_true", help="print the emitted gradients")
    options = parser.parse_args()
    sizes = options.size or list(SIZES)
    head = "".join(f"{size:>9}" for size in sizes)
    print(f"{'gradient/program':18} {head} {'recorded bytes':>14} {'/arguments':>10}")
    for kernel in KERNELS:
        if not options.names or kernel.name in options.names:
            print(report(kernel, sizes), flush=True)
            if options.show:
                df = grad(kernel.program, kernel.active())
                df.specialize(*kernel.arguments("small"))
                print(df.source)


if __name__ == "__main__":
    main()
