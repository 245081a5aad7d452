"""Sweeps that carry many seeds: the same numbers as a sweep for each, for every seed rule and every
kind of statement, and the program that is really taken."""

from __future__ import annotations

import numpy as np
import pytest
from programs.seeded import CASES, A, X, Y, joined_and_moved, power, stores
from zoo.chosen import swapped_and_chosen
from zoo.one_by_one import check_pullbacks, check_pushforwards

from adcompile import grad, hessian, jacobian, together, vjp
from adcompile.testing.gradients import FIVE_POINT
from adcompile.together import Pullbacks, Pushforwards
from adcompile.transforms import carry_seeds
from adcompile.transforms.seed_rules import registry


def wrts(args):
    return [i for i, a in enumerate(args) if not isinstance(a, int)]


def rtol(args):
    first = args[0][0] if isinstance(args[0], list) else args[0]
    return 1e-6 if first.dtype == np.float32 else 1e-13


@pytest.mark.parametrize("function, args", CASES)
def test_cotangents(function, args):
    program = check_pullbacks(function, args, tuple(wrts(args)), rtol(args))
    assert program.carried is not None, program.decisions.not_carried
    assert f"def {function.__name__}_pullbacks(" in program.text


@pytest.mark.parametrize("function, args", CASES)
def test_tangents(function, args):
    for position in wrts(args):
        program = check_pushforwards(function, args, position, rtol(args))
        assert program.carried is not None, program.decisions.not_carried
        assert f"def {function.__name__}_pushforwards(" in program.text


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return np.concatenate([numbers(v) for v in value])
    return np.ravel(np.asarray(value, float))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("function, args", [c for c in CASES if c.id != "single_precision"])
def test_against_differences(function, args, mode):
    for position in wrts(args):
        made = numbers(jacobian(function, position, mode)(*args))
        x = np.asarray(args[position])
        columns = []
        for i in range(x.size):
            unit = np.zeros(x.size)
            unit[i] = 1e-3
            step = unit.reshape(x.shape)
            moved = [(*args[:position], args[position] + k * step, *args[position + 1 :]) for k, _ in FIVE_POINT]
            values = [numbers(function(*m)) for m in moved]
            columns.append(sum(w * v for (_, w), v in zip(FIVE_POINT, values, strict=True)) / 1e-3)
        np.testing.assert_allclose(np.sort(made), np.sort(np.ravel(columns)), rtol=1e-7, atol=1e-8)


# Programs of which a call has no seed rule, or a rank is not known: that call is made seed by seed.


def along_an_axis(x, a):
    order = np.argsort(a, axis=1)
    return np.take_along_axis(a, order, axis=1) * np.take(x, [0, 2, 1, 1]) * np.prod(x)


def changes_its_rank(x, s):
    total = 0.0
    for v in x:
        total = total + v * s * x
    return total * x


def from_a_list(x, s):
    values = [v * s for v in x if v > 0]
    values.append(s)
    return np.array(values) * sum(values)


def changes_an_array_in_a_list(x, s):
    rows = [x * 1.0]
    for k in range(3):
        rows.append(rows[0] * s)
        rows[0][0] = rows[k][1] * x[k]
    return np.sum(rows[0] * rows[-1]) * rows[1]


def of_unknown_dtype(x, s):
    y = x.astype(np.float32) if s > 1 else x * s
    z = y * y
    rows = [s, x]
    for row in rows:
        z = z + row * row + row * np.sin(row) * y
    return z


def items_of_two_kinds(x, s):
    rows = [s, x]
    total = x
    for k in range(4):
        total = total * rows[k % 2] + rows[(k * k) % 2]
    return total


def of_a_list(values, s):
    total = 0.0
    for value in values:
        total = total + np.sum(value) * s
    return total * values[0]


BY_SEEDS = [(along_an_axis, (X, A)), (changes_its_rank, (X, 0.7)), (from_a_list, (X, 0.7))]
BY_SEEDS += [(changes_an_array_in_a_list, (X, 0.7)), (of_unknown_dtype, (X, 0.7))]
BY_SEEDS += [(items_of_two_kinds, (X, 0.7)), (of_a_list, ([X.astype(np.float32), Y.astype(np.float32)], 1.5))]


