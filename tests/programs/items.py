"""Builtins that take the items of an iterable, or give them one by one."""

from __future__ import annotations

import math
import operator

import numpy as np

from .language import V, at

PAIR = {"b": 2.0, "a": 0.5}


@at((V, 0.5))
def sum_that_starts_with_a_number(v, x):
    return sum([v[0] * v[1], v[2] ** 2], x) * sum([x, v[3]], start=x * v[0])


@at(([[1.0, 3.0], [2.0]],))
def sum_that_joins_lists(table):
    joined = sum(table, [table[0][1]])
    return sum(k * value * value for k, value in enumerate(joined))


@at((V,))
def sum_that_joins_tuples(v):
    joined = sum(((v[0],), (v[1], v[2])), ())
    return joined[0] * joined[1] ** 2 * joined[2]


@at((V,))
def largest_and_smallest_of_a_list(v):
    return max([v[0], v[1]]) * min([v[2], v[3] * v[0]]) + max(value * value for value in v)


@at((V,))
def largest_of_numbers_that_tie(v):
    return max([v[0], v[1] + v[0] - v[1], v[2] - 10.0]) ** 2


@at((V,))
def largest_by_a_key(v):
    return max(v, key=lambda value: -value * value) * min(v[0], v[1], key=abs) * sorted(v, key=abs)[1]


@at((V,))
def largest_array_by_a_key(v):
    return np.sum(max([v, v**2, v**3], key=np.sum) ** 2)


@at((V,))
def largest_pair(v):
    value, k = max((value, k) for k, value in enumerate(v))
    return value * value * (k + 1)


@at((V,))
def largest_with_a_default(v):
    return max([], default=v[0]) * max([v[1]], default=v[2]) + min((value for value in v if value > 100), default=v[3])


@at((PAIR,))
def largest_of_a_dict(table):
    name, best = max(table.items(), key=lambda entry: entry[1])
    return best**2 * len(name) + max(table.values()) * table["a"]


@at((V,))
def sorted_numbers(v):
    low, *middle, high = sorted([v[0], v[1], v[2], v[3]])
    return low * middle[0] ** 2 + high * sorted(v, reverse=True)[1]


@at((V, [3, 1, 2, 0]))
def sorted_by_another_list(v, order):
    ranked = [value for _, value in sorted(zip(order, v))]
    total = 0.0
    for k, value in enumerate(sorted(v)):
        total += k * value * ranked[k]
    return total


@at((PAIR,))
def sorted_entries(table):
    total = 1.0
    for _name, value in sorted(table.items()):
        total = total * 0.5 + value * value
    for name in list(table.keys()):
        total *= table[name]
    return total


@at((V,))
def sorted_rows(v):
    rows = sorted(np.outer(v, v), key=lambda row: row[0])
    return rows[0][0] * rows[1][1]


@at((V,))
def list_of_reversed(v):
    backwards = list(reversed([v[0], v[1], v[2]]))
    return backwards[0] * backwards[1] ** 2 * list(reversed(v))[1]


@at((V,))
def loop_over_map(v):
    total = 1.0
    for value in map(np.sin, v):
        if value > 0.99:
            continue
        total *= value
    for a, b in map(lambda a, b: (a * b, b), v, v[1:]):
        total += a / (1.0 + b * b)
    return total


@at((V,))
def loop_over_filter(v):
    total = 1.0
    for value in filter(lambda value: value > 0.0, v):
        if value > 100.0:
            break
        total *= value
    else:
        total += 1.0
    for value in filter(None, [v[0], 0.0, v[2]]):
        total += value * value
    return total


@at((V,))
def map_of_several(v):
    return sum(map(operator.mul, v, v[::-1])) * list(map(lambda a, b: a * b, v, v[1:]))[1] + max(map(math.sin, v))


@at((V,))
def map_in_step_with_others(v):
    item, total = v[0], 0.0
    for (a, b), c in zip(map(lambda p, q: (p * q, p + q), v, v[::-1]), v):
        total += a * b * c * item
    for k, a in enumerate(map(np.sin, v)):
        total += k * a
    return total


@at((V,))
def map_in_comprehensions(v):
    small = all(a < 9.0 for a in map(np.sin, v))
    pairs = [item * b for item in map(np.cos, v) if item > 0.0 for b in map(np.sin, v)]
    return sum(pairs) * (2.0 if small else 3.0) + sum({k: k * a for k, a in enumerate(map(np.exp, v))}.values())
