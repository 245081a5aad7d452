"""Transformations within differentiated functions: each program against differences of its own values,
by reverse mode, forward mode, and once more."""

import numpy as np
import pytest

import adcompile as ad
from adcompile import check_grads, detach, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp

X = np.array([0.5, 1.2, -0.7])
V = np.array([1.0, -2.0, 0.5])
W = np.array([[0.4, 1.0, -0.3], [0.2, -0.8, 0.6]])


def energy(x):
    return np.sum(np.sin(x) * x * x)


def scaled(x, scale=2.0, *, power=3):
    return np.sum(scale * x**power)


def product(a, b):
    return np.sum(a * b * b)


def vector(x):
    return np.array([np.sum(x * x), x[0] * np.sin(x[1]), x[2] ** 3])


def layer(w, x):
    return np.tanh(w @ x)


def loop(x):
    total = 0.0
    for i in range(3):
        total = total + np.sum(x ** (i + 2))
    return total


def cube(x):
    return x * x * x


energy_grad = grad(energy)
energy_both = value_and_grad(energy)
energy_vjp = vjp(energy)
energy_jvp = jvp(energy)
energy_hvp = hvp(energy)
vector_jacobian = jacobian(vector)
energy_hessian = hessian(energy)
product_grad = grad(product, wrt=(0, 1))


@grad
def decorated(x):
    return np.sum(x**4)


def gradient_at_module_level(x):
    return np.sum(energy_grad(x) * V)


def gradient_made_here(x):
    return np.sum(ad.grad(energy)(x) * V)


def gradient_with_a_name(x):
    slope = ad.grad(energy)
    return np.sum(slope(x) * slope(2.0 * x))


def of_a_decorated_function(x):
    return np.sum(decorated(x) * x)


def of_a_loop(x):
    return np.sum(grad(loop)(x) ** 2)


def by_several(x):
    a, b = grad(product, wrt=(0, 1))(x, 2.0 * x)
    return np.sum(a) + np.sum(b * V)


def by_several_at_module_level(x):
    return np.sum(product_grad(x, x * x)[1])


def with_the_value(x):
    value, gradient = value_and_grad(energy)(x)
    return value * np.sum(gradient)


def with_the_value_at_module_level(x):
    return energy_both(x)[0] * energy_both(x)[1][0]


def defaults(x):
    return np.sum(grad(scaled)(x))


def keywords(x):
    return np.sum(grad(scaled)(x, scale=x[0], power=2) * V)


def by_a_keyword(x):
    return grad(scaled, wrt="scale")(x, scale=x[0]) * x[1]


def pulled(x):
    value, pullback = vjp(vector)(x)
    return np.sum(pullback(value) * V)


def pulled_twice(x):
    _, pullback = energy_vjp(x)
    return np.sum(pullback(1.0) * pullback(x[0]))


def pulled_in_a_loop(x):
    _, pullback = vjp(vector)(x)
    total = 0.0
    for i in range(3):
        unit = np.zeros(3)
        unit[i] = 1.0
        total = total + np.sum(pullback(unit)) ** 2
    return total


def pulled_in_a_branch(x):
    if x[0] > 0:
        value, pullback = vjp(layer, wrt=(0, 1))(W, x)
    else:
        value, pullback = vjp(layer, wrt=(0, 1))(2.0 * W, x)
    w_bar, x_bar = pullback(value)
    return np.sum(w_bar**2) + np.sum(x_bar)


def pulled_elsewhere(x):
    def give(pullback, v):
        return pullback(v)

    _, pullback = vjp(layer, wrt=1)(W, x)
    return np.sum(give(pullback, np.ones(2)) * V)


def pushed(x):
    value, tangent = jvp(energy)(x, V)
    return value * tangent


def pushed_along_what_moves(x):
    return energy_jvp(x, x * x)[1]


def pushed_by_several(x):
    return jvp(product, wrt=(0, 1))(x, 2.0 * x, (V, x))[1]


def pushed_with_defaults(x):
    return jvp(scaled)(x, V, power=2)[1] + jvp(scaled)(x, 3.0, V)[1]


def times_the_hessian(x):
    return np.sum(hvp(energy)(x, V) * x)


def times_the_hessian_at_module_level(x):
    return np.sum(energy_hvp(x, x))


