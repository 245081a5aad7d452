"""Kinks, ties, and the edges of domains: the table in docs/adding-a-rule.md."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adcompile import grad, jvp
from adcompile.rules.items import largest, smallest, sum_from
from adcompile.rules.registry import PUSHFORWARDS, rule_for


def at(f: Any, *args: Any, **options: Any) -> Any:
    """The gradients of sum(f) by a rule itself, which divides nothing by zero. A pushforward, if
    there is one, gives the same slopes."""
    rule = rule_for(f)
    assert rule is not None and rule.function is not None
    with np.errstate(all="raise"):
        r = f(*args, **options)
        bar = np.ones(np.shape(r))
        if rule.kind == "partials":
            parts = rule.function(r, *args, **options)
            return [p * bar for p in (parts if len(args) > 1 else (parts,))]
        made = rule.function(r, *args, bar, **options)
        cotangents = made if len(args) > 1 else [made]
        if f in PUSHFORWARDS:
            same_slopes(PUSHFORWARDS[f].function, r, args, options, cotangents)
    return cotangents


def same_slopes(tangent: Any, r: Any, args: Any, options: Any, cotangents: Any) -> None:
    """Check that the terms of a pushforward are the products with a pullback's cotangents."""
    rng = np.random.default_rng(2)
    dots = [a if g is None else rng.normal(size=np.shape(a)) for a, g in zip(args, cotangents, strict=True)]
    terms = tangent(r, *args, *dots, **options)
    for term, dot, g in zip(terms if len(args) > 1 else [terms], dots, cotangents, strict=True):
        if g is not None and np.shape(g) == np.shape(dot):
            assert np.isclose(np.sum(term).real, np.sum(g * dot).real, rtol=1e-12, atol=1e-12)


ZERO = np.array([0.0, 0.0])
TIES = np.array([[1.0, 3.0, 3.0], [-2.0, -2.0, -3.0]])


def test_ties_are_split() -> None:
    x = np.array([1.0, 2.0])
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert [g.tolist() for g in at(f, x, x)] == [[0.5, 0.5], [0.5, 0.5]]
    assert at(np.max, np.array([1.0, 3.0, 3.0]))[0].tolist() == [0, 0.5, 0.5]
    assert at(np.max, TIES, axis=1)[0].tolist() == [[0, 0.5, 0.5], [0.5, 0.5, 0]]
    assert at(np.ptp, np.array([3.0, 1.0, 1.0, 3.0]))[0].tolist() == [0.5, -0.5, -0.5, 0.5]
    assert at(np.ptp, TIES[1:], axis=1)[0].tolist() == [[0.5, 0.5, -1]]
    assert at(np.median, np.array([1.0, 2.0, 2.0, 2.0, 5.0, 7.0, 0.0]))[0].tolist() == [0, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0]
    assert at(np.median, np.array([1.0, 1.0, 2.0, 2.0]))[0].tolist() == [0.25, 0.25, 0.25, 0.25]


def test_ties_of_items_are_split() -> None:
    cases = (largest, [3.0, 1.0, 3.0], [0.5, 0, 0.5]), (smallest, [2.0, 1.0, 1.0, 1.0], [0, *[1 / 3] * 3])
    for form in (list, tuple, np.array):
        for of, items, slopes in (*cases, (largest, [1.0, 3.0], [0, 1])):
            taken = at(of, form(items), None)[0]
            assert type(taken) is type(form(items)) and list(taken) == slopes
            tangent = PUSHFORWARDS[of].function
            assert tangent is not None
            dots = [4.0, 2.0, 6.0, 4.0][: len(items)]
            term, _ = tangent(of(form(items), None), form(items), None, form(dots), None)
            assert term == np.dot(slopes, dots)
        taken = at(largest, form([3.0, 1.0, -3.0]), None, key=abs)[0]  # with a key the first is taken
        assert list(taken) == [1, 0, 0]


def test_items_that_are_put_in_order_or_joined() -> None:
    for form in (list, tuple):
        ordered = at(sorted, form([3.0, 1.0]))[0]
        assert type(ordered) is form and list(ordered) == [1, 1]
        bars, start = at(sum_from, form([[0.3], [1.2, 0.5]]), [1.5])
        assert type(bars) is form and [len(b) for b in bars] == [1, 2] and len(start) == 1


