"""Displays with `*` and `**` in them, and what takes the elements of something one by one."""

from __future__ import annotations

import numpy as np

from .language import V, W, at

PARAMETERS = {"rate": 0.5, "scale": 2.0}


@at((1.5, 0.5))
def list_with_stars(x, y):
    pair = [x * y, y]
    more = [*pair, x, *[y * 2.0, x], *pair]
    pair[0] = x * 10.0
    return sum(more) * more[0] * more[-2] + pair[0]


@at((1.5, 0.5))
def list_with_a_star_of_a_tuple(x, y):
    pair = (x * y, y)
    return np.sum(np.array([*pair, x, *(y,)]) ** 2)


@at((1.5, 0.5))
def list_of_stars_alone(x, y):
    first = [x, y]
    second = [*first]
    second[0] = y * y
    return first[0] * second[0]


@at((V, 3))
def list_with_a_star_of_what_grows(v, n):
    kept = []
    for k in range(n):
        kept = [*kept, v[k] * v[k + 1], v[0]]
    return sum(kept) * kept[-2]


@at((V,))
def copy_of_a_list(v):
    values = [v[0], v[1] * v[2]]
    copied = list(values)
    copied.append(v[3])
    copied[0] = 2.0 * v[1]
    return sum(values) * sum(copied)


@at((1.5, 0.5))
def dict_with_stars(x, y):
    base = {"a": x, "b": x * y}
    made = {"a": y, **base, "b": y * y, **{"c": x}}
    return made["a"] * made["b"] * made["c"] + base["b"]


@at((1.5, 0.5))
def dict_of_one_dict(x, y):
    base = {"a": x, "b": y}
    made = {**base}
    made["a"] = y * 3.0
    return base["a"] * made["a"] + made["b"]


@at((1.5,))
def dict_with_a_star_of_parameters(x):
    made = {**PARAMETERS, "x": x * x}
    return made["rate"] * made["x"] * made["scale"]


@at((1.5, 0.5))
def dict_called_with_keywords(x, y):
    made = dict(a=x * y, b=y)  # noqa: C408
    return made["a"] * made["b"]


@at((1.5, 0.5))
def sum_over_the_values_of_a_dict(x, y):
    made = {"a": x * y, "b": y, "c": x}
    return sum(made.values()) * sum(list(made.values()))


@at((V, W))
def map_with_a_lambda(v, w):
    scale = v[0]
    return sum(map(lambda t: t * scale, w)) * sum(map(abs, v))  # noqa: C417


def squared(t):
    return t * t


@at((V,))
def map_with_a_function(v):
    item = v[1]
    return np.sum(np.array(list(map(squared, v))) * item) + sum(list(map(np.sin, [item, v[2]])))


@at((V,))
def filter_with_a_lambda(v):
    return sum(filter(lambda t: t > 0, v)) * len(list(filter(lambda t: t > 0, v)))


@at((V, W))
def list_of_zip(v, w):
    pairs = list(zip(v, w))
    first, second = pairs[1]
    return first * second * pairs[0][1]


@at((V,))
def list_of_enumerate(v):
    total = 0.0
    for k, value in list(enumerate(v)):
        total += k * value * value
    return total


@at((1.5,))
def operators_that_make_another_object_of_a_list(x):
    first = [-0.9, 0.4]
    second = first
    second /= np.sin(second)
    third = first
    third += np.array([1.0, 2.0])
    return np.mean(first) * x + np.sum(second) * x * x + np.sum(third)


@at((1.5, 0.5))
def operators_that_make_another_object_of_a_tuple(x, y):
    first = (x, y)
    second = first
    second += (x * y,)
    second *= 2
    return first[-1] * second[-1] * second[0] + len(first) * sum(second)


@at((1.5, 0.5))
def operators_that_change_a_list_itself(x, y):
    first = [x, y]
    second = first
    second += [x * y]
    second *= 2
    return sum(first) * second[2] * len(first)