def the_jacobian(x):
    return np.sum(jacobian(vector)(x) ** 2)


def the_jacobian_at_module_level(x):
    return np.linalg.det(vector_jacobian(x))


def the_jacobian_by_several(x):
    by_w, by_x = jacobian(layer, wrt=(0, 1))(W * x[0], x)
    return np.sum(by_w**2) + np.sum(by_x)


def the_jacobian_by_a_number(x):
    return np.sum(jacobian(lambda t: t * x * t)(x[0]) ** 2)


def the_jacobian_forward(x):
    return np.sum(jacobian(vector, mode="forward")(x) @ V)


def trace_of_the_hessian(x):
    return energy(x) + 0.1 * np.trace(energy_hessian(x))


def hessian_made_here(x):
    return np.sum(hessian(energy)(x) @ x)


def hessian_by_several(x):
    (aa, ab), (ba, bb) = hessian(product, wrt=(0, 1))(x, 2.0 * x)
    return np.sum(ab) + np.sum(ba * 3.0) + np.sum(bb) + np.sum(aa)


def newton(x):
    step = np.linalg.solve(hessian(energy)(x) + 3.0 * np.eye(3), grad(energy)(x))
    return energy(x - step)


def newton_steps(x):
    t = np.sum(x)
    for _ in range(3):
        t = t - cube_minus(t) / grad(cube_minus)(t)
    return t


def cube_minus(t):
    return t * t * t - 2.0


def a_step_of_descent(x):
    x = x - 0.1 * grad(energy)(x)
    x = x - 0.1 * grad(energy)(x)
    return energy(x)


def closes_over_a_value(x):
    p = np.sum(x)
    return np.sum(grad(lambda y: np.sum(y**3) * p)(x) * V)


def closes_over_several(x):
    p, q = x[0], np.sin(x)

    def inner(y, scale=x[1]):
        for i in range(2):
            y = y * q + scale * i
        return np.sum(y * y) * p

    return np.sum(grad(inner)(x)) + np.sum(grad(inner)(x, 2.0))


def closes_over_what_changes_later(x):
    p = x[0]
    slope = grad(lambda y: np.sum(y * y) * p)
    p = p * p
    return np.sum(slope(x))


def closes_over_a_list(x):
    parts = [x[0], x * x]
    return np.sum(grad(lambda y: np.sum(y * parts[1]) * parts[0])(x) * V)


def closes_over_a_function(x):
    p = x[1]

    def inner(y):
        return y * p

    return np.sum(grad(lambda y: np.sum(inner(y) ** 2))(x))


def a_decorated_nested_def(x):
    p = x[0]

    @value_and_grad
    def inner(y):
        return np.sum(y**3) * p

    value, gradient = inner(x)
    return value * np.sum(gradient)


def a_decorated_nested_def_with_options(x):
    @grad(wrt=(0, 1))
    def inner(y, p):
        return np.sum(y**3) * p * x[1]

    a, b = inner(x, x[0])
    return np.sum(a) * b


def a_vjp_of_a_lambda(x):
    _, pullback = vjp(lambda y: y * x[0] * np.sin(y))(x)
    return np.sum(pullback(x))


def a_jvp_of_a_lambda(x):
    return np.sum(jvp(lambda y: y * x[0] * np.sin(y))(x, V)[1] ** 2)


def an_hvp_of_a_lambda(x):
    return np.sum(hvp(lambda y: np.sum(y**3) * x[0])(x, x))


def a_hessian_of_a_lambda(x):
    return np.sum(hessian(lambda y: np.sum(y**3) * x[0])(x) @ V)


def twice_of_a_lambda(x):
    return np.sum(grad(lambda y: np.sum(grad(lambda z: np.sum(z**4) * x[0] * y[0])(y) * V))(x))


def a_gradient_of_a_gradient(x):
    return grad(grad(lambda t: t**4 * x[0]))(x[1])


def an_int(x):
    return grad(lambda t: t * t * x[0])(3) + grad(cube)(2) * x[1]


def given_to_a_function(x):
    return penalty(energy, x) + penalty(loop, 0.1 * x)


def penalty(f, x):
    return np.sum(grad(f)(x) ** 2)