def test_a_cotangent_has_the_dtype_of_its_argument() -> None:
    """Whatever dtype the function is asked for."""
    for f in (np.sum, np.nansum, np.mean, np.nanmean, np.cumsum, np.concatenate, np.array):
        rule = rule_for(f)
        assert rule is not None and rule.function is not None
        for own, asked in (("float64", "float32"), ("float32", "float64"), ("float64", None)):
            x = np.array([1.0, 2.0], own)
            forms = [(x, x), [x, x], np.stack([x, x])] if f is np.concatenate else [list(x)] if f is np.array else [x]
            for given in forms:
                r = f(given, dtype=asked)
                made = rule.function(r, given, np.ones(np.shape(r), asked or own), dtype=asked)
                assert [part.dtype for part in made] == [np.dtype(own)] * len(given)


def test_a_list_of_no_rows() -> None:
    assert at(list, np.zeros((0, 3)))[0].shape == (0, 3)
    assert at(list, np.zeros(0))[0].shape == (0,)


def test_tables_at_their_knots_and_outside() -> None:
    x, knots, values = np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]), np.array([3.0, 5.0, 4.0])
    by_x, by_knots, by_values = at(np.interp, x, knots, values)
    assert by_x.tolist() == [0, 2, -1, -1, 0]
    assert by_knots.tolist() == [-2, 1, 1] and by_values.tolist() == [2, 1, 2]
    assert at(np.interp, x, knots, values, left=0.0, right=0.0)[2].tolist() == [1, 1, 1]
    twice = np.array([0.0, 0.0, 1.0, 1.0])  # of knots that stand twice the last is seen
    by_x, by_knots, by_values = at(np.interp, np.array([0.0, 1.0]), twice, np.array([7.0, 1.0, 2.0, 9.0]))
    assert by_x.tolist() == [1, 0] and by_values.tolist() == [0, 1, 0, 1]
    assert at(np.interp, np.array([0.5, 2.0]), np.array([0.5]), np.array([3.0]))[2].tolist() == [2]


def test_quantiles_of_ties_and_at_an_element() -> None:
    ties = np.array([1.0, 2.0, 2.0, 2.0, 5.0])
    assert at(np.quantile, ties, 0.5)[0].tolist() == [0, 0, 1, 0, 0]
    many = at(np.quantile, np.tile([0.0, 1.0], 20), 0.25)[0]
    assert np.flatnonzero(many).tolist() == [18, 20] and many[18] == 0.25
    by_numbers, by_share = at(np.quantile, np.array([1.0, 2.0, 4.0]), 0.5)
    assert by_numbers.tolist() == [0, 1, 0] and by_share == 4
    assert at(np.quantile, np.array([1.0, 2.0, 4.0]), 1.0)[1] == 4
    by_numbers, by_share = at(np.percentile, TIES, np.array([0.0, 50.0]), axis=1)
    assert by_numbers.tolist() == [[1, 1, 0], [1, 0, 1]] and by_share.tolist() == [0.06, 0]


def test_extremes_that_tie_with_a_bound() -> None:
    assert at(np.max, np.array([1.0, 3.0]), initial=3.0)[0].tolist() == [0, 0.5]
    assert at(np.min, np.array([1.0, 3.0]), initial=0.0)[0].tolist() == [0, 0]
    chosen = np.array([True, True, False])
    assert at(np.max, np.array([3.0, 1.0, 3.0]), initial=0.0, where=chosen)[0].tolist() == [1, 0, 0]
    assert at(np.max, TIES, axis=1, initial=-2.0)[0].tolist() == [[0, 0.5, 0.5], [1 / 3, 1 / 3, 0]]


