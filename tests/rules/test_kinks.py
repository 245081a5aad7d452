"""Kinks, ties, and the edges of domains: the table in docs/adding-a-rule.md."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adcompile.rules.registry import rule_for


def at(f: Any, *args: Any) -> Any:
    """The gradients of sum(f) by a rule itself."""
    rule = rule_for(f)
    assert rule is not None and rule.function is not None
    with np.errstate(all="raise"):
        r = f(*args)
    bar = np.ones(np.shape(r))
    if rule.kind == "partials":
        parts = rule.function(r, *args)
        return [p * bar for p in (parts if len(args) > 1 else (parts,))]
    made = rule.function(r, *args, bar)
    return made if len(args) > 1 else [made]


def test_ties_are_split() -> None:
    x = np.array([1.0, 2.0])
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert [g.tolist() for g in at(f, x, x)] == [[0.5, 0.5], [0.5, 0.5]]
    assert at(np.max, np.array([1.0, 3.0, 3.0]))[0].tolist() == [0, 0.5, 0.5]
    assert at(np.absolute, np.array([0.0, -1.0]))[0].tolist() == [0, -1]


def test_no_nan_at_zero() -> None:
    zero = np.array([0.0, 0.0])
    assert at(np.linalg.norm, zero)[0].tolist() == [0, 0]
    assert at(np.std, zero)[0].tolist() == [0, 0]
    assert at(np.power, zero, np.array([0.0, 2.0]))[0].tolist() == [0, 0]
    assert at(np.power, zero, np.array([0.0, 2.0]))[1].tolist() == [0, 0]
    assert at(np.hypot, zero, zero)[0].tolist() == [0, 0]
    assert at(np.sinc, zero)[0].tolist() == [0, 0]
    assert at(np.logaddexp, np.array([-np.inf]), np.array([-np.inf]))[0].tolist() == [0]


def test_fmax_prefers_numbers() -> None:
    x, y = np.array([1.0, np.nan]), np.array([np.nan, 2.0])
    assert [g.tolist() for g in at(np.fmax, x, y)] == [[1, 0], [0, 1]]


def test_clip_shares_the_cotangent_out() -> None:
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    a, low, high = at(np.clip, x, 0.0, 1.0)
    assert a.tolist() == [0, 1, 1, 1, 0]
    assert (low, high) == (1, 1)
    a, low, high = at(np.clip, x, 1.0, 1.0)
    assert a.sum() + low + high >= 5


def test_sinc_near_zero_is_accurate() -> None:
    for x in (1e-12, 1e-8, 1e-5, 3e-4, 1e-3):
        assert math.isclose(at(np.sinc, x)[0], -(math.pi**2) * x / 3 * (1 - math.pi**2 * x**2 / 10), rel_tol=1e-6)
