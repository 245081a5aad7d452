"""Items that get to another place in their list, or out of it: by del, insert, pop, a swap."""

from __future__ import annotations

import numpy as np

from .table import V, W, at


@at((V, 3))
def first_popped_and_the_next_replaced(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    first = items.pop(0)
    items[0] = items[0] * first
    return np.sum(items[0] * x) + len(items)


@at((V, 3))
def inserted_in_front_between_and_behind_the_end(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    items.insert(1, x * x)
    items.insert(0, x * 3.0)
    items.insert(50, x * 5.0)
    return np.sum(items[0] * items[2] * items[-1]) + len(items)


@at((V, 5))
def two_by_two(x, n):
    items = [x[k % 3] for k in range(n)]
    while len(items) > 1:
        a = items.pop(0)
        b = items.pop(0)
        items.append(a * b + a)
    return items[0]


@at((V, 6))
def queue_that_grows_at_both_ends(x, most):
    queue, total = [x * 1.0], 0.0
    while queue:
        a = queue.pop(0)
        total = total + np.sum(a * a)
        if total < most:
            queue.append(a * 1.1)
            queue.insert(0, a * 0.9)
        if len(queue) > 3:
            queue.clear()
    return total


@at(([V, W, V * 2],))
def argument_that_shrinks(items):
    second = items.pop(1)
    del items[1:]
    return np.sum(second * items[0])


@at((V, 3))
def array_that_moved_changes(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    second = items[1]
    items[0:1] = []
    second[1] = 3.0
    return np.sum(items[0] * x)


@at((V, 3))
def last_array_changes_after_another_is_appended(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    last = items[-1]
    items.append(x * x)
    last[1] = 3.0
    return np.sum(items[-2] * x)


@at((V, 3))
def swapped_array_changes(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    first = items[0]
    items[0], items[1] = items[1], items[0]
    first[1] = 3.0
    return np.sum(items[1] * x)


@at((V, 3))
def popped_array_that_stands_in_the_list_changes(x, n):
    y = x * 2.0
    items = [y for _ in range(n)]
    last = items.pop()
    last *= x
    return np.sum(items[0] * x) + np.sum(last)


@at((V, 3))
def list_shrinks_while_a_loop_runs_over_it(x, n):
    items = [x * (k + 1.0) for k in range(n)]
    total = 0.0
    for item in items:
        total = total + np.sum(item * x)
        items[1:2] = []
    return total
