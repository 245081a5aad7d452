"""Sweeps of many seeds against a sweep for each: the same numbers, to rounding."""

from __future__ import annotations

import copy

import numpy as np

from adcompile import jvp, vjp
from adcompile.together import Pullbacks, Pushforwards

SEEDS = 3


def seeds_like(value, rng):
    """Random seeds of the structure of a value."""
    if isinstance(value, dict):
        return {key: seeds_like(item, rng) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return (list if isinstance(value, list) else tuple)(seeds_like(item, rng) for item in value)
    if value is None or isinstance(value, str):
        return None
    made = rng.normal(size=(SEEDS, *np.shape(value)))
    dtype = np.asarray(value).dtype
    return made.astype(dtype) if dtype.kind == "f" else made


def one(seeds, k):
    """One of the seeds."""
    if isinstance(seeds, dict):
        return {key: one(item, k) for key, item in seeds.items()}
    if isinstance(seeds, (list, tuple)):
        return (list if isinstance(seeds, list) else tuple)(one(item, k) for item in seeds)
    return None if seeds is None else seeds[k].copy() if seeds.ndim > 1 else float(seeds[k])


def check_same(found, wanted, rtol):
    """Each of `wanted`, the results of the sweeps one by one, is in `found`."""
    first = wanted[0]
    if isinstance(first, dict):
        assert list(found) == list(first)
        for key in first:
            check_same(found[key], [w[key] for w in wanted], rtol)
    elif isinstance(first, (list, tuple)):
        assert len(found) == len(first)
        for i, item in enumerate(found):
            check_same(item, [w[i] for w in wanted], rtol)
    elif found is None or first is None:
        assert not np.any([w for w in (found, *wanted) if w is not None])
    else:
        right = np.stack([np.asarray(w) for w in wanted])
        assert found.shape == right.shape
        scale = np.max(np.abs(right), initial=1.0)
        np.testing.assert_allclose(found, right, rtol=rtol, atol=rtol * scale)


def check_pullbacks(function, args, wrt, rtol=1e-13, call=lambda run, args: run(*args)):
    """Pull many cotangents back, and one after the other; gives the program that pulled many."""
    value, pulled = call(Pullbacks(function, wrt), copy.deepcopy(args))
    seeds = seeds_like(value, np.random.default_rng(1))
    given = copy.deepcopy(seeds)
    found = pulled(given), pulled(given)
    np.testing.assert_equal(given, seeds)  # they are the caller's
    _, pullback = call(vjp(function, wrt), copy.deepcopy(args))
    wanted = [pullback(one(seeds, k)) for k in range(SEEDS)]
    for again in found:
        check_same(again, [w if isinstance(w, tuple) and len(w) == len(wrt) else (w,) for w in wanted], rtol)
    return pulled.program


def check_pushforwards(function, args, position, rtol=1e-13, call=lambda run, args: run(*args)):
    """Push many tangents forward, and one after the other; gives the program that pushed many."""
    transformed = Pushforwards(function, position)
    program = call(lambda *a: transformed(*a).program, copy.deepcopy(args))
    if program.carried is None and not program.repeatable:
        return program  # it is not to be run for each seed
    seeds = seeds_like(args[position], np.random.default_rng(2))
    given = copy.deepcopy(seeds)
    value, found = call(lambda *a: transformed(*a)(given), copy.deepcopy(args))
    np.testing.assert_equal(given, seeds)
    pairs = [call(jvp(function, position), (*copy.deepcopy(args), one(seeds, k))) for k in range(SEEDS)]
    np.testing.assert_equal(value, pairs[0][0])
    check_same(found, [tangent for _, tangent in pairs], rtol)
    return program
