"""Copies of lists and dicts: shallow ones, which hold the same objects, and deep ones, which hold others."""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np

from .table import P, V, W, at


@at(({"w": V, "v": W},))
def items_of_a_deep_copy_change(params):
    moved = deepcopy(params)
    moved["w"] *= params["v"]
    moved["v"][1] = params["v"][0]
    return np.sum(params["w"] * moved["w"] * moved["v"])


@at(([V, W],))
def arrays_of_a_deep_copy_change_in_a_loop(items):
    copies = deepcopy(items)
    for item in copies:
        item *= items[0]
    return np.sum(copies[0] * items[1] * copies[1])


@at((V,))
def list_in_a_deep_copy_grows(x):
    history = {"steps": [x * 1.0, x * 2.0]}
    other = deepcopy(history)
    other["steps"].append(x * x)
    other["steps"][0][0] = 7.0
    return np.sum(history["steps"][-1] * history["steps"][0]) + np.sum(other["steps"][-1] * other["steps"][0])


@at(([V, W],))
def shallow_copy_of_a_list_argument_grows(items):
    longer = copy(items)
    longer[0] = longer[0] * items[1]
    longer.append(items[0])
    return np.sum(items[0] * longer[0] * longer[1] * longer[-1])


@at((P, 3))
def shallow_copy_holds_the_same_arrays(x, n):
    items = [x * k for k in range(n)]
    other = copy(items)
    other[1] *= x
    return np.sum(items[1] * x)


@at((P, 3))
def deep_copy_of_a_list_that_holds_one_array_twice(x, n):
    y = x * 2.0
    items = [y for _ in range(n)]
    other = deepcopy(items)
    other[0] += x
    return np.sum(other[1] * x)


@at((P, 4))
def deep_copy_of_one_array_twice_among_numbers(x, n):
    y = x * 2.0
    items = [y if k < 3 else 5.0 for k in range(n)]
    other = deepcopy(items)
    other[0] *= x
    return np.sum(other[1] * x)