@pytest.mark.parametrize("function, args", BY_SEEDS)
def test_what_no_rule_knows_is_done_seed_by_seed(function, args):
    exact = rtol(args)
    assert check_pullbacks(function, args, (0, 1), exact).carried is not None
    for position in (0, 1):
        assert check_pushforwards(function, args, position, exact).carried is not None


# Programs whose sweeps cannot carry seeds: each takes a sweep of its own.


def recursive(x, s, n=3):
    return power(x, n) * s


def a_dict_that_grows(x, s):
    grown = {}
    for i in range(3):
        grown[i] = x[i] * s
        grown[i] += s
    return grown[0] * x + grown[2]


def a_list_for_an_array(x, s):
    return np.concatenate([[np.sum(x) * s], x[1:], [1.0]]) * s


@pytest.mark.parametrize(
    "function, why",
    [(recursive, "a function that calls itself"), (a_dict_that_grows, "a store into what is not known")],
)
def test_a_sweep_for_each_seed(function, why):
    program = check_pullbacks(function, (X, 0.7), (0, 1))
    assert program.carried is None and program.decisions.not_carried == why
    assert check_pushforwards(function, (X, 0.7), 0).carried is None
    made = [jacobian(function, "x", mode)(X, 0.7) for mode in ("forward", "reverse")]
    np.testing.assert_allclose(*made, rtol=1e-13, atol=1e-14)


def test_lists_that_stand_for_arrays():
    made = [jacobian(a_list_for_an_array, "x", mode)(X, 0.7) for mode in ("forward", "reverse")]
    np.testing.assert_allclose(*made, rtol=1e-13, atol=1e-14)
    assert Pushforwards(a_list_for_an_array, 0)(X, 0.7).program.decisions.not_carried is not None


def test_every_seed_rule_is_tried(monkeypatch):
    tried = set()
    apply = carry_seeds.apply

    def noting(c, call, args):
        made = apply(c, call, args)
        tried.add(registry.seed_rule(call).function)
        return made

    monkeypatch.setattr(carry_seeds, "apply", noting)
    for function, args in (*(case.values for case in CASES), *BY_SEEDS):
        Pullbacks(function, tuple(wrts(args)))(*args)
        for position in wrts(args):
            Pushforwards(function, position)(*args)
    rules = {rule.function for rule in registry.SEED_RULES.values()}
    assert not {rule.__name__ for rule in rules - tried}


# ------------------------------------------------------------------------------- how many at once


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_unit_vectors_in_parts(monkeypatch, mode, most):
    whole = jacobian(joined_and_moved, ("x", "a"), mode)(X, A)
    monkeypatch.setattr(together, "FAST", 1)
    monkeypatch.setattr(together, "MOST", 10**6)
    monkeypatch.setattr(together, "ENOUGH", most)
    found = jacobian(joined_and_moved, ("x", "a"), mode)(X, A)
    np.testing.assert_array_equal(numbers(found), numbers(whole))


def test_the_largest_array_of_a_sweep_is_bounded():
    def pairs(x):
        return np.sum(np.sin(np.outer(x, x)), axis=1)

    for size in (3, 50, 400, 3000):
        x = np.ones(size)
        most = Pullbacks(pairs, 0)(x)[1].most, Pushforwards(pairs, 0)(x).most
        assert all(m == 1 or m * size * size <= together.MOST for m in most)
    assert min(Pullbacks(pairs, 0)(X)[1].most, Pushforwards(pairs, 0)(X).most) > 100


def test_a_list_of_tangents_that_grows_bounds_the_seeds():
    def steps(x):
        states = [x]
        for _ in range(3):
            states.append(np.sin(states[-1]))
        return states[-1] * states[1]

    assert Pushforwards(steps, 0)(X).most == together.GROWING