def in_a_branch(x):
    if np.sum(x) > 0:
        return np.sum(grad(energy)(x))
    return np.sum(grad(loop)(x))


def in_a_loop_with_a_store(x):
    out = np.zeros(3)
    for i in range(3):
        out[i] = grad(lambda t, i=i: t**3 * x[i])(x[i])
    return np.sum(out * V)


def changes_its_argument(x):
    x[0] = x[1] * x[2]
    return np.sum(x**3)


def of_a_function_that_changes_its_argument(x):
    y = 1.0 * x
    return np.sum(grad(changes_its_argument)(y) * V) + np.sum(y * y)


def packed(*xs, **options):
    return xs[0] * xs[1] ** options["power"]


def of_packed_arguments(x):
    return np.sum(grad(packed)(x[0], x[1], power=3)[1] * x)


class Model:
    w = 2.0

    @grad(wrt="x")
    def slope(self, x):
        return np.sum(self.w * x**3)


model = Model()


def of_a_method(x):
    return np.sum(model.slope(x) * x)


def with_jumps(x):
    s = 0.0
    while np.sum(x) < 10:
        x = x * x + 1.0
        s = s + x[0]
        if s > 50:
            break
    if s > 3:
        return s * x[1]
    return np.sum(x)


def of_a_function_with_jumps(x):
    return np.sum(grad(with_jumps)(x) * x)


def with_aux(x):
    return np.sum(x**3), {"twice": 2.0 * x}


def of_a_function_with_aux(x):
    (value, aux), gradient = value_and_grad(with_aux, has_aux=True)(x)
    return value * np.sum(gradient * aux["twice"]) + grad(with_aux, has_aux=True)(x)[0][1]


def closes_over_an_array_that_changes(x):
    p = 1.0 * x
    slope = grad(lambda y: np.sum(y * y * p))
    p[0] = x[1] * 2.0
    return np.sum(slope(x))


def three_deep(x):
    return grad(lambda a: grad(lambda b: grad(lambda c: a * b * c * c * x[1])(b))(a))(x[0])


def of_a_dict(x):
    def inner(w):
        return np.sum(w["a"] ** 2) * w["b"][0] ** 2 * w["b"][1]

    g = grad(inner)({"a": x, "b": [x[0], 2.0]})
    return np.sum(g["a"]) * g["b"][0] * g["b"][1]


def a_pullback_of_a_dict(x):
    value, pullback = vjp(lambda a, b: {"s": a * b, "t": (a, b * b)}, wrt=(0, 1))(x, x * x)
    a_bar, b_bar = pullback({"s": x, "t": (value["s"], value["t"][1])})
    return np.sum(a_bar * b_bar)


def pushed_in_a_loop(x):
    y = x
    for _ in range(2):
        y, tangent = jvp(lambda z: np.sin(z) * x)(y, x)
        y = y + tangent
    return np.sum(y)


def an_inner_minimum(x):
    def distance(p):
        return np.sum((p - x) ** 2) + np.sum(p**4)

    p = np.zeros(3)
    for _ in range(4):
        p = p - np.linalg.solve(hessian(distance)(p), grad(distance)(p))
    return np.sum(p * x)


def detached(x):
    return np.sum(detach(grad(energy)(x)) * x)


def without_grad(x):
    with no_grad():
        slope = grad(energy)(x)
    return np.sum(slope * x)


