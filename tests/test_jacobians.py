"""`jacobian`, `hessian`, `hvp`: shapes, modes, and functions that must not run more than once."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import Refused, UsageError, check_grads, grad, hessian, hvp, jacobian, jvp, pullback, vjp

X = np.array([0.5, -1.2, 0.8])
W = np.array([[0.4, -0.3, 0.9], [1.2, 0.6, -0.5]])
MODES = ["auto", "forward", "reverse"]
LOG: list[float] = []


def layer(W, x, k=2.0):
    return k * np.tanh(W @ x)


def by_hand(W, x, k=2.0):
    return (k * (1 - np.tanh(W @ x) ** 2))[:, None] * W


@pytest.mark.parametrize("mode", MODES)
def test_by_one_argument(mode):
    np.testing.assert_allclose(jacobian(layer, "x", mode=mode)(W, X), by_hand(W, X), rtol=1e-14)
    np.testing.assert_allclose(jacobian(layer, 1, mode)(W, X, k=3.0), by_hand(W, X, 3.0), rtol=1e-14)
    by_weights = jacobian(layer, mode=mode)(W, X)
    slopes = 2 * (1 - np.tanh(W @ X) ** 2)
    np.testing.assert_allclose(by_weights, np.einsum("i,ij,k->ijk", slopes, np.eye(2), X), rtol=1e-14)


@pytest.mark.parametrize("mode", MODES)
def test_by_several_arguments(mode):
    blocks = jacobian(layer, ("W", "x", "k"), mode)(W, X, 3.0)
    assert [b.shape for b in blocks] == [(2, 2, 3), (2, 3), (2,)]
    for i, block in enumerate(blocks):
        np.testing.assert_allclose(block, jacobian(layer, i, mode)(W, X, 3.0), rtol=1e-14)
    (alone,) = jacobian(layer, ("x",), mode)(W, X)
    np.testing.assert_allclose(alone, by_hand(W, X), rtol=1e-14)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "f, x, shape",
    [
        (lambda x: x * x, X, (3, 3)),
        (lambda x: np.sum(x * x), X, (3,)),
        (lambda x: x * X, 2.0, (3,)),
        (lambda x: x * x, 3.0, ()),
        (lambda x: np.outer(x, x), X, (3, 3, 3)),
        (lambda x: x.T @ x, W, (3, 3, 2, 3)),
        (lambda x: x * 2, np.zeros(0), (0, 0)),
        (lambda x: x[:0] * 2, X, (0, 3)),
        (lambda x: np.sum(x), np.zeros((0, 2)), (0, 2)),
    ],
)
def test_shapes_are_those_of_the_result_and_then_of_the_argument(mode, f, x, shape):
    found = jacobian(f, mode=mode)(x)
    assert np.shape(found) == shape
    assert np.asarray(found).dtype == np.float64


@pytest.mark.parametrize("mode", MODES)
def test_results_in_containers(mode):
    found = jacobian(lambda x: {"a": [x * 2, np.sum(x)], "b": (3, x[0])}, mode=mode)(X)
    np.testing.assert_array_equal(found["a"][0], 2 * np.eye(3))
    np.testing.assert_array_equal(found["a"][1], np.ones(3))
    np.testing.assert_array_equal(found["b"][0], np.zeros(3))
    np.testing.assert_array_equal(found["b"][1], [1, 0, 0])


@pytest.mark.parametrize("mode", MODES)
def test_single_precision(mode):
    assert jacobian(lambda x: x * x, mode=mode)(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.T, lambda x: x + W, lambda x: np.broadcast_to(x, (2, 2, 3))])
def test_what_it_returns_is_memory_of_its_own(f, mode):
    x = W.copy()
    made = jacobian(f, mode=mode)
    first = made(x)
    kept = first.copy()
    assert first.flags.writeable
    assert first.flags.c_contiguous
    assert not any(np.shares_memory(first, other) for other in (x, W, made(x)))
    first[...] = 7.0
    np.testing.assert_array_equal(made(x), kept)
    np.testing.assert_array_equal(x, W)


def test_the_mode_that_takes_fewer_sweeps():
    tall, wide = jacobian(lambda x: np.outer(x, x)), jacobian(lambda x: x[:1] * np.sum(x))
    tall(X), wide(X)
    assert "_pushforwards(" in tall.source
    assert "_pullbacks(" in wide.source


def test_wrong_usage():
    with pytest.raises(UsageError, match="mode='fast': there are 'auto', 'forward', 'reverse'"):
        jacobian(layer, mode="fast")
    with pytest.raises(UsageError, match="an argument is of type list; a Jacobian is of numbers and arrays"):
        jacobian(lambda x: x[0] * 2)([1.0, 2.0])
    with pytest.raises(UsageError, match="a result is of type str"):
        jacobian(lambda x: "text")(X)
    with pytest.raises(UsageError, match="array of int64"):
        jacobian(lambda x: x * 2)(np.arange(3))


# ------------------------------------------------- functions that do more than compute a result


def test_a_function_that_draws_numbers_runs_once():
    rng = np.random.default_rng(0)

    def dropped(x):
        return x * (rng.random(3) > 0.5) + x * rng.random(3)

    def tall(x):
        return np.outer(x, dropped(x))

    found = jacobian(dropped)(X)
    assert np.count_nonzero(found) == 3 and np.count_nonzero(np.diag(found)) == 3
    with pytest.raises(UsageError, match="mode='reverse', which runs it once"):
        jacobian(dropped, mode="forward")(X)
    assert jacobian(tall)(X).shape == (3, 3, 3)


def test_a_function_that_logs_runs_once():
    def logged(x):
        LOG.append(x[0])
        return np.outer(x, x)

    LOG.clear()
    assert jacobian(logged)(X).shape == (3, 3, 3)
    assert [X[0]] == LOG


def test_a_function_that_changes_its_argument_changes_it_once():
    def scaled(x, y):
        y *= 2.0
        return np.outer(x, y)

    y = np.ones(2)
    found = jacobian(scaled)(X, y)
    np.testing.assert_array_equal(y, [2.0, 2.0])
    np.testing.assert_array_equal(found, jacobian(lambda x: np.outer(x, y))(X))
    with pytest.raises(UsageError, match="mode='reverse', which runs it once"):
        jacobian(scaled, mode="forward")(X, y)


def test_the_hessian_of_a_function_that_draws_numbers():
    rng = np.random.default_rng(0)

    def noisy(x):
        return np.sum(rng.random(3) * x**2)

    found = hessian(noisy)(X)
    assert np.count_nonzero(found) == 3
    np.testing.assert_array_equal(found, 2 * np.diag(np.random.default_rng(0).random(3)))


# ------------------------------------------------------------- functions that forward mode refuses


def largest(x):
    return np.log(np.sum(np.exp(x)))


@pullback(largest)
def largest_pullback(r, x, r_bar):
    return r_bar * np.exp(x - r)


def tall(x):
    return largest(x) * np.concatenate([x, x * x])


def squared(x):
    return largest(x) ** 2


def slopes(x):
    p = np.exp(x - largest(x))
    return np.outer(np.concatenate([x, x * x]), p) + largest(x) * np.concatenate([np.eye(3), np.diag(2 * x)])


def curvature(x):
    p = np.exp(x - largest(x))
    return 2 * np.outer(p, p) + 2 * largest(x) * (np.diag(p) - np.outer(p, p))


@pytest.mark.parametrize("sparsity", [None, "auto"])
def test_auto_is_reverse_where_forward_mode_refuses(sparsity):
    def dense(made):
        return made if sparsity is None else made.toarray()

    for _ in range(2):
        np.testing.assert_allclose(dense(jacobian(tall, sparsity=sparsity)(X)), slopes(X), rtol=1e-13)
        np.testing.assert_allclose(dense(hessian(squared, sparsity=sparsity)(X)), curvature(X), rtol=1e-12)
    for refused in (jacobian(tall, mode="forward", sparsity=sparsity), hessian(squared, mode="forward")):
        with pytest.raises(Refused, match="has a pullback and no pushforward"):
            refused(X)


def test_auto_is_reverse_within_a_function_where_forward_mode_refuses():
    def penalty(x):
        return np.sum(jacobian(tall)(x) ** 2) + np.trace(hessian(squared)(x))

    check_grads(penalty, (X,))
    found = hessian(penalty)(X)
    np.testing.assert_allclose(found, found.T, rtol=1e-12)


# ------------------------------------------------------------------------- second derivatives


def energy(x, y, k=2.0):
    return k * np.sum(np.exp(x) * x[::-1] ** 2) + np.sum(x) * np.prod(y)


@pytest.mark.parametrize("mode", MODES)
def test_hessian(mode):
    y = np.array([1.5, -0.5])
    found = hessian(energy, mode=mode)(X, y)
    assert found.shape == (3, 3)
    np.testing.assert_allclose(found, found.T, rtol=1e-14)
    np.testing.assert_allclose(found, np.array([jvp(grad(energy))(X, y, e)[1] for e in np.eye(3)]), rtol=1e-13)
    (xx, xy), (yx, yy) = hessian(energy, ("x", "y"), mode)(X, y)
    np.testing.assert_allclose(xx, found, rtol=1e-14)
    np.testing.assert_allclose(xy, yx.T, rtol=1e-14)
    np.testing.assert_allclose(xy, np.tile(y[::-1], (3, 1)), rtol=1e-14)
    np.testing.assert_allclose(yy, np.sum(X) * np.array([[0, 1], [1, 0]]), rtol=1e-14, atol=1e-15)


def test_hvp():
    y, v = np.array([1.5, -0.5]), np.array([1.0, -2.0, 0.5])
    found = hessian(energy)(X, y)
    np.testing.assert_allclose(hvp(energy)(X, y, v), found @ v, rtol=1e-13)
    np.testing.assert_allclose(hvp(energy)(X, y, v, k=1.0), hessian(energy)(X, y, k=1.0) @ v, rtol=1e-13)
    (xx, xy), (yx, yy) = hessian(energy, ("x", "y"))(X, y)
    w = np.array([0.3, 0.7])
    by_x, by_y = hvp(energy, ("x", "y"))(X, y, (v, w))
    np.testing.assert_allclose(by_x, xx @ v + xy @ w, rtol=1e-13)
    np.testing.assert_allclose(by_y, yx @ v + yy @ w, rtol=1e-13)
    with pytest.raises(UsageError, match="tangent"):
        hvp(energy)(X, y, np.ones(2))
    with pytest.raises(UsageError, match="behind them"):
        hvp(energy)()


def test_hvp_computes_no_gradient_for_nothing():
    pushed = hvp(lambda x: np.sum(np.sin(x)))
    np.testing.assert_array_equal(pushed(X, X), -X * np.sin(X))
    assert "np.cos" not in pushed.source


def smooth(x):
    return np.sum(np.sin(x) * x[::-1] ** 2)


def test_three_deep():
    """The third derivative along three directions, in every order of modes."""
    u, v, w = X, np.array([1.0, -0.5, 0.3]), np.array([0.2, 0.7, -1.1])
    first, pushed = grad(smooth), jvp(smooth)

    def along(x):
        return np.sum(first(x) * u)

    def along_forward(x):
        return pushed(x, u)[1]

    second = grad(along)
    pushed_again = jvp(first)

    def twice(x):
        return np.sum(second(x) * v)

    def twice_mixed(x):
        return np.sum(pushed_again(x, u)[1] * v)

    h = 1e-3
    expected = sum(
        c * (hessian(smooth)(X + k * h * w) @ u @ v) for k, c in ((-2, 1), (-1, -8), (1, 8), (2, -1))
    ) / (12 * h)
    found = [
        grad(twice)(X) @ w,  # reverse over reverse over reverse
        grad(twice_mixed)(X) @ w,  # reverse over forward over reverse
        hvp(along)(X, v) @ w,  # forward over reverse over reverse
        hvp(along_forward)(X, v) @ w,  # forward over reverse over forward
        jvp(jvp(first))(X, u, v)[1][1] @ w,  # forward over forward over reverse
        jvp(jvp(jvp(smooth)))(X, u, v, w)[1][1][1],  # forward over forward over forward
        grad(lambda x: np.sum(hvp_of(x, u) * v))(X) @ w,  # reverse over the Hessian's product
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


hvp_of = hvp(smooth)


# ----------------------------------------------------------------------------- SEEDS, row 17


def test_a_row_times_the_jacobian_is_the_pullback():
    v = np.array([0.1, 1.0])
    _, pullback = vjp(layer, "x")(W, X)
    for mode in MODES:
        np.testing.assert_allclose(v @ jacobian(layer, "x", mode)(W, X), pullback(v), rtol=1e-14)


def test_the_jacobian_times_a_column_is_the_tangent():
    for mode in MODES:
        np.testing.assert_allclose(jacobian(layer, "x", mode)(W, X) @ X, jvp(layer, "x")(W, X, X)[1], rtol=1e-14)
