"""Ratios of times, measured side by side: interleaved, medians, one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(function: Callable[[], object], repeat: int) -> float:
    """The time of one call, from `repeat` calls."""
    start = time.perf_counter()
    for _ in range(repeat):
        function()
    return (time.perf_counter() - start) / repeat


def calls_for(function: Callable[[], object], target: float = 0.004) -> int:
    """How many calls take about `target` seconds."""
    function()
    return max(1, int(target / max(seconds(function, 3), 1e-8)))


def compare(first: Callable[[], object], second: Callable[[], object], rounds: int = 61) -> tuple[float, float, float]:
    """Median times of two functions, and the median of their ratios, pair by pair."""
    repeat = calls_for(second)
    times: list[tuple[float, float]] = []
    for i in range(rounds):
        if i % 2:
            b, a = seconds(second, repeat), seconds(first, repeat)
        else:
            a, b = seconds(first, repeat), seconds(second, repeat)
        times.append((a, b))
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times), ratio
