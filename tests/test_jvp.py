"""`jvp`: what it takes and gives, what it refuses, and where forward mode could go wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

import adcompile
from adcompile import Refused, UsageError, detach, grad, jvp, no_grad, vjp
from adcompile.rules.registry import RULES, pullback

X = np.array([0.5, -1.2, 0.8])
V = np.array([1.0, 2.0, -0.5])


def scaled(x, k=2.0):
    return k * np.sin(x)


# ------------------------------------------------------------------------------- what it takes


def test_the_tangent_stands_behind_the_arguments():
    value, tangent = jvp(scaled)(X, 3.0, V)
    np.testing.assert_array_equal(value, scaled(X, 3.0))
    np.testing.assert_allclose(tangent, 3.0 * np.cos(X) * V, rtol=1e-15)


def test_defaults_and_keywords_are_those_of_the_function():
    expected = jvp(scaled)(X, 2.0, V)[1]
    np.testing.assert_array_equal(jvp(scaled)(X, V)[1], expected)
    np.testing.assert_array_equal(jvp(scaled)(X, V, k=2.0)[1], expected)
    np.testing.assert_array_equal(jvp(scaled)(V, x=X)[1], expected)


def test_several_arguments_move_along_a_tuple():
    _, tangent = jvp(scaled, wrt=("x", "k"))(X, 3.0, (V, 0.5))
    np.testing.assert_allclose(tangent, 3.0 * np.cos(X) * V + 0.5 * np.sin(X), rtol=1e-15)
    (alone,) = [jvp(scaled, wrt=(0,))(X, 3.0, (V,))[1]]
    np.testing.assert_array_equal(alone, jvp(scaled)(X, 3.0, V)[1])


def test_star_and_keyword_parameters():
    def f(x, *rest, power, **options):
        return x**power * sum(rest) + options["shift"]

    value, tangent = jvp(f)(2.0, 3.0, 4.0, 1.0, power=2, shift=1.0)
    assert (value, tangent) == (29.0, 28.0)
    _, tangent = jvp(f, "power")(2.0, 3.0, 4.0, 1.0, power=2.0, shift=1.0)
    assert math.isclose(tangent, 28.0 * math.log(2.0))


def test_numbers_and_dtypes_of_tangents_are_converted():
    x32 = X.astype(np.float32)
    for tangent in (np.array([1, 2, 3]), np.array([1, 2, 3], np.float32)):
        assert jvp(scaled)(X, tangent)[1].dtype == np.float64
        assert jvp(scaled)(x32, tangent.astype(float))[1].dtype == np.float32
    assert jvp(lambda x: x * x)(3, 1)[1] == 6.0
    assert jvp(lambda x: x * x)(3.0, np.array(1.0))[1] == 6.0
    assert jvp(lambda x: x * x)(np.float64(3.0), np.int64(1))[1] == 6.0


@pytest.mark.parametrize("tangent", [np.ones(2), np.ones((3, 1)), 1.0, [1.0, 1.0], "x", None, V * 1j])
def test_a_tangent_of_another_form_is_refused(tangent):
    with pytest.raises(UsageError, match="tangent"):
        jvp(scaled)(X, tangent)


def test_tangents_of_containers_have_their_structure():
    def f(layers, name="sin"):
        return sum(np.sum(np.sin(w) * k) for w, k in layers)

    layers = [(X, 2.0), (X[:2], 0.5)]
    tangents = [(V, 1.0), (V[:2], -1.0)]
    expected = sum(np.sum(np.cos(w) * t * k + np.sin(w) * s) for (w, k), (t, s) in zip(layers, tangents, strict=True))
    assert math.isclose(jvp(f)(layers, tangents)[1], expected, rel_tol=1e-14)
    for wrong in (tangents[:1], [*tangents, (V, 1.0)], [(V, 1.0), (V, 1.0)], {"a": V}):
        with pytest.raises(UsageError, match="tangent"):
            jvp(f)(layers, wrong)
    with pytest.raises(UsageError, match="a tuple of 2 tangents"):
        jvp(scaled, (0, 1))(X, 1.0, V)
    with pytest.raises(UsageError, match="behind them the tangents"):
        jvp(scaled)()


def test_an_argument_without_derivative_is_refused():
    with pytest.raises(UsageError, match="array of int64"):
        jvp(scaled)(np.arange(3), V)


# -------------------------------------------------------------------------------- what it gives


def test_the_tangent_has_the_structure_of_the_value():
    def f(x, n):
        return {"a": (x * 2, n, "text"), "b": [x[0], 1.0]}

    _, tangent = jvp(f)(X, 3, V)
    np.testing.assert_array_equal(tangent["a"][0], 2 * V)
    assert tangent["a"][1:] == (0.0, None)
    assert tangent["b"] == [1.0, 0.0]


def test_the_tangent_is_an_array_of_its_own():
    for f in (lambda x: x, lambda x: x[1:], lambda x: x.T, lambda x: np.broadcast_to(np.sum(x), (2,)), lambda x: x * 1):
        v = V.copy()
        _, tangent = jvp(f)(X, v)
        assert not np.shares_memory(tangent, v)
        tangent[...] = 0.0
        np.testing.assert_array_equal(v, V)


def test_what_does_not_move_has_a_tangent_of_zeros():
    assert jvp(lambda x: np.sum(x > 0) * 1.0)(X, V)[1] == 0.0
    np.testing.assert_array_equal(jvp(lambda x: np.ones(2))(X, V)[1], np.zeros(2))
    assert jvp(lambda x: 3)(X, V) == (3, 0.0)

    def marked(x):
        with no_grad():
            y = x * x
        return detach(x) * x + y

    np.testing.assert_array_equal(jvp(marked)(X, V)[1], X * V)


def test_broadcasting_of_a_tangent_to_the_shape_of_the_value():
    y = np.ones((2, 3))
    for f in (lambda x: x + y, lambda x: y - x, lambda x: np.where(y > 0, x, y), lambda x: np.maximum(y, x)):
        value, tangent = jvp(f)(X, V)
        assert tangent.shape == value.shape
        generic = jvp(f)
        assert generic._compile([adcompile.ir.types.UNKNOWN] * 2).function(X, V)[1].shape == value.shape


def test_a_tangent_in_the_precision_of_the_value():
    x32 = X.astype(np.float32)
    for f in (lambda x: x + np.ones(3), lambda x: np.ones(3) * x, lambda x: np.maximum(x, np.zeros(3))):
        assert jvp(f)(x32, V)[1].dtype == f(x32).dtype == np.float64


def test_a_pushforward_is_saved_and_explained_by_its_text(tmp_path):
    pushed = jvp(scaled, (0, 1))
    pushed.save(tmp_path / "saved.py", X, 2.0, (V, 1.0))
    text = (tmp_path / "saved.py").read_text()
    assert "The value and the tangent of scaled of " in text and "by x, k, written by adcompile." in text
    namespace: dict = {}
    exec(text, namespace)
    for one, other in zip(namespace["scaled_pushforward"](X, 2.0, (V, 1.0)), pushed(X, 2.0, (V, 1.0)), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(UsageError, match=r"read \.source"):
        pushed.explain()
    assert repr(pushed) == "<adcompile JacobianVector of scaled by x, k>"


# -------------------------------------------------------------- memory, order, and other traps


def changed_in_place(x, y):
    x[0] = y[1] * 2.0
    y[:] = 0.0
    return np.sum(x * x)


def test_tangents_that_are_the_arguments_themselves():
    """The function changes its arguments: a tangent is what was given, not what is left of it."""
    expected = jvp(changed_in_place)(X.copy(), V.copy(), X.copy())[1]
    x, y = X.copy(), V.copy()
    assert jvp(changed_in_place)(x, y, x)[1] == expected
    expected = jvp(changed_in_place)(X.copy(), V.copy(), V.copy())[1]
    x, y = X.copy(), V.copy()
    assert jvp(changed_in_place)(x, y, y)[1] == expected
    assert x[0] == V[1] * 2.0 and not y.any()


def test_tangents_are_not_changed():
    def f(x):
        x = x.copy()
        x[0] = 2 * x[1]
        x *= 3
        return x

    v = V.copy()
    _, tangent = jvp(f)(X, v)
    np.testing.assert_array_equal(v, V)
    np.testing.assert_array_equal(tangent, 3 * np.array([2 * V[1], V[1], V[2]]))


def test_a_tangent_in_another_order_of_memory():
    def f(a):
        a = a.copy()
        a.reshape(-1)[1:3] = a[0, 0] ** 2
        return np.ravel(a) * 2

    a = np.arange(6.0).reshape(2, 3) + 0.5
    v = np.cos(a)
    for tangent in (v, np.asfortranarray(v), v[:, ::-1][:, ::-1]):
        np.testing.assert_array_equal(jvp(f)(a, tangent)[1], jvp(f)(a, v.copy())[1])


def test_lists_that_are_joined_in_both_orders():
    def f(x):
        a, b = [x[0]], [x[1] ** 2]
        one, two = a + b, b + a
        return one[0] * 2 + two[0] + (a * 2)[1]

    _, tangent = jvp(f)(X, V)
    assert math.isclose(tangent, 3 * V[0] + 2 * X[1] * V[1])


def test_zeros_of_a_name_that_is_not_bound_yet():
    def f(x, n):
        total = 0.0
        if n > 3:
            u = np.zeros(3)
        for k in range(n):
            for _ in range(2):
                if k > 0:
                    u[0] = x * k
            if k > 0:
                total = total + np.sum(u)
            u = np.full(3, 0.5)
        return total

    assert jvp(f)(2.0, 3, 1.0) == (f(2.0, 3), 3.0)


def test_a_vector_times_itself():
    m = np.outer(X, V)
    for f, x in ((np.dot, X), (np.inner, X), (np.vdot, m), (np.dot, m), (np.matmul, m), (np.inner, m), (np.dot, 2.0)):

        def program(x):
            return f(x, x)

        value, back = vjp(program)(x)
        v = np.cos(x)
        along, u = jvp(program)(x, v)[1], np.sin(value)
        np.testing.assert_allclose(np.sum(along * u), np.sum(back(u) * v), rtol=1e-13)


def test_an_int_that_becomes_a_float():
    def f(x, n):
        total = n
        for k in range(3):
            total = total + x * k
        return total

    assert jvp(f)(2.0, 4, 1.0) == (10.0, 3.0)
    generic = jvp(f)._compile([adcompile.ir.types.UNKNOWN] * 3).function
    assert generic(2.0, 4, 1.0) == (10.0, 3.0)


def test_initial_and_start_are_constants():
    mask = np.array([True, False, True])
    assert jvp(lambda x: np.sum(x, initial=5.0))(X, V)[1] == np.sum(V)
    assert jvp(lambda x: np.sum(x, None, None, None, False, 5.0, mask))(X, V)[1] == V[0] + V[2]
    assert jvp(lambda x: sum([x[0], x[1]], 7.0))(X, V)[1] == V[0] + V[1]
    np.testing.assert_array_equal(
        jvp(lambda x: np.pad(x, 1, constant_values=3.0))(X, V)[1], [0, *V, 0]
    )


def test_exits_from_loops():
    def f(x, n):
        for k in range(n):
            if x > 10:
                return x * 3
            if k == 3:
                break
            x = x * x
        else:
            return x
        return -x

    for n in range(6):
        value, tangent = jvp(f)(1.3, n, 1.0)
        h = 1e-6
        assert value == f(1.3, n)
        assert math.isclose(tangent, (f(1.3 + h, n) - f(1.3 - h, n)) / (2 * h), rel_tol=1e-7)


def test_a_program_that_raises():
    def f(x):
        if x < 0:
            raise ValueError("x is negative")
        y = np.sqrt(x)
        return y * y

    assert math.isclose(jvp(f)(2.0, 1.0)[1], 1.0)
    with pytest.raises(ValueError, match="x is negative"):
        jvp(f)(-1.0, 1.0)


def test_functions_that_are_called_with_tangents_of_some_arguments():
    def affine(x, w=2.0, *rest, b=0.0):
        return x * w + sum(rest) + b

    def f(x, y):
        return affine(x) + affine(3.0, y) + affine(1.0, 1.0, x, y, b=y) + affine(1.0, b=2.0)

    assert jvp(f, (0, 1))(2.0, 5.0, (1.0, 10.0))[1] == 2.0 + 30.0 + 1.0 + 10.0 + 10.0


# ---------------------------------------------------------------------------------- refusals


def test_what_reverse_mode_refuses_is_refused():
    def by_dtype(x):
        return np.sum(x, dtype=int) * 1.0

    def by_order(x):
        return np.reshape(x, (3, 1), order="A")

    def by_pad(x):
        return np.pad(x, 1, mode="maximum")

    def unknown(x):
        return np.linalg.eigvals(x)

    for f in (by_dtype, by_order, by_pad, unknown):
        messages = []
        for transform in (lambda f: jvp(f)(X, V), lambda f: vjp(f)(X)):
            with pytest.raises(Refused) as refused:
                transform(f)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]


def test_an_option_that_may_make_whole_numbers_is_refused():
    def f(x, kind):
        return np.sum(x, dtype=kind) * 1.0

    with pytest.raises(Refused, match="not known for its 'dtype'"):
        jvp(f)._compile([adcompile.ir.types.UNKNOWN] * 3)


def test_a_function_with_a_pullback_alone_is_refused():
    def opaque(x):
        return x * 3.0

    @pullback(opaque, samples=list)
    def opaque_rule(r, x, r_bar):
        return 3.0 * r_bar

    def f(x):
        return np.sum(opaque(x))

    try:
        np.testing.assert_array_equal(grad(f)(X), np.full(3, 3.0))
        with pytest.raises(Refused, match="'opaque' has a pullback and no pushforward"):
            jvp(f)(X, V)
    finally:
        del RULES[opaque]


# ------------------------------------------------------------------------------------- kinks


@pytest.mark.parametrize(
    "f, x",
    [
        (np.abs, [0.0, -1.0]),
        (lambda x: np.maximum(x, 0), [0.0, 1.0, -1.0]),
        (lambda x: np.minimum(x, x), [1.0, 2.0]),
        (lambda x: np.fmax(x, np.array([np.nan, 2.0])), [1.0, 2.0]),
        (np.max, [1.0, 3.0, 3.0]),
        (np.min, [1.0, 1.0, 3.0]),
        (np.ptp, [3.0, 1.0, 1.0, 3.0]),
        (np.median, [1.0, 2.0, 2.0, 2.0, 5.0, 7.0, 0.0]),
        (np.linalg.norm, [0.0, 0.0]),
        (lambda x: np.linalg.norm(x, np.inf), [3.0, -3.0, 0.0]),
        (lambda x: np.linalg.norm(x, 1), [0.0, 3.0]),
        (lambda x: np.linalg.norm(x, 3), [0.0, 0.0]),
        (lambda x: np.hypot(x, x), [0.0, 1.0]),
        (np.std, [2.0, 2.0]),
        (lambda x: np.clip(x, 0.0, 1.0), [0.0, 1.0, 0.5, 2.0]),
        (lambda x: np.clip(np.full(2, 0.5), x, 1.0), [0.5, 0.7]),
        (lambda x: np.sort(x), [2.0, 1.0, 2.0, 1.0]),
        (lambda x: np.where(x > 0, np.sqrt(np.abs(x)), 0), [0.0, 1.0, -1.0]),
        (lambda x: x**0, [0.0, 1.0]),
        (lambda x: np.where(x == 0, 5 * x, np.sin(x) / x), [0.0, 1.0]),
        (np.prod, [0.0, 2.0, 0.0]),
        (np.cumprod, [0.0, 2.0, 3.0]),
        (np.nan_to_num, [1.0, np.nan, np.inf]),
        (np.sinc, [0.0, 0.5]),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_kinks_are_those_of_reverse_mode(f, x):
    def program(x):
        return f(x)

    x = np.array(x)
    value, back = vjp(program)(x)
    for i in range(x.size):
        along = jvp(program)(x, np.eye(x.size)[i])[1]
        rows = [back(row.reshape(np.shape(value)))[i] for row in np.eye(np.size(value))]
        np.testing.assert_allclose(np.ravel(along), rows, rtol=1e-14)
        assert np.isfinite(along).all()


# ----------------------------------------------------------------------------- of each other


def smooth(x):
    return np.sum(np.exp(x) * x[::-1] ** 2) + np.prod(x)


def test_compositions_of_two():
    gradient, pushed = grad(smooth), jvp(smooth)
    hessian = np.array([jvp(grad(smooth))(X, e)[1] for e in np.eye(3)])
    backward = np.array([grad(lambda x, e=e: np.sum(gradient(x) * e))(X) for e in np.eye(3)])
    forward = np.array([grad(lambda x, e=e: pushed(x, e)[1])(X) for e in np.eye(3)])
    twice = np.array([[jvp(jvp(smooth))(X, d, e)[1][1] for d in np.eye(3)] for e in np.eye(3)])
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-13)
    for other in (backward, forward, twice):
        np.testing.assert_allclose(hessian, other, rtol=1e-12, atol=1e-13)


def test_a_pullback_of_the_value_and_the_tangent():
    (_, tangent), back = vjp(jvp(scaled), ("x", "x_dot"))(X, 3.0, V)
    x_bar, v_bar = back((np.zeros(3), np.ones(3)))
    np.testing.assert_allclose(tangent, 3 * np.cos(X) * V, rtol=1e-15)
    np.testing.assert_allclose(x_bar, -3 * np.sin(X) * V, rtol=1e-14)
    np.testing.assert_allclose(v_bar, 3 * np.cos(X), rtol=1e-14)


def test_the_tangents_that_are_given_are_not_changed():
    def f(x):
        y = x * 1.0
        y[0] += y[1]
        return np.sum(y * y)

    given = V.copy()
    for along, tangents in ((jvp(f), given), (jvp(f, (0,)), (given,))):
        assert along(X, tangents)[1] == pytest.approx(np.dot(grad(f)(X), V), rel=1e-14)
        np.testing.assert_array_equal(given, V)


def test_a_list_that_is_repeated_in_place():
    def f(x, y):
        items = [x, y, x * y]
        items *= 2
        items += [x]
        return sum(items) * items[2]

    assert jvp(f)(1.5, 0.5, 1.0)[1] == pytest.approx(grad(f)(1.5, 0.5), rel=1e-14)
