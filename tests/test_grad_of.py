"""`with grad_of(h) as g:`: its block runs in the reverse sweep, on the cotangent that arrives there."""

import numpy as np
import pytest

import adcompile as ad
from adcompile import check_grads, grad, grad_of, hvp, jacobian, jvp, no_grad, value_and_grad, vjp

X = np.array([0.5, -1.0, 2.0])
LIMIT = 0.7
seen = []


def clipped(x):
    h = x * x
    with grad_of(h) as g:
        g = np.clip(g, -1.0, 1.0)
    return np.sum(h * h * h)


def test_clipped():
    h = X * X
    np.testing.assert_allclose(grad(clipped)(X), np.clip(3 * h * h, -1, 1) * 2 * X)


def test_the_value_stays_and_the_plain_function_runs():
    assert clipped(X) == np.sum(X**6)
    assert value_and_grad(clipped)(X)[0] == clipped(X)
    with grad_of({"a": X, "b": (2, "text")}) as g:
        assert g["b"] == (0.0, None)
        np.testing.assert_array_equal(g["a"], np.zeros(3))


def test_a_block_that_changes_nothing():
    """The program without it, in every order."""

    def f(x):
        h = np.sin(x)
        with grad_of(h) as g:
            print(g)
        h = h * x
        with grad_of(h) as g:
            pass
        return np.sum(h * h)

    check_grads(f, (X,), order=2)
    np.testing.assert_array_equal(grad(f)(X), grad(lambda x: np.sum((np.sin(x) * x) * (np.sin(x) * x)))(X))


def looped(x, limit):
    h = x
    for _ in range(4):
        h = np.sin(h) * 2.0
        with grad_of(h) as g:
            norm = np.linalg.norm(g)
            if norm > limit:
                g = g * (limit / norm)
    return np.sum(h * h)


def test_each_trip_is_clipped():
    hs = [X]
    for _ in range(4):
        hs.append(np.sin(hs[-1]) * 2.0)
    g = 2 * hs[-1]
    for h in reversed(hs[:-1]):
        g = g * min(1.0, 0.3 / np.linalg.norm(g))
        g = g * 2.0 * np.cos(h)
    np.testing.assert_allclose(grad(looped)(X, 0.3), g, rtol=1e-14)
    np.testing.assert_allclose(grad(looped)(X, 1e9), grad(lambda x: looped(x, 1e9))(X), rtol=1e-14)


def in_while(x):
    h, n = x[0], 0
    while n < 3:
        h = h * h + x[1]
        with grad_of(h) as g:
            g = g / 2
        n += 1
    return h


def test_in_a_while_loop():
    hs = [X[0]]
    for _ in range(3):
        hs.append(hs[-1] ** 2 + X[1])
    g, by_1 = 1.0, 0.0
    for h in reversed(hs[:-1]):
        g = g / 2
        by_1 += g
        g = 2 * h * g
    np.testing.assert_allclose(grad(in_while)(X), [g, by_1, 0.0], rtol=1e-14)


def in_branch(x):
    h = 2.0 * x
    if x[0] > 0:
        with grad_of(h) as g:
            g = -g
        y = h * h
    else:
        y = h
    return np.sum(y) + np.sum(h)


def test_in_a_branch():
    np.testing.assert_allclose(grad(in_branch)(X), -(2 * 2 * X + 1) * 2)
    np.testing.assert_allclose(grad(in_branch)(-X), np.full(3, 4.0))


def test_what_is_used_before_the_block_is_not_in_it():
    def f(x):
        h = 3.0 * x
        before = h * h
        with grad_of(h) as g:
            g = 10.0 * g
        return np.sum(before) + np.sum(h)

    np.testing.assert_allclose(grad(f)(X), (2 * 3 * X + 10.0) * 3)


def test_in_place_and_by_a_number():
    def in_place(x):
        h = x * x
        with grad_of(h) as g:
            np.clip(g, -1.0, 1.0, out=g)
            g[0] = 0.0
            g *= 2
        return np.sum(h * h)

    def zero(x):
        h = x * x
        with grad_of(h) as g:
            g = 0.0  # noqa: F841
        return np.sum(h * h) + np.sum(x)

    def zeroed(x):
        h = x * x
        with grad_of(h) as g:
            g[...] = 0
        return np.sum(h * h) + np.sum(x)

    expected = 2 * np.clip(2 * X * X, -1, 1) * 2 * X
    np.testing.assert_allclose(grad(in_place)(X), expected * [0.0, 1.0, 1.0])
    np.testing.assert_array_equal(grad(zero)(X), np.ones(3), strict=True)
    np.testing.assert_array_equal(grad(zeroed)(X), np.ones(3), strict=True)


