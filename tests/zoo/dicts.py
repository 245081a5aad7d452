"""Dicts whose entries are written and read by keys that are known."""

from __future__ import annotations

import numpy as np

from .table import M, V, W, at


@at((V, W))
def entry_replaced(x, w):
    state = {"x": x * x, "w": w}
    state["x"] = state["x"] * state["w"]
    state["w"] = state["x"] + 1.0
    return np.sum(state["x"] * state["w"])


@at((V,))
def entry_added(x):
    cache = {}
    cache["square"] = x * x
    cache["cube"] = cache["square"] * x
    return np.sum(cache["square"] * cache["cube"])


@at((V, W))
def augmented_entries(x, w):
    totals = {"a": 0.0, "b": 1.0}
    for k in range(4):
        totals["a"] += x[k] * w[k]
        totals["b"] *= 1.0 + x[k] * totals["a"]
    return totals["a"] * totals["b"]


@at((V, W))
def array_in_a_dict_changes(x, w):
    state = {"y": x * x, "w": w * 2.0}
    state["y"][1] = w[0]
    state["w"] *= state["y"]
    return np.sum(state["y"] * state["w"])


@at((V,))
def array_in_a_dict_has_another_name(x):
    y = x * x
    state = {"y": y}
    y[1] = x[0] * 2.0
    state["y"][2] += 1.0
    return np.sum(y * state["y"])


@at((V,))
def entry_deleted_and_popped(x):
    state = {"a": x[0], "b": x[1] * x[2], "c": x[3]}
    b = state.pop("b")
    del state["c"]
    state["a"] *= b
    return state["a"] * b + len(state)


@at((V, W))
def dict_updated(x, w):
    state = {"a": x, "b": w}
    state.update(b=x * w, c=w * w)
    state |= {"a": state["b"] + 1.0}
    return np.sum(state["a"] * state["b"] * state["c"])


@at((V,))
def keys_made_in_a_loop(x):
    powers = {}
    for k in range(3):
        powers[k] = x**k * (k + 1.0)
    return np.sum(powers[0] * powers[1] * powers[2])


@at((V,))
def table_of_results_already_computed(x):
    known = {0: x[0], 1: x[1]}
    for k in range(2, 6):
        known[k] = known[k - 1] * x[2] + known[k - 2]
    return known[5] * known[3]


@at((V, W))
def state_carried_by_a_loop(x, w):
    state = {"position": x.copy(), "speed": w.copy()}
    for _ in range(3):
        state["speed"] = state["speed"] - 0.1 * np.sin(state["position"])
        state["position"] = state["position"] + 0.1 * state["speed"]
    return np.sum(state["position"] ** 2)


@at((V, W))
def state_changed_in_place_by_a_loop(x, w):
    state = {"position": x.copy(), "speed": w.copy()}
    for _ in range(3):
        state["speed"] -= 0.1 * np.sin(state["position"])
        state["position"] += 0.1 * state["speed"]
    return np.sum(state["position"] ** 2)


@at((V,))
def dict_of_lists(x):
    history = {"loss": [], "step": []}
    for k in range(4):
        history["loss"].append(x[k] * x[k])
        history["step"].append(k)
    return sum(history["loss"]) * history["loss"][2] + history["step"][-1]


@at((M,))
def nested_dicts(a):
    net = {"first": {"w": a[0] * a[1], "b": a[2, 0]}, "second": {"w": a[2]}}
    net["first"]["b"] = net["first"]["b"] * 2.0
    net["second"]["w"] = net["first"]["w"] + net["first"]["b"]
    return np.sum(net["first"]["w"] * net["second"]["w"])


@at(({"w": V, "b": 0.3}, W))
def dict_argument_is_changed(params, x):
    params["w"] = params["w"] * x
    params["b"] += params["w"][0]
    return np.sum(params["w"] * params["w"]) + params["b"]


@at(({"w": V, "v": W}, 0.1))
def momentum_step_on_a_dict_argument(params, rate):
    for _ in range(3):
        params["v"] *= 0.9
        params["v"] -= rate * np.cos(params["w"])
        params["w"] += params["v"]
    return np.sum(params["w"] ** 2)


@at((V,))
def entry_taken_before_it_is_replaced(x):
    state = {"a": x * 1.0, "b": x * x}
    old, other = state["a"], state["b"]
    state["a"] = x * 3.0
    other[0] = 5.0
    return np.sum(old * old) + np.sum(state["a"] * state["b"])


@at((V,))
def entry_replaced_on_one_path(x):
    state = {"a": x * 1.0}
    old = state["a"]
    if x[0] > 0:
        state["a"] = x * x
    taken = state["a"]
    state["a"] = x
    return np.sum(old * old) + np.sum(taken**3) + np.sum(state["a"] * taken)


@at((V, W))
def dicts_merged(x, w):
    first = {"a": x * x, "b": w}
    both = first | {"c": x * w, "b": x + w}
    both |= {"d": both["c"] * 2.0}
    both.update(first, e=w * w)
    return np.sum(both["a"] * both["b"] * both["c"] * both["d"] * both["e"])


@at(({"w": V, "rate": 0.5},))
def array_of_a_dict_argument_is_added_to(table):
    before = table["w"]
    table["w"] += 0.3
    table["w"][1] = table["rate"] * before[0]
    return np.sum(table["w"] * before)


@at(({"p": V, "q": 0.7}, W), ({"p": W, "q": -0.7}, V))
def copies_of_a_dict_argument(table, w):
    other, third = table.copy(), dict(table)
    other["q"] = table["q"] * 2.0
    third["p"] = other["p"] * w
    return np.sum(other["p"] * w) * third["q"] + other["q"] * np.sum(third["p"])
