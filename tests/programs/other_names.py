"""Lists and dicts that change: what they hold then is of another type, under every name that they have."""

from __future__ import annotations

import numpy as np

from .language import V, at


@at((V,))
def empty_list_that_grows_under_another_name(v):
    items = []
    same = items
    items.append(v[0] * v[1])
    return same[0] ** 2


@at((V,))
def empty_list_in_a_list_grows(v):
    items = []
    table = [items]
    for value in v:
        items.append(value * value)
    return table[0][1] * table[0][2]


@at((V,))
def empty_list_in_a_dict_grows(v):
    table = {"a": []}
    items = table["a"]
    for value in v:
        items.append(value)
    return sum(table["a"]) ** 2 + table["a"][1] ** 2


@at((V,))
def ints_and_then_an_array(v):
    items = [1]
    same = items
    items.append(v)
    return np.sum(same[1] ** 2) * same[0]


@at((V,))
def ints_replaced_by_numbers(v):
    items = [1, 2]
    same = items
    items[0] = v[0] * v[1]
    return same[0] ** 2 * same[1]


@at((V,))
def vector_replaced_by_a_matrix(v):
    items = [v, v * 2.0]
    same = items
    items[0] = np.outer(v, v)
    return np.sum(same[0] @ same[1])


@at((V,))
def inserted_in_each_trip(v):
    items = []
    for value in v:
        items.insert(0, value * value)
    return items[0] * items[1] ** 2


@at((V,))
def inserted_among_ints(v):
    items = [1]
    for k in range(3):
        items.insert(1, v[k])
    return items[1] * items[2] ** 2 + np.sum(np.array(items) ** 2)


@at((V,))
def key_added_under_another_name(v):
    table = {"a": 1.0}
    same = table
    table["b"] = v[0]
    return same["b"] ** 2 + sum(same.values())


@at((V,))
def dict_updated_and_joined(v):
    table = {"a": v[0], "b": v[1]}
    table.update({"b": v[2], "c": v[3]})
    table.update(a=v[1])
    other = table | {"a": v[0]}
    table |= {"q": v[0] * 3.0}
    return table["a"] * table["b"] * other["a"] * other["c"] * table["q"]


@at((V,))
def dict_updated_in_each_trip(v):
    table = {"a": v[0]}
    for k in range(3):
        table.update(a=v[k] * table["a"])
    return sum(table.values()) ** 2


@at(({"a": 1.5, "b": 2.0},))
def callers_dict_updated(table):
    table.update(b=table["a"] ** 2)
    other = {**table, "a": 1.0}
    return sum(other.values()) ** 2


@at((V,))
def items_inserted_anywhere(v):
    items = [value * value for value in v]
    items.insert(-1, v[0])
    items.insert(-10, v[1])
    items.insert(10, v[2])
    for k in range(3):
        items.insert(k + 1, v[k])
    return sum(k * k * value for k, value in enumerate(items))


@at((V,))
def items_taken_from_anywhere(v):
    items = [value * value for value in v]
    items = [*items, v[0], v[1], v[2]]
    total = 0.0
    for k in (-1, 0, -2):
        total = total * 0.5 + items.pop(k)
    while len(items) > 2:
        total = total * 0.5 + items.pop(len(items) // 2)
    del items[-1]
    return total * items[0]


@at((V,))
def list_reversed_and_sorted_in_place(v):
    items = [value * value for value in v]
    same = items
    items.reverse()
    first = same[0]
    items.sort(reverse=True)
    items.sort(key=lambda value: abs(value - 2.0))
    return first * same[0] * same[1] ** 2


@at((V,))
def queue_that_is_kept_in_order(v):
    queue = [v[0]]
    total = 0.0
    for value in v[1:]:
        queue.append(value * value)
        queue.sort()
        total = 0.5 * total + queue.pop(0)
    return total


@at((V,))
def arrays_reversed_and_then_changed(v):
    rows = [value * v for value in v]
    rows.reverse()
    rows[0][1] = 2.0
    return np.sum(rows[-1] * rows[0] ** 2)


@at(([3.0, 1.0, 2.0], 1))
def callers_list_in_another_order(items, k):
    items.sort()
    items.reverse()
    taken = items.pop(k)
    items.insert(-1, taken * 2.0)
    del items[-1]
    return items[0] * items[1] ** 2


@at((V,))
def dicts_in_a_dict_made_by_comprehensions(v):
    table = {i: {j: v[i] * v[j] for j in range(2)} for i in range(2)}
    return table[0][1] * table[1][1]


@at((V,))
def lists_in_a_dict_whose_keys_are_counted(v):
    table = {}
    for k in range(3):
        table[k] = [v[k], v[k] * v[k + 1]]
    return table[0][1] * table[2][0] + sum(table[1])