def test_a_seed_that_the_caller_gave_stays():
    def f(x):
        with grad_of(x) as g:
            g *= 3.0
        return x

    seed = np.ones(3)
    _, pullback = vjp(f)(X)
    np.testing.assert_array_equal(pullback(seed), np.full(3, 3.0))
    np.testing.assert_array_equal(pullback(seed), np.full(3, 3.0))
    np.testing.assert_array_equal(seed, np.ones(3))


def reads_more(x, scale):
    for i in range(2):
        h = np.exp(x) * scale
        with grad_of(h) as g:
            seen.append(i)
            seen.append(float(g[1]))
            seen.append(float(h[1]))
            g = g * h * LIMIT + i
        x = np.sin(h)
    return np.sum(x)


def test_it_reads_values_of_the_function_and_of_the_module():
    seen.clear()
    first = np.exp(X) * 1.5
    second = np.exp(np.sin(first)) * 1.5
    by_second = np.cos(second)
    by_first = (by_second * second * LIMIT + 1) * second * np.cos(first)
    expected = by_first * first * LIMIT * first
    np.testing.assert_allclose(grad(reads_more)(X, 1.5), expected, rtol=1e-13)
    np.testing.assert_allclose(seen, [1, by_second[1], second[1], 0, by_first[1], first[1]], rtol=1e-13)


def test_what_it_reads_of_the_module_is_read_anew(monkeypatch):
    slope = grad(reads_more)
    before = slope(X, 1.5)
    monkeypatch.setitem(globals(), "LIMIT", 2 * LIMIT)
    assert not np.allclose(slope(X, 1.5), before)


def called(h):
    with grad_of(h) as g:
        g = np.where(g > 0.5, g, 0.0)
    return np.sin(h)


def test_in_a_function_that_is_called():
    def f(x):
        return np.sum(called(called(x) * x))

    inner = np.sin(X)
    g = np.cos(inner * X)
    g = np.where(g > 0.5, g, 0.0)
    by_inner = g * X
    g_x = np.cos(X) * by_inner
    expected = np.where(by_inner * np.cos(X) > 0.5, g_x, 0.0) + g * inner
    np.testing.assert_allclose(grad(f)(X), expected, rtol=1e-14)


def test_the_same_call_twice_is_two_blocks():
    def halved(h):
        with grad_of(h) as g:
            g = np.clip(g, -1.0, 1.0)
        return h

    def f(x):
        return np.sum(halved(x) + halved(x))

    np.testing.assert_array_equal(grad(f)(X), np.full(3, 2.0))


def test_of_a_container():
    def f(params):
        h = [2.0 * params[0], params[1] * params[1]]
        with grad_of(h) as g:
            g = [np.clip(one, -1.0, 1.0) for one in g]
        return np.sum(h[0] ** 2) + np.sum(h[1] ** 3)

    by_0, by_1 = grad(f)([X, 2 * X])
    np.testing.assert_allclose(by_0, np.clip(2 * 2 * X, -1, 1) * 2)
    np.testing.assert_allclose(by_1, np.clip(3 * (2 * X) ** 4, -1, 1) * 4 * X)


def test_of_an_item_that_went_through_a_list():
    def f(x):
        hs = []
        for i in range(3):
            h = x * (i + 1.0)
            with grad_of(h) as g:
                g = np.clip(g, -1.0, 1.0)
            hs.append(h)
        return np.sum(hs[0] * hs[1] * hs[2])

    expected = np.clip(6 * X * X, -1, 1) + 2 * np.clip(3 * X * X, -1, 1) + 3 * np.clip(2 * X * X, -1, 1)
    np.testing.assert_allclose(grad(f)(X), expected)


def test_of_a_number_and_in_a_nested_function():
    def f(x):
        def inner(t):
            with grad_of(t) as g:
                g = min(g, 1.0)
            return t**3

        return inner(x[0]) + inner(x[2])

    np.testing.assert_allclose(grad(f)(X), [min(3 * X[0] ** 2, 1.0), 0.0, 1.0])


def test_by_other_modes_and_orders():
    def f(x):
        h = x * x
        with grad_of(h) as g:
            g = g * g
        return np.sum(h * h)

    gradient = (2 * X * X) ** 2 * 2 * X
    np.testing.assert_allclose(grad(f)(X), gradient)
    np.testing.assert_allclose(vjp(f)(X)[1](1.0), gradient)
    np.testing.assert_allclose(hvp(f)(X, np.ones(3)), 8 * 5 * X**4)
    np.testing.assert_allclose(grad(lambda x: np.sum(grad(f)(x)))(X), 8 * 5 * X**4)
    np.testing.assert_allclose(jacobian(f, mode="reverse")(X), gradient)
    assert "np.clip" not in grad(f).source


