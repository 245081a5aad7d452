"""How long it takes to compile a function of 30 lines. Run: python benchmarks/compile_time.py

cold   the first compile of a fresh process, imports not counted; each in its own process
warm   a compile in a process that has compiled before; nothing of this function is kept

Both as time on the clock and as time of the processor: on a busy machine they differ.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TARGET = 50.0  # milliseconds


def train(W1, b1, W2, b2, xs, ys, rate, steps):
    total = 0.0
    speed = np.zeros_like(b2)
    for step in range(steps):
        h = np.tanh(xs @ W1 + b1)
        if step % 2 == 0:
            h = h * rate
        else:
            h = np.maximum(h, 0.1 * h)
        z = h @ W2 + b2
        shifted = z - np.max(z, axis=1, keepdims=True)
        p = np.exp(shifted)
        p = p / np.sum(p, axis=1, keepdims=True)
        error = p - ys
        loss = np.mean(error**2)
        penalty = 0.01 * (np.sum(W1**2) + np.sum(W2**2))
        if loss > 10.0:
            break
        total += loss + penalty
        speed = 0.9 * speed - rate * error.mean(axis=0)
        b2 = b2 + speed
        b1 = b1 - 0.1 * rate * np.sign(b1)
    norm = np.sqrt(np.sum(b2**2) + 1e-8)
    k = 0
    while norm > 1.0 and k < 10:
        norm = norm / 2
        k += 1
    if total > 5.0:
        result = np.log(total) + norm
    else:
        result = total * np.cos(norm)
    return result


def arguments():
    rng = np.random.default_rng(0)
    r = rng.normal
    return r(size=(4, 8)), r(size=8), r(size=(8, 3)), r(size=3), r(size=(6, 4)), np.abs(r(size=(6, 3))), 0.5, 4


def milliseconds():
    """The time of one compile, by the clock and of the processor; the call itself is not counted."""
    import adcompile
    from adcompile.frontend import lower

    args = arguments()
    lower._lowered_before.cache_clear()
    start = time.perf_counter(), time.process_time()
    adcompile.grad(train, (0, 1, 2, 3)).specialize(*args)
    end = time.perf_counter(), time.process_time()
    return tuple(1e3 * (b - a) for a, b in zip(start, end, strict=True))


def in_a_fresh_process():
    done = subprocess.run([sys.executable, __file__, "--once"], capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def main():
    cold = [in_a_fresh_process() for _ in range(15)]
    milliseconds()
    warm = [milliseconds() for _ in range(31)]
    lines = train.__code__.co_lines()
    count = len({line for _, _, line in lines if line})
    print(f"a function of {count} lines, target {TARGET:.0f} ms")
    print(f"{'':5} {'clock':>9} {'processor':>12}    (medians, ms)")
    for name, times in (("cold", cold), ("warm", warm)):
        clock, processor = map(statistics.median, zip(*times, strict=True))
        print(f"{name:5} {clock:9.1f} {processor:12.1f}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    if "--once" in sys.argv:
        import adcompile  # noqa: F401  (its import is not the compile's time)

        print(*milliseconds())
    else:
        main()