def test_norms_at_ties_and_zeros() -> None:
    def slope(x: Any, order: Any) -> Any:
        return at(np.linalg.norm, np.array(x), ord=order)[0].tolist()

    assert slope([3.0, -3.0, 0.0], np.inf) == [0.5, -0.5, 0]
    assert slope([3.0, 1.0, -1.0], -np.inf) == [0, 0.5, -0.5]
    assert slope([0.0, 3.0, -4.0], 1) == [0, 1, -1]
    assert slope([0.0, 2.0, 0.0], 3) == [0, 1, 0]
    assert slope([0.0, 2.0], np.inf) == [0, 1]
    for order in (None, 1, 2, 3, 2.5, np.inf, -np.inf):
        assert slope([0.0, 0.0], order) == [0, 0]
    assert [np.array(g).tolist() for g in at(math.dist, [1.0, 2.0], [1.0, 2.0])] == [[0, 0], [0, 0]]


def test_equal_singular_values_share() -> None:
    tied = np.diag([1.0, 4.0, 4.0])
    assert np.array_equal(at(np.linalg.norm, tied, ord=2)[0], np.diag([0, 0.5, 0.5]))
    assert np.array_equal(at(np.linalg.norm, tied, ord=-2)[0], np.diag([1.0, 0, 0]))


def test_slopes_at_zero() -> None:
    assert at(np.absolute, np.array([0.0, -1.0]))[0].tolist() == [0, -1]
    assert at(np.std, ZERO)[0].tolist() == [0, 0]
    for g in at(np.power, ZERO, np.array([0.0, 2.0])):
        assert g.tolist() == [0, 0]
    for g in at(np.hypot, ZERO, ZERO):
        assert g.tolist() == [0, 0]
    assert at(np.sinc, ZERO)[0].tolist() == [0, 0]
    for f in (np.logaddexp, np.logaddexp2):
        for g in at(f, np.array([-np.inf]), np.array([-np.inf])):
            assert g.tolist() == [0]


def test_slopes_at_a_complex_zero() -> None:
    z = np.array([0j, 3 + 4j])
    np.testing.assert_allclose(at(np.absolute, z)[0], [0, (3 - 4j) / 5], rtol=1e-15)
    assert at(np.angle, z[:1])[0].tolist() == [-1j]
    for order in (None, 2, 3):
        assert at(np.linalg.norm, z * [1, 0], ord=order)[0].tolist() == [0, 0]
        assert np.isclose(at(np.linalg.norm, z, ord=order)[0], [0, (3 - 4j) / 5]).all()