PROGRAMS = [
    value
    for value in list(globals().values())
    if callable(value) and getattr(value, "__module__", "") == __name__ and hasattr(value, "__code__")
    and value not in (energy, scaled, product, vector, layer, loop, cube, cube_minus, penalty, packed, with_jumps,
                      with_aux, changes_its_argument, detached, without_grad)
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_against_differences(f):
    check_grads(f, (X,), rtol=1e-5)
    value, tangent = jvp(f)(X, V)
    np.testing.assert_allclose(value, f(X), rtol=1e-14)
    np.testing.assert_allclose(tangent, grad(f)(X) @ V, rtol=1e-10)


@pytest.mark.parametrize(
    "f", [gradient_made_here, closes_over_a_value, pulled, trace_of_the_hessian, newton_steps], ids=lambda f: f.__name__
)
def test_once_more(f):
    check_grads(f, (X,), order=2, rtol=1e-4)


def test_what_is_detached():
    slope = grad(energy)(X)
    np.testing.assert_allclose(grad(detached)(X), slope, rtol=1e-14)
    np.testing.assert_allclose(grad(without_grad)(X), slope, rtol=1e-14)


# ---------------------------------------------------------------------------- perturbation confusion


def test_siskind_and_pearlmutter():
    """Their examples: "Nesting forward-mode AD in a functional framework" (2008) and "Perturbation
    confusion in forward automatic differentiation of higher-order functions" (2019)."""
    for d in (grad, lambda f: lambda x: jvp(f)(x, 1.0)[1]):
        assert d(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
        assert d(lambda x: x * jvp(lambda y: x + y)(1.0, 1.0)[1])(1.0) == 1.0
        assert d(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
        assert d(lambda x: x * jvp(lambda y: x * y)(2.0, 1.0)[1])(3.0) == 6.0
        assert d(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0


def test_min_max_of_a_saddle():
    """The inner problem's derivative, by an unrolled descent, in the outer one's."""

    def inner(x):
        y = 0.0
        for _ in range(4):
            y = y - 0.25 * grad(lambda y: x * x + (y - x) ** 2)(y)
        return y

    check_grads(lambda x: inner(x) ** 3, (1.3,), rtol=1e-6)


# --------------------------------------------------------------------------------- what changes outside


def helper(x):
    return x * x


def uses_helper(x):
    return np.sum(helper(x) * factor)


factor = 2.0
uses_helper_grad = grad(uses_helper)


def outer(x):
    return np.sum(grad(uses_helper)(x) * x)


def outer_of_made(x):
    return np.sum(uses_helper_grad(x) * x)


def another_helper(x):
    return x * x * x


@pytest.mark.parametrize("f", [outer, outer_of_made], ids=lambda f: f.__name__)
def test_the_inner_function_changes(f, monkeypatch):
    slope = grad(f)
    np.testing.assert_allclose(slope(X), 8.0 * X)
    monkeypatch.setitem(globals(), "factor", 3.0)
    np.testing.assert_allclose(slope(X), 12.0 * X)
    monkeypatch.setitem(globals(), "factor", np.array([1.0, 2.0, 3.0]))  # of another type
    np.testing.assert_allclose(slope(X), 4.0 * X * [1.0, 2.0, 3.0])
    monkeypatch.setitem(globals(), "factor", 1.0)
    monkeypatch.setitem(globals(), "helper", another_helper)
    np.testing.assert_allclose(slope(X), 9.0 * X**2)
    monkeypatch.setitem(globals(), "uses_helper", energy)
    monkeypatch.setitem(globals(), "uses_helper_grad", grad(energy))
    np.testing.assert_allclose(slope(X), hessian(energy)(X) @ X + grad(energy)(X))


def test_a_gradient_of_a_gradient_sees_what_changes(monkeypatch):
    twice = grad(grad(lambda t: helper(t) * factor))
    assert twice(3.0) == 4.0
    monkeypatch.setitem(globals(), "helper", another_helper)
    assert twice(3.0) == 36.0
    monkeypatch.setitem(globals(), "factor", 5.0)
    assert twice(3.0) == 90.0


def test_another_transformation_by_the_same_name(monkeypatch):
    def named(x):
        return np.sum(transform(lambda y: np.sum(y * y) * x[0])(x)[0])  # noqa: F821 (set by the test)

    monkeypatch.setitem(globals(), "transform", grad)
    slope = grad(named)
    np.testing.assert_allclose(slope(X), [4 * X[0], 0.0, 0.0])
    monkeypatch.setitem(globals(), "transform", lambda f: value_and_grad(f))
    with pytest.raises(ad.Refused):
        slope(X)


# ------------------------------------------------------------------------------------------ what is passive


def test_what_is_passive_is_computed_once_and_has_no_derivative():
    def f(x):
        return np.sum(x * grad(energy)(V))

    np.testing.assert_array_equal(grad(f)(X), grad(energy)(V))
    assert "bar" not in next(line for line in grad(f).source.splitlines() if "energy_grad(" in line)


def test_the_wrapped_function_stays():
    assert grad(energy).__wrapped__ is energy
    assert hessian(energy).__wrapped__.__wrapped__ is energy


# ---------------------------------------------------------------------------------------------- refusals



def wrong_shape(x):
    return hvp(energy)(x, np.ones((3, 3)))[0]


def wrong_wrt(x):
    return np.sum(grad(lambda y: np.sum(y), wrt=1)(x))


def shows_it(x):
    _, pullback = vjp(energy)(x)
    print(pullback)
    return np.sum(pullback(1.0))


def into_an_array(x):
    return np.sum(grad(energy)(x, out=np.zeros(3)))


def changes_what_is_outside(x):
    log = []

    def inner(y):
        log.append(y)
        return np.sum(y * y)

    return np.sum(grad(inner)(x)) + np.sum(log[0])


def an_option_that_is_computed(x):
    n = len(x) - 3
    return np.sum(grad(lambda y, z: np.sum(y * z), wrt=n)(x, x))


def changed_after_the_value(x):
    y = 2.0 * x
    value, pullback = vjp(vector)(y)
    y[0] = x[1] * x[2]
    return np.sum(pullback(value) * y)


def a_list_for_an_array(x):
    _, pullback = vjp(cube)(x)
    return np.sum(pullback([1.0, 2.0, 3.0]))


def of_ints(x):
    return np.sum(grad(energy)(np.arange(3))) * x[0]


def of_a_vector(x):
    return np.sum(grad(vector)(x))


REFUSED = {
    wrong_shape: "the tangent of 'x'",
    wrong_wrt: "wrt=1: the function has 1 parameters",
    shows_it: "a pullback that 'vjp' gave is used as a value here",
    changed_after_the_value: "'y' is changed in place while 'pullback', which may share its memory, is still read",
    into_an_array: "out= and accumulate= are for calls from outside",
    changes_what_is_outside: "a derivative of the nested function 'inner' changes 'log'",
    an_option_that_is_computed: "an option of 'grad' is computed by the program",
    a_list_for_an_array: "the cotangent is list[float], where float64[n] is needed",
    of_ints: "an array of int64, which has no derivative",
    of_a_vector: "grad needs one real number",
}


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_refused(f):
    with pytest.raises(ad.Refused) as refused:
        grad(f)(X)
    found = [d for d in refused.value.diagnostics if REFUSED[f] in d.what]
    assert found, refused.value
    assert found[0].origin is not None


def test_a_pullback_as_a_result_is_refused():
    with pytest.raises(ad.Refused, match="a pullback that 'vjp' gave is used as a value here"):
        grad(lambda x: vjp(energy)(x), has_aux=True)(X)


def test_a_tangent_of_another_shape_at_run_time():
    direction = np.ones(3)

    def f(x):
        return hvp(energy)(x, direction)[0]

    check_grads(f, (X,))
    direction = np.ones(2)
    with pytest.raises(ValueError, match=r"of shape \(2,\) is given"):
        grad(f)(X)


def of_items(items):
    return np.sum(items[0] * items[1]) * len(items)


@pytest.mark.parametrize(
    "tangents",
    [[V], (V, V), [V, V[:2]], [V, 1.0], [V, [1.0, 2.0, 3.0]], [V, np.array([1, 2, 3])], [V, 1j * V], V],
    ids=["too few", "a tuple", "a shape", "a number", "a list", "ints", "complex numbers", "an array"],
)
def test_tangents_of_a_list_have_its_form(tangents):
    def f(items, tangents):
        return jvp(of_items)(items, tangents)[1]

    right = grad(f)([X, V], [V, X])
    np.testing.assert_allclose(right, [2 * X, 2 * V])
    with pytest.raises((ValueError, ad.Refused)):
        grad(f)([X, V], tangents)


def test_an_int_exponent_carries_no_tangent():
    """It is computed with where the derivative is taken, and handed over: an int all the same. A tangent
    of it would be 0 times the logarithm of a negative number."""

    def f(x):
        total = 0.0
        for k in (2, 3):
            total += np.sum(grad(lambda z, k=k: np.sum(z**k))(x) * x)
        return total

    x = np.array([-1.0, 2.0])
    assert np.array_equal(hessian(f, mode="forward")(x), [[-14.0, 0.0], [0.0, 40.0]])
    assert np.array_equal(hvp(f)(x, np.ones(2)), [-14.0, 40.0])