def test_the_generic_program_is_right():
    for f, args in ((clipped, (X,)), (looped, (X, 0.3)), (reads_more, (X, 1.5)), (in_while, (X,))):
        namespace = {"np": np, "seen": seen, "LIMIT": LIMIT}
        exec(grad(f).source, namespace)
        np.testing.assert_allclose(namespace[f"{f.__name__}_grad"](*args), grad(f)(*args), rtol=1e-14)


def test_what_carries_no_derivative_has_no_block():
    def f(x):
        h = np.arange(3.0)
        with grad_of(h) as g:
            raise AssertionError(g)
        with no_grad():
            k = x * x
        with grad_of(k) as g:
            seen.append(float(np.sum(g)))
        return np.sum(x * h * k)

    seen.clear()
    np.testing.assert_array_equal(grad(f)(X), np.arange(3.0) * X * X)
    assert not seen


def test_asserts_and_prints(capsys):
    def f(x):
        h = np.exp(x)
        with grad_of(h) as g:
            print("arrives", g)
            assert np.all(np.abs(g) < 100.0), "too steep"
        return np.sum(h * h)

    np.testing.assert_allclose(grad(f)(X), 2 * np.exp(2 * X))
    assert capsys.readouterr().out == f"arrives {2 * np.exp(X)}\n"
    with pytest.raises(AssertionError, match="too steep"):
        grad(f)(X + 5.0)


def test_a_block_that_gives_another_shape():
    def f(x, n):
        h = x * x
        with grad_of(h) as g:
            g = np.ones(n)  # noqa: F841
        return np.sum(h)

    np.testing.assert_allclose(grad(f)(X, 3), 2 * X)
    with pytest.raises(ValueError, match=r"of shape \(2,\) is given"):
        grad(f)(X, 2)


def test_forward_mode_is_refused():
    for derivative in (lambda: jvp(clipped)(X, X), lambda: jacobian(clipped, mode="forward")(X)):
        with pytest.raises(ad.Refused, match="a 'with grad_of' block is in the way of a tangent"):
            derivative()


def test_a_jacobian_takes_reverse_mode():
    def f(x):
        h = np.sin(x)
        with grad_of(h) as g:
            g = 2 * g
        return h * x

    by_hand = np.diag(2 * np.cos(X) * X + np.sin(X))
    np.testing.assert_allclose(jacobian(f)(X), by_hand, atol=1e-15)
    np.testing.assert_allclose(jacobian(f, sparsity=np.eye(len(X)))(X).toarray(), by_hand, atol=1e-15)


def test_changed_before_the_block_and_new_in_each_trip():
    def f(x):
        total = 0.0
        for i in range(3):
            h = np.zeros(3)
            h[:] = x * i
            with grad_of(h) as g:
                g = np.clip(g, -1.0, 1.0)
            total += np.sum(h * h)
        return total

    np.testing.assert_allclose(grad(f)(X), np.clip(2 * X, -1, 1) + 2 * np.clip(4 * X, -1, 1))


def set_first(a, g):
    a[0] = g[0]


def by_fill(a, g):
    a.fill(0.0)


def by_out(a, g):
    np.add(g, 1.0, out=a)


@pytest.mark.parametrize("change", [set_first, by_fill, by_out], ids=lambda f: f.__name__)
def test_a_block_that_changes_an_object_of_the_function_is_refused(change):
    def f(x):
        a = np.ones(3)
        h = x * x
        with grad_of(h) as g:
            change(a, g)
        return np.sum(h * a)

    with pytest.raises(ad.Refused, match="a 'with grad_of' block changes 'a'"):
        grad(f)(X)


def test_a_block_that_changes_the_cotangent_elsewhere():
    def f(x):
        h = x * x
        with grad_of(h) as g:
            set_first(g, np.full(3, 5.0))
            view = g[1:]
            view[...] = 0.0
        return np.sum(h)

    np.testing.assert_array_equal(grad(f)(X), [5.0 * 2 * X[0], 0.0, 0.0])


def test_a_block_reads_what_is_changed_behind_it():
    def f(x):
        a = np.ones(3)
        h = x * x
        with grad_of(h) as g:
            g = g * a
        a[0] = 7.0
        return np.sum(h * a)

    np.testing.assert_array_equal(grad(f)(X), 2 * X * [7.0, 1.0, 1.0])


def test_numba_runs_the_block_too():
    pytest.importorskip("numba", reason="the extra [numba] is not installed")
    np.testing.assert_allclose(grad(clipped, backend="numba")(X), grad(clipped)(X), rtol=1e-14)
