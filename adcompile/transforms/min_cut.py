"""The cheapest set of values to keep, so that the needed ones can be had from them.

A value that can be recomputed is to be had if all its operands are; one that cannot must be
kept, or stand behind kept ones. That is a minimum vertex cut between what cannot be
recomputed and what is needed (Enzyme's formulation; solved by augmenting paths).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
INFINITE = 10**9
SOURCE, SINK = "source", "sink"


def cheapest_to_keep(
    needed: Iterable[N], operands: Callable[[N], Iterable[N] | None], cost: Callable[[N], int]
) -> set[N]:
    """The values to keep. `operands(v)` are what `v` can be recomputed from, or None if it
    cannot be recomputed; `cost(v)` is what keeping `v` costs. Of equally cheap choices the
    one that recomputes least is taken."""
    capacity: dict[object, dict[object, int]] = {}

    def edge(a: object, b: object, size: int) -> None:
        capacity.setdefault(a, {})[b] = size
        capacity.setdefault(b, {}).setdefault(a, 0)

    seen: set[N] = set()
    pending = list(needed)
    for value in pending:
        edge((value, "out"), SINK, INFINITE)
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        edge((value, "in"), (value, "out"), cost(value))
        sources = operands(value)
        if sources is None:
            edge(SOURCE, (value, "in"), INFINITE)
            continue
        for operand in sources:
            edge((operand, "out"), (value, "in"), INFINITE)
            pending.append(operand)
    if SOURCE not in capacity:
        return set()
    _saturate(capacity)
    near_sink = _reaching_sink(capacity)
    return {v for v in seen if (v, "out") in near_sink and (v, "in") not in near_sink}


def _saturate(capacity: dict[object, dict[object, int]]) -> None:
    while True:
        path = _augmenting_path(capacity)
        if path is None:
            return
        room = min(capacity[a][b] for a, b in path)
        for a, b in path:
            capacity[a][b] -= room
            capacity[b][a] += room


def _augmenting_path(capacity: dict[object, dict[object, int]]) -> list[tuple[object, object]] | None:
    came_from: dict[object, object] = {SOURCE: SOURCE}
    queue: list[object] = [SOURCE]
    for node in queue:
        for after, room in capacity.get(node, {}).items():
            if room > 0 and after not in came_from:
                came_from[after] = node
                queue.append(after)
    if SINK not in came_from:
        return None
    path = []
    end: object = SINK
    while end != SOURCE:
        path.append((came_from[end], end))
        end = came_from[end]
    return path


def _reaching_sink(capacity: dict[object, dict[object, int]]) -> set[object]:
    """The nodes from which the sink can still be reached."""
    found: set[object] = {SINK}
    queue: list[object] = [SINK]
    for node in queue:
        for before in capacity.get(node, {}):
            if capacity[before].get(node, 0) > 0 and before not in found:
                found.add(before)
                queue.append(before)
    return found
