"""Sweeps that carry many seeds: the same numbers as a sweep for each, for every seed rule and every
kind of statement, and the program that is really taken."""

from __future__ import annotations

import numpy as np
import pytest
from zoo.one_by_one import check_pullbacks, check_pushforwards

from adcompile import grad, hessian, jacobian, no_grad, together, vjp
from adcompile.testing.gradients import FIVE_POINT
from adcompile.together import Pullbacks, Pushforwards
from adcompile.transforms import carry_seeds
from adcompile.transforms.seed_rules import registry

X = np.array([0.5, -1.2, 0.8, 1.5])
Y = np.array([1.1, 0.3, -0.7, 0.2])
A = np.array([[0.4, -0.3, 0.9, 1.4], [1.2, 0.6, -0.5, 0.7], [-0.8, 1.1, 0.3, -0.2]])
SQUARE = np.array([[2.4, -0.3, 0.5], [0.7, 1.9, -0.4], [0.2, 0.6, 3.1]])
STACK = np.stack([SQUARE, SQUARE.T * 0.5])
CASES = []


def at(*args):
    """Try the decorated program at these arguments."""

    def add(function):
        CASES.append(pytest.param(function, args, id=function.__name__))
        return function

    return add


# ------------------------------------------------------------------------- functions of arrays


@at(A, X, 0.5)
def broadcasting(a, x, s):
    return a * x + s - x / (2.0 + s) + np.where(a > 0, x, s * a)


@at(A, X)
def sums(a, x):
    b = a * x
    parts = b.sum(axis=0), b.mean(axis=-1), np.sum(b, axis=(0, 1)), b.sum(axis=1, keepdims=True) * x, np.mean(b)
    return parts[0] * np.sum(parts[1]) + parts[2] + parts[3] * parts[4] + sum(b) + sum([x, b[0], 2 * x])


@at(A, X, SQUARE, Y[:3])
def products(a, x, s, y):
    return (a @ x) * (y @ a @ x) + s @ (a @ x) + (s @ a @ x) * np.dot(x, x) + np.dot(s, y) * x[0] + np.dot(2.0, y)


@at(STACK, A, X)
def stacks_of_matrices(t, a, x):
    b = t @ a
    c = np.tensordot(t, a, axes=1) + np.tensordot(t, a, ([2], [0]))
    return b * x + STACK @ a + np.einsum("tij,jk->tik", t, a) + c


@at(X, Y, A)
def outer_products(x, y, a):
    return np.outer(x, y) * np.outer(Y, x) + a.T @ a + np.einsum("ij,ij->j", a, np.sin(a))


@at(SQUARE, Y[:3], A)
def equations(s, y, a):
    return np.linalg.solve(s, y) * y + np.linalg.solve(s, a).sum(axis=1) + np.linalg.solve(SQUARE, y * y)


@at(A, STACK)
def shapes(a, t):
    b = a.reshape(2, 6).ravel() * np.reshape(a, (12,)) + a.T.flatten()
    c = np.transpose(t, (2, 0, 1)) + np.moveaxis(t, -1, 0) + np.swapaxes(t, 0, 2).swapaxes(1, 2)
    d = np.expand_dims(a, 1).squeeze(axis=1) + np.squeeze(a[:, None]) + np.ascontiguousarray(np.matrix_transpose(a)).T
    traces = np.trace(a[:, :3]) + np.trace(t, axis1=1, axis2=2)
    return b.reshape(a.shape) * d + np.sum(c), np.broadcast_to(a[0], (2, 4)), traces


@at(X, A)
def joined_and_moved(x, a):
    b = np.concatenate([x, 2 * x[:2], a[0]]), np.concatenate((a, a * a), axis=1), np.stack([x, a[1]], axis=-1)
    c = np.vstack([x, Y]), np.hstack([x[:3], x]), np.cumsum(a, axis=0) + np.cumsum(x), np.flip(x) * np.flip(a, axis=1)
    d = np.roll(x, 1) + np.roll(a, 1, axis=0), np.repeat(x, 2), np.pad(a, 1), np.pad(x, (1, 2)), np.diff(a, axis=0)
    return b, c, d, np.diagonal(a), np.tril(a), np.diff(x), np.repeat(a, 2, axis=1)


@at(X, 0.7)
def filled(x, s):
    b = np.full((2, 4), x) * np.full(4, s) + np.full_like(x, s * 2)
    c = np.zeros_like(x)
    c[1:3] = s
    return b + c, np.array([s, x[0], s * x[1]]), np.array([s * v for v in x]), np.asarray(s * x), np.copy(x) * 2


@at(X, A)
def subscripts(x, a):
    i = np.array([0, 2, 1, 1])
    picked = x[i] * a[0, i] + a[1][::-1] + a[:, None, 2][0] + a[-1, ...] + x[x > 0].sum()
    return picked, a[i[:3], :2], a[:, i], x[1:3], x[2], a[[0, 1], [2, 3]] * x[0]