def test_hessians():
    def loss(x, s):
        y = x.copy()
        for i in range(1, 4):
            y[i] = np.sin(y[i - 1] * s) * x[i]
        return np.sum(y * y) + np.linalg.norm(x) * s

    made = hessian(loss, ("x", "s"))
    blocks = made(X, 0.7)
    assert "def loss_grad_pushforwards(" in made.source
    by_rows = hessian(loss, ("x", "s"), mode="reverse")(X, 0.7)
    np.testing.assert_allclose(numbers(blocks), numbers(by_rows), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(blocks[0][0], blocks[0][0].T, atol=1e-13)
    np.testing.assert_allclose(blocks[0][1], blocks[1][0], atol=1e-13)
    check_pushforwards(grad(loss), (X, 0.7), 0)


def test_a_hessian_of_arrays_that_some_path_leaves_undefined():
    for n in (0, 1, 4):
        by_columns, by_rows = (hessian(swapped_and_chosen, mode=mode) for mode in ("forward", "reverse"))
        np.testing.assert_allclose(by_columns(X, n), by_rows(X, n), rtol=1e-12, atol=1e-12)
    assert "def swapped_and_chosen_grad_pushforwards(" in by_columns.source


def divided_on_a_path(s, x):
    x = x.copy()
    if s < 1.3 and np.sum(x) > 0.3:
        return 0.2
    if s < 2.0:
        x[1] *= np.cos(x[0])
        s /= 1.0 + ((x - s).sum() * 0.5) ** 2
    else:
        for k in range(3, 0, -1):
            x[k] = x[k - 1]
    return s + np.mean(x)


@pytest.mark.parametrize("s", [1.0, 1.5, 2.5])
def test_an_array_that_only_a_path_makes(s):
    """Where it is not made its record is None, and its cotangent nothing that is read."""
    for position in (0, 1):
        made = check_pullbacks(grad(divided_on_a_path, position), (s, X), (position,), 1e-12)
        assert made.carried is not None


def descended(x):
    for _ in range(2):
        x = x - 0.1 * hessian(lambda y: np.sum(y**4) + y[0] * y[1])(x) @ x
    return np.sum(x**2)


def test_the_record_of_a_shape_has_no_cotangent():
    """A part of a tuple that carries no derivative is None among the cotangents, for every seed too."""
    found = hessian(descended, mode="reverse")(X)
    np.testing.assert_allclose(found, hessian(descended, mode="forward")(X), rtol=1e-12)
    made = check_pullbacks(grad(descended), (X,), (0,), 1e-12)
    assert made.carried is not None


def test_one_seed_and_the_pullback_agree():
    value, pulled = Pullbacks(stores, (0, 1, 2))(X, A, 0.4)
    _, pullback = vjp(stores, (0, 1, 2))(X, A, 0.4)
    ones = np.ones_like(value)
    for found, wanted in zip(pulled(ones[None]), pullback(ones), strict=True):
        assert found.shape == (1, *np.shape(wanted))
        np.testing.assert_allclose(found[0], wanted, rtol=1e-13)


def weighed(weights):
    def part(x):
        return weights * np.sin(x) * x

    return part


first_part, second_part = weighed(np.array([1.0, 2.0, 3.0])), weighed(np.array([4.0, 5.0, 6.0]))


def test_what_each_function_reads_from_outside_is_its_own():
    """Two functions of one program that read another value by one name, and a caller that reads none."""

    def both(x):
        return first_part(x) + second_part(x[::-1])

    x = np.array([0.3, 0.5, 0.7])
    slopes = np.sin(x) + x * np.cos(x)
    expected = np.diag([1.0, 2.0, 3.0] * slopes) + np.diag([4.0, 5.0, 6.0] * slopes[::-1])[:, ::-1]
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(jacobian(both, mode=mode)(x), expected, rtol=1e-14)
    bends = np.array([7.0, 7.0, 7.0]) * (2 * np.cos(x) - x * np.sin(x))
    np.testing.assert_allclose(hessian(lambda x: np.sum(both(x)))(x), np.diag(bends), rtol=1e-13)