def test_equal_elements_are_sorted_in_order() -> None:
    x = np.array([0.0, 1.0] * 200)
    expected = [i // 2 if i % 2 == 0 else 200 + i // 2 for i in range(400)]
    for axis in (-1, None):
        r, rule = np.sort(x, axis), rule_for(np.sort)
        assert rule is not None and rule.function is not None
        assert rule.function(r, x, np.arange(400.0), axis=axis).tolist() == expected
        tangent = PUSHFORWARDS[np.sort].function
        assert tangent is not None
        assert tangent(r, x, np.arange(400.0), axis=axis).tolist() == [*range(0, 400, 2), *range(1, 400, 2)]


def test_what_nan_to_num_replaces_has_no_slope() -> None:
    assert at(np.nan_to_num, np.array([0.5, np.nan, np.inf, -np.inf]))[0].tolist() == [1, 0, 0, 0]


def test_fmax_prefers_numbers() -> None:
    x, y = np.array([1.0, np.nan]), np.array([np.nan, 2.0])
    assert [g.tolist() for g in at(np.fmax, x, y)] == [[1, 0], [0, 1]]


def untaken_root(x: Any) -> Any:
    return np.sum(np.where(x > 0, np.sqrt(x), 0))


def untaken_quotient(x: Any) -> Any:
    return np.sum(np.where(x == 0, 5 * x, np.sin(x) / x))


def untaken_chain(x: Any) -> Any:
    u = x * x
    v = 1 / x
    return np.sum(np.where(x != 0, v + np.sin(v) + np.log(u), 5 * x))


def untaken_in_two_choices(x: Any) -> Any:
    return np.sum(np.where(x <= 0, 0.0, np.where(x > 1, np.log(x - 1), x**0.5)))


def untaken_branch(x: Any) -> Any:
    total = 0.0
    for v in x:
        total += np.sqrt(v) if v > 0 else 3 * v
    return total


@pytest.mark.parametrize(
    "f, slopes",
    [
        (untaken_root, [0, 0.25, 0]),
        (untaken_quotient, [5, np.cos(4.0) / 4 - np.sin(4.0) / 16, -np.cos(1.0) + np.sin(1.0)]),
        (untaken_chain, [5, -1 / 16 * (1 + np.cos(0.25)) + 0.5, -(1 + np.cos(1.0)) - 2]),
        (untaken_in_two_choices, [0, 1 / 3, 0]),
        (untaken_branch, [3, 0.25, 3]),
    ],
)
def test_what_is_not_taken_gives_no_nan(f: Any, slopes: Any) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(grad(f)(np.array([0.0, 4.0, -1.0])), slopes, rtol=1e-14)


def untaken_and_transposed(x: Any) -> Any:
    return np.sum(np.where(np.stack([x, x]) > 0, np.stack([np.log(x), x**0.5]), 0))


def untaken_with_a_number_of_its_own(x: Any) -> Any:
    return np.sum(np.where(x > 5, np.sqrt(x[0]) * x, x * x))


def untaken_square_of_a_logarithm(x: Any) -> Any:
    return np.sum(np.where(x > 0, np.log(x) ** 2 * x, 0.0))


UNTAKEN = [
    *(untaken_root, untaken_quotient, untaken_chain, untaken_in_two_choices, untaken_branch),
    *(untaken_and_transposed, untaken_with_a_number_of_its_own, untaken_square_of_a_logarithm),
]

# Where more than elementwise functions stand between the choice and the infinite slope, the first order is safe.
ONCE = [untaken_and_transposed, untaken_with_a_number_of_its_own]


@pytest.mark.parametrize("f", UNTAKEN)
def test_what_is_not_taken_gives_no_nan_in_forward_mode(f: Any) -> None:
    x = np.array([0.0, 4.0, -1.0])
    with np.errstate(all="ignore"):
        slopes = grad(f)(x)
        assert np.isfinite(slopes).all()
        np.testing.assert_allclose([jvp(f)(x, e)[1] for e in np.eye(3)], slopes, rtol=1e-14)


@pytest.mark.parametrize("f", [one for one in UNTAKEN if one not in ONCE])
def test_what_is_not_taken_gives_no_nan_at_the_second_order(f: Any) -> None:
    x = np.array([0.0, 4.0, -1.0])
    gradient, pushed = grad(f), jvp(f)
    with np.errstate(all="ignore"):
        columns = np.array([jvp(gradient)(x, e)[1] for e in np.eye(3)])
        assert np.isfinite(columns).all()
        for e, column in zip(np.eye(3), columns, strict=True):
            for again in (grad(lambda x, e=e: np.sum(gradient(x) * e)), grad(lambda x, e=e: pushed(x, e)[1])):
                np.testing.assert_allclose(again(x), column, rtol=1e-13, atol=1e-14)


def test_where_passes_nothing_to_what_is_not_taken() -> None:
    x = np.array([0.0, 4.0])
    _, first, second = at(np.where, x > 0, np.array([np.nan, 1.0]), x)
    assert (first.tolist(), second.tolist()) == ([0, 1], [1, 0])


def test_clip_shares_the_cotangent_out() -> None:
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    a, low, high = at(np.clip, x, 0.0, 1.0)
    assert a.tolist() == [0, 1, 1, 1, 0]
    assert (low, high) == (1, 1)
    assert [g if g is None else g.tolist() for g in at(np.clip, x, None, np.ones(5))] == [
        [1, 1, 1, 1, 0],
        None,
        [0, 0, 0, 0, 1],
    ]
    a, low, high = at(np.clip, x, np.ones(5), np.ones(5))
    assert (a + low + high).tolist() == [1, 1, 1, 1, 1]
    assert [g.tolist() for g in at(np.clip, x, np.full(5, 1.5), np.full(5, 1.0))][2] == [1, 1, 1, 0, 1]


def test_sinc_near_zero_is_accurate() -> None:
    for x in (1e-12, 1e-8, 1e-5, 2e-4, 3e-4, 1e-3):
        t = math.pi * x
        exact = -math.pi * t / 3 * (1 - t**2 / 10 + t**4 / 280)
        assert math.isclose(at(np.sinc, x)[0], exact, rel_tol=1e-9)