@at(X, A, 0.4)
def stores(x, a, s):
    b = np.zeros((3, 4))
    b[0] = x
    b[1:, 1] = s
    b[:, -1] += a[:, 0]
    b[2] += s * x
    b[np.array([0, 0, 1]), 2] += 1.0
    b.T[3, :2] = x[:2] * s
    for i in range(1, 4):
        b[0, i] = b[0, i - 1] * b[0, i] + x[i]
        b[1, i] *= s
    return b * a


@at(X, 0.3)
def in_place(x, s):
    b = x.copy()
    b *= x
    b += s
    b[1:] -= b[:-1] * s
    t = s
    t *= 2.0
    t += float(x[0])
    return b * t


# ------------------------------------------------------------------------ statements, containers


@at(X, 0.9, 3)
def loops(x, s, n):
    total = 0.0
    state = np.zeros_like(x)
    for i in range(n):
        state = state * s + np.sin(x) * i
        total = total + state[i] * s
    while np.sum(state * state) > 0.5:
        state = state * 0.5
    for v, w in zip(x, state):
        total = total + v * w
        if v < 0:
            continue
        s = s * v
        if s > 100:
            break
    return state * total + s


@at(A, X)
def loops_over_rows(a, x):
    rows = []
    for row in a:
        x = np.tanh(x * row)
        rows.append(x * 2)
    total = x
    for row in rows:
        total = total + row * rows[0]
    return np.stack(rows), total


@at(X, 0.3)
def branches(x, s):
    if s > 0:
        y, t = x * s, 0.0
    else:
        y, t = np.zeros(4), s
    if np.sum(x) > 0:
        t = t + x[0]
    return np.abs(y) + t, np.maximum(y, 0.0), np.clip(x, -1.0, 1.0)


@at(X, 0.3, 1.5)
def containers(x, s, t):
    pair = x * s, t
    state = {"x": x, "t": (t, s)}
    state["x"] = state["x"] * pair[1]
    values = [s, t, s * t]
    values[1] = values[1] * x[0]
    a, b = pair
    first, *_ = x
    for k in range(2):
        values[k] = values[k] + a[k]
    return [a * b, state["x"] * state["t"][1]], {"sum": values[0] + values[1] * values[2], "first": first}


@at(X, 0.3)
def items_that_run_time_chooses(x, s):
    values = [x, x * s, s * np.sin(x)]
    total = np.zeros(4)
    for k in range(4):
        total = total + values[k % 3] * values[(k * k) % 3]
    return total


def smooth(x, k=0.5):
    y = x.copy()
    y[1:-1] = k * (x[:-2] + x[2:])
    return y, np.sum(y)


def power(x, n):
    return x if n <= 1 else x * power(x, n - 1)


@at(X, 0.5)
def calls(x, s):
    y, total = smooth(x * s)
    z, more = smooth(y * total, s)
    return z + more, smooth(Y * s * x[0], s)[0]


@at(X, 2.0)
def passive_parts(x, s):
    with no_grad():
        scale = np.max(np.abs(Y)) * 0.5
    y = np.sqrt(np.abs(x)) / scale
    return y * s, 3.0, np.arange(3)


@at(X.astype(np.float32), np.float32(0.5), 0.25)
def single_precision(x, s, t):
    y = x * s + t
    y[0] = t * 2
    return y * np.sum(y), s * t


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
    assert Pushforwards(a_list_for_an_array, 0).at((X, 0.7), {}).program.decisions.not_carried is not None


def test_every_seed_rule_is_tried(monkeypatch):
    tried = set()
    apply = carry_seeds.apply

    def noting(c, call, args):
        made = apply(c, call, args)
        tried.add(registry.seed_rule(call)[0])
        return made

    monkeypatch.setattr(carry_seeds, "apply", noting)
    for function, args in (*(case.values for case in CASES), *BY_SEEDS):
        Pullbacks(function, tuple(wrts(args)))(*args)
        for position in wrts(args):
            Pushforwards(function, position).at(args, {})
    rules = {rule for rule, _ in registry.SEED_RULES.values()}
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
        most = Pullbacks(pairs, 0)(x)[1].most, Pushforwards(pairs, 0).at((x,), {}).most
        assert all(m == 1 or m * size * size <= together.MOST for m in most)
    assert min(Pullbacks(pairs, 0)(X)[1].most, Pushforwards(pairs, 0).at((X,), {}).most) > 100


def test_a_list_of_tangents_that_grows_bounds_the_seeds():
    def steps(x):
        states = [x]
        for _ in range(3):
            states.append(np.sin(states[-1]))
        return states[-1] * states[1]

    assert Pushforwards(steps, 0).at((X,), {}).most == together.GROWING


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


def test_one_seed_and_the_pullback_agree():
    value, pulled = Pullbacks(stores, (0, 1, 2))(X, A, 0.4)
    _, pullback = vjp(stores, (0, 1, 2))(X, A, 0.4)
    ones = np.ones_like(value)
    for found, wanted in zip(pulled(ones[None]), pullback(ones), strict=True):
        assert found.shape == (1, *np.shape(wanted))
        np.testing.assert_allclose(found[0], wanted, rtol=1e-13)
