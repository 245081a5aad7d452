"""Lists, tuples and dicts whose items have other names, and are replaced, moved and changed themselves."""

from __future__ import annotations

import numpy as np

from .table import M, V, W, at


@at((V, W))
def entry_changed_under_four_names(x, w):
    y = x * w
    state = {"y": y, "w": w}
    same = state
    same["y"] += state["w"]
    state["y"][0] = x[3]
    same["w"] = y
    same["w"][1] *= 2.0
    return np.sum(y * state["y"]) + np.sum(w)


@at((V, W))
def inner_dict_replaced_while_it_has_a_name(x, w):
    y = x * w
    outer = {"inner": {"y": y}, "n": 2.0}
    inner = outer["inner"]
    inner["y"][0] = w[1]
    outer["inner"] = {"y": x + 0.0}
    inner["y"] *= outer["n"]
    outer["inner"]["y"] += y
    return np.sum(y * y) + np.sum(outer["inner"]["y"] * inner["y"])


@at((V, W, True), (V, W, False))
def item_replaced_on_one_path_by_an_array_with_a_name(x, w, other):
    a, b = x * w, x + w
    items = [a, b]
    if other:
        items[0] = b
        items[1] = items[1] * 2.0
    items[0][1] = x[0] * 3.0
    items[1] += a
    return np.sum(a * b) + np.sum(items[0] * items[1])


@at((V, W, 3), (V, W, 0))
def entries_swapped_in_each_trip(x, w, n):
    a, b = x * 1.0, w * 1.0
    state = {"p": a, "q": b}
    for k in range(n):
        state["p"], state["q"] = state["q"], state["p"]
        state["p"][k] = state["q"][k + 1] * 2.0
        state["q"] += 0.1 * x
    return np.sum(a * x) + np.sum(b * state["q"]) + np.sum(state["p"])


@at((V,))
def list_taken_apart_and_put_together(x):
    y = x * x
    items = [y, x * 2.0]
    items.insert(1, y)
    items.insert(-1, x + 1.0)
    del items[-1]
    items.reverse()
    items += [y * 3.0]
    last = items.pop()
    first = items.pop(0)
    items[1][0] = last[1]
    first[2] = y[0]
    del items[1:]
    return np.sum(items[0] * first) + np.sum(last * y) + len(items)


@at((V, W))
def dict_asked_for_its_keys(x, w):
    y = x * w
    cache = {"y": y}
    z = cache.setdefault("z", w * 2.0)
    same = cache.setdefault("y", w)
    z[0] = 4.0 * x[1]
    same[1] = z[0]
    missing = cache.get("missing", y)
    missing *= 1.5
    taken = cache.pop("z")
    extra = 2.0 if "z" in cache else 3.0
    return np.sum(taken * cache["y"]) * extra + np.sum(y) * len(cache)


@at((V, W))
def copy_of_a_list_holds_the_same_arrays(x, w):
    items = [x * w, x + w]
    other = items.copy()
    third = items[:1]
    other[0] *= x
    other[1] = w * 3.0
    third.append(items[1])
    third[1][3] = other[1][0]
    return np.sum(items[0] * items[1]) + np.sum(other[1] * third[0])


@at((V,))
def list_in_a_tuple_grows(x):
    y = x * x
    pair = ([y], x)
    pair[0][0] *= pair[1]
    pair[0].append(x + 1.0)
    pair[0][-1][0] = y[3]
    return np.sum(pair[0][1] * y) + len(pair[0])


@at((V, W, 3), (V, W, 0))
def pair_made_in_each_trip(x, w, n):
    y = x * w
    for k in range(n):
        pair = [y, x * (k + 1.0)]
        pair[0] += pair[1]
        pair[1][k] = y[0]
        y[k] = np.sum(pair[1])
    return np.sum(y * y)


@at((V, W, 0.5), (V, W, 5.0))
def early_return_with_an_item(x, w, bound):
    y = x * w
    items = [y, w * 1.0]
    items[0][0] = x[1] * 2.0
    if y[0] < bound:
        items.append(items[0] * 2.0)
        y[1] = 7.0 * x[0]
        return np.sum(items[2] * items[0])
    items[1] *= y
    return np.sum(items[1])


@at((V, W))
def first_and_rest(x, w):
    a, b = x * w, x + w
    first, *rest = [a, b, w * 2.0]
    rest[0] *= first
    rest.append(a)
    rest[-1][1] = b[0]
    if rest:
        first += rest[1]
    return np.sum(a * b) + np.sum(rest[2] * x)


@at((M,))
def rows_of_an_array_in_a_list_change(a):
    b = a * a
    rows = [b[0], b[1], b[0]]
    rows[0] = rows[0]
    rows[2][1] = a[0, 0]
    rows[1] += rows[0]
    b *= 0.5
    return np.sum(rows[2] * rows[1]) + np.sum(b * a)


@at((V, W, True), (V, W, False))
def list_longer_on_one_path(x, w, longer):
    items = [x * w]
    if longer:
        items.append(x + w)
    items[-1][0] = 2.0 * w[0]
    return np.sum(items[0] * items[-1])


@at((V, W))
def numbers_and_arrays_in_one_list(x, w):
    y = x * w
    items = [y, 2.0, x[0]]
    items[0] -= items[2]
    items[1] += items[2]
    items[2] *= items[1]
    return np.sum(y) * items[2] + np.sum(items[0] * items[1])


@at((1.5, V, [0.5, -0.3]))
def list_of_a_trip_has_the_name_of_another(x, v, values):
    for k in range(3):
        values = [x * v[k]]
        del values[1:]
    return values[-1] * x


@at((1.5, V, [0.5, -0.3]))
def list_of_the_last_trip_is_what_is_read(x, v, values):
    for k in range(3):
        if v[k] > 0:
            values = [x, v[k]]
            values.insert(0, x * v[k])
    return values[0] * values[-1]


@at((V, W))
def joined_lists_hold_the_same_arrays(x, w):
    first = [x * w, x + w]
    both = [x * 3.0] + first + [w]  # noqa: RUF005
    both[1] *= x
    both[2][0] = w[1]
    return np.sum(first[0] * first[1]) + np.sum(both[-1] * both[0])


@at((V, W))
def repeated_list_holds_the_same_array(x, w):
    first = [x * w, x + w]
    both = first * 2
    both[2] *= x
    both[3] = w
    return np.sum(first[0] * both[0]) + np.sum(first[1] * both[3])


@at((V, 4))
def one_array_twice_among_numbers(x, n):
    y = x * 2.0
    items = [y if k < 3 else 2.0 for k in range(n)]
    items[0] *= x
    return np.sum(items[1] * x)


@at((V, 4))
def one_array_under_two_keys_among_numbers(x, n):
    y = x * 2.0
    entries = {k: (y if k < 3 else 2.0) for k in range(n)}
    entries[0] *= x
    return np.sum(entries[1] * x)
