"""Programs with objects: their attributes and methods, modules as arguments, contexts."""

from __future__ import annotations

import contextlib
import functools
import types

import numpy as np
import pytest
from programs.language import V

from adcompile import Refused, grad, hessian, value_and_grad, vjp
from adcompile.testing.programs import check_program


class Base:
    def act(self, y):
        return np.tanh(y)


class Model(Base):
    """An object that is called, and has methods of every kind."""

    power = 2

    def __init__(self, w):
        self.w = w
        self.layers = [w, w * 2.0]
        self.calls = 0

    def energy(self, x, scale=1.0):
        return np.sum(self.w * x * x) * scale

    def __call__(self, x):
        return self.energy(x, scale=2.0)

    def deep(self, x):
        y = x
        for w in self.layers:
            y = self.act(y * w)
        return np.sum(y)

    def counted(self, x):
        self.calls = self.calls + 1
        return np.sum(x * x) * self.calls

    @staticmethod
    def cube(x):
        return np.sum(x**3)

    @classmethod
    def to_the_power(cls, x):
        return np.sum(x**cls.power)

    @property
    def double(self):
        return self.w * 2.0


class Plain:
    """An object that is not called."""

    def __init__(self, w):
        self.w = w

    def energy(self, x):
        return np.sum(self.w * x * x)


model, plain = Model(1.5), Plain(0.5)
settings = types.SimpleNamespace(scale=1.0)


class Counting:
    """An objective that counts its calls, as solvers do."""

    def __init__(self, w):
        self.w = w
        self.calls = 0
        self.total = np.zeros(2)

    def value(self, x):
        self.calls += 1
        for k in range(3):
            x = x * self.w
            self.calls += k
        return np.sum(x * x) * self.calls

    def adds_to_an_array(self, x):
        before = self.total
        y = x * before
        self.total += 1.0
        return np.sum(y * y)

    def keeps_what_is_active(self, x):
        self.total += x
        return np.sum(x)


def test_an_attribute_that_counts():
    ours, theirs = Counting(1.5), Counting(1.5)
    value, gradient = value_and_grad(ours.value)(V)
    assert value == theirs.value(V)
    assert ours.calls == theirs.calls == 4
    np.testing.assert_allclose(gradient, 2 * V * 1.5**6 * 4, rtol=1e-14)


class Pendulum:
    def __init__(self, k):
        self.k = k
        self.t = 0.0

    def force(self, x):
        return -self.k * np.sin(x)

    def run(self, x, v, steps):
        for _ in range(steps):
            v = v + 0.1 * self.force(x)
            x = x + 0.1 * v
            self.t += 0.1
        return x, v


def test_an_attribute_that_a_method_adds_to():
    ours, theirs = Pendulum(2.0), Pendulum(2.0)

    def loss(x, pendulum):
        y, v = pendulum.run(x, 0.0, 5)
        return (y**2 + v**2) * pendulum.t

    value, gradient = value_and_grad(loss)(1.2, ours)
    assert value == loss(1.2, theirs)
    assert ours.t == theirs.t
    above, below = (loss(1.2 + step, Pendulum(2.0)) for step in (1e-6, -1e-6))
    assert gradient == pytest.approx((above - below) / 2e-6, rel=1e-8)


def test_an_attribute_that_is_an_array_is_not_added_to():
    with pytest.raises(TypeError, match=r"an attribute is changed in place by an operator, and is of the type ndarray"):
        value_and_grad(Counting(1.5).adds_to_an_array)(np.ones(2))


def test_an_attribute_that_is_added_what_depends_on_the_arguments():
    with pytest.raises(Refused, match="is stored in an object from outside"):
        value_and_grad(Counting(1.5).keeps_what_is_active)(np.ones(2))


def calls_methods(x):
    return model.energy(x) * plain.energy(x) + model.deep(x)


def calls_an_object(x):
    return model(x) * x[0]


def calls_static_and_class_methods(x):
    return Model.cube(x) + model.cube(x) * Model.to_the_power(x) + model.to_the_power(x)


def reads_a_property(x):
    return np.sum(x * model.double * x)


def method_of_an_argument(x, m):
    return m.energy(x) * m.w


def function_of_a_module(x, xp):
    return xp.sum(xp.sin(x)) * xp.linalg.norm(x) * xp.pi


@pytest.mark.parametrize(
    "function", [calls_methods, calls_an_object, calls_static_and_class_methods, reads_a_property]
)
def test_methods_of_a_global(function):
    check_program(function, (V,))


def test_methods_of_an_argument():
    df = value_and_grad(method_of_an_argument)
    for m in (plain, model, Plain(3.0), Plain(V), Model(2.0)):
        if isinstance(m.w, np.ndarray):
            continue
        value, gradient = df(V, m)
        assert value == method_of_an_argument(V, m)
        np.testing.assert_allclose(gradient, 2.0 * m.w * m.w * V, rtol=1e-14)


def test_another_class_is_another_program():
    class Other:
        w = 1.0

        def energy(self, x):
            return np.sum(x**3)

    df = grad(method_of_an_argument)
    for _ in range(2):
        np.testing.assert_allclose(df(V, plain), 0.5 * V, rtol=1e-14)
        np.testing.assert_allclose(df(V, Other()), 3.0 * V**2, rtol=1e-14)


def test_a_module_as_an_argument():
    other = types.ModuleType("other")
    other.sum, other.sin, other.linalg, other.pi = np.sum, np.cos, np.linalg, 2.0
    df = value_and_grad(function_of_a_module)
    for module in (np, other, np):
        value, gradient = df(V, module)
        step = 1e-6
        assert value == function_of_a_module(V, module)
        for i, g in enumerate(gradient):
            shift = step * np.eye(4)[i]
            slope = function_of_a_module(V + shift, module) - function_of_a_module(V - shift, module)
            assert g == pytest.approx(slope / (2 * step), rel=1e-7)


def test_a_method_that_an_object_hides_is_not_taken_for_its_own():
    hiding = Plain(1.0)
    hiding.energy = lambda x: np.sum(x**3)
    np.testing.assert_allclose(grad(method_of_an_argument)(V, hiding), 3.0 * V**2)


# ------------------------------------------------------------- callables that are no functions


def scaled(a, x, k=2.0, *, s=1.0):
    return np.sum(a * x * x) * k * s


def test_the_gradient_of_a_bound_method():
    m = Plain(2.0)
    df = grad(m.energy)
    np.testing.assert_allclose(df(V), 4.0 * V)
    m.w = 5.0
    np.testing.assert_allclose(df(V), 10.0 * V)
    assert df.__name__ == "energy"
    np.testing.assert_allclose(grad(model.energy, wrt="scale")(V, 3.0), 1.5 * np.sum(V * V))
    np.testing.assert_allclose(grad(model.energy)(x=V, scale=2.0), 6.0 * V)
    value, pullback = vjp(model.energy, wrt=("x", "scale"))(V, 2.0)
    assert value == model.energy(V, 2.0)
    np.testing.assert_allclose(pullback(1.0)[0], 6.0 * V)


def test_the_gradient_of_a_called_object_and_of_methods_of_a_class():
    np.testing.assert_allclose(grad(model)(V), 6.0 * V)
    np.testing.assert_allclose(grad(Model.to_the_power)(V), 2.0 * V)
    np.testing.assert_allclose(grad(Model.cube)(V), 3.0 * V**2)
    np.testing.assert_allclose(grad(model.cube)(V), 3.0 * V**2)
    np.testing.assert_allclose(grad(Model.__dict__["cube"])(V), 3.0 * V**2)


def test_the_gradient_of_a_partial_function():
    np.testing.assert_allclose(grad(functools.partial(scaled, 3.0, s=2.0))(V), 24.0 * V)
    np.testing.assert_allclose(grad(functools.partial(scaled, 3.0, s=2.0))(V, s=1.0), 12.0 * V)
    np.testing.assert_allclose(grad(functools.partial(scaled, x=V), wrt="a")(3.0), 2.0 * np.sum(V * V))
    np.testing.assert_allclose(grad(functools.partial(model.energy, scale=2.0))(V), 6.0 * V)
    held = V.copy()
    df = grad(functools.partial(scaled, held))
    held *= 2.0
    np.testing.assert_allclose(df(V), 8.0 * V * V)


held_function = functools.partial(lambda a, x: np.sum(a * x * x), 2.0)


def test_a_function_that_a_known_object_holds_is_followed_or_refused():
    np.testing.assert_allclose(grad(held_function)(V), 4.0 * V)
    with pytest.raises(Refused, match="func"):
        grad(lambda x: held_function.func(2.0, x))(V)


# -------------------------------------------------------------------------------- attributes


def test_an_attribute_is_read_where_the_program_reads_it():
    def stored(x, m):
        y = x * x * m.w
        m.w = 3.0
        return y * m.w * x

    def changed_by_a_method(x, m):
        return np.sin(m.counted(x)) * m.counted(x)

    for function, expected in [(stored, 3.0 * 2.0 * 3.0 * 1.5**2), (changed_by_a_method, None)]:
        value, gradient = value_and_grad(function)(1.5, Model(2.0))
        assert value == function(1.5, Model(2.0))
        if expected is None:
            s, d = 2.25, 3.0
            expected = np.cos(s) * d * 2.0 * s + np.sin(s) * 2.0 * d
        assert gradient == pytest.approx(expected, rel=1e-14)


def test_an_attribute_is_not_read_again_by_a_pullback():
    m = Plain(2.0)
    value, pullback = vjp(lambda x: x * x * m.w)(3.0)
    m.w = 100.0
    assert (value, pullback(1.0)) == (18.0, 12.0)


class Buffer:
    def __init__(self):
        self.w = np.array([1.0, 2.0, 3.0, 4.0])

    def grow(self):
        self.w += 1.0


buffer = Buffer()


def test_an_array_of_an_object_that_is_changed_in_place_is_refused():
    def by_a_statement(x):
        y = x * buffer.w
        buffer.w += 1.0
        return np.sum(y)

    def by_a_method(x):
        y = x * buffer.w
        buffer.grow()
        return np.sum(y)

    def of_an_argument(x, m):
        y = x * m.w
        m.w *= 2.0
        return np.sum(y)

    for function, args in [(by_a_statement, ()), (by_a_method, ()), (of_an_argument, (Buffer(),))]:
        with pytest.raises(TypeError, match="is changed in place by an operator, and is of the type ndarray"):
            grad(function)(V, *args)


def remember(m, x):
    m.cache = x


class Memory:
    def put(self, x):
        self.cache = x

    def get(self):
        return self.cache


memory = Memory()


def test_refused_active_value_that_a_function_stores_in_an_object():
    def by_a_function(x):
        remember(memory, x * 2.0)
        return memory.cache * x

    def by_a_method(x):
        memory.put(x * 2.0)
        return memory.get() * x

    for function in (by_a_function, by_a_method):
        with pytest.raises(Refused, match="is stored in an object from outside"):
            grad(function)(1.5)


# ---------------------------------------------------------------------------------- contexts


@contextlib.contextmanager
def setting(value):
    old, settings.scale = settings.scale, value
    try:
        yield value
    finally:
        settings.scale = old


LOG = []


class Entered:
    def __enter__(self):
        LOG.append("in")
        return 3.0

    def __exit__(self, kind, error, trace):
        LOG.append("out")
        return False


def test_a_context_that_changes_what_is_read():
    def f(x):
        y = x
        for k in range(2):
            with setting(3.0 + k) as scale:
                y = np.sin(y) * settings.scale + scale
        return np.sum(y * settings.scale)

    check_program(f, (V,))
    assert settings.scale == 1.0


def test_a_context_that_is_left_by_return_and_break():
    def f(x):
        for k in range(3):
            with Entered() as scale:
                if x > 4.0:
                    return x * scale
                x = x * (k + 1.5)
                if x > 3.0:
                    break
        return x * x

    for x in (5.0, 1.0, 2.5):
        LOG.clear()
        expected = f(x)
        entered = list(LOG)
        LOG.clear()
        assert value_and_grad(f)(x)[0] == expected
        assert entered == LOG
    check_program(f, (1.0,))


class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return kind is KeyError


def test_a_context_that_swallows_an_error_of_its_block():
    def f(x, context, table):
        y = x
        with context:
            y = x * 3.0
            y = y * table["k"]
        return y * x

    df = grad(f)
    assert df(1.5, contextlib.nullcontext(), {"k": 2.0}) == 18.0
    assert df(1.5, Quiet(), {"k": 2.0}) == 18.0
    with pytest.raises(TypeError, match="the context swallows an error in the middle of its block"):
        df(1.5, Quiet(), {})


def test_a_bound_method_is_the_one_that_was_taken():
    class Base:
        def f(self, x):
            return np.sum(x**2)

    class Derived(Base):
        def f(self, x):
            return np.sum(x**3)

        renamed = f

    made = Derived()
    np.testing.assert_allclose(grad(super(Derived, made).f)(V), 2.0 * V)
    np.testing.assert_allclose(grad(Base.f.__get__(made))(V), 2.0 * V)
    np.testing.assert_allclose(grad(made.renamed)(V), 3.0 * V**2)
    taken = grad(made.f)
    Derived.f = lambda self, x: np.sum(x)
    np.testing.assert_allclose(taken(V), 3.0 * V**2)
    np.testing.assert_allclose(grad(made.f)(V), np.ones_like(V))


def test_methods_that_are_replaced_in_their_class():
    class Base:
        def f(self, x):
            return np.sum(x**2)

        def __call__(self, x):
            return 3.0 * self.f(x)

        @staticmethod
        def g(x):
            return np.sum(x) * 2.0

        @classmethod
        def h(cls, x):
            return np.sum(x) * 3.0

    class Derived(Base):
        pass

    made, derived = Base(), Derived()
    functions = [made.__call__, lambda x: made.f(x), lambda x: derived.f(x), lambda x: made(x), lambda x: made.g(x)]
    functions += [lambda x: made.h(x), lambda x: Base.g(x), lambda x, m=derived: m.f(x)]
    derivatives = [grad(f) for f in functions]

    def check(*expected):
        for _ in range(2):
            for derivative, slope in zip(derivatives, expected, strict=True):
                np.testing.assert_allclose(derivative(V), slope * np.ones_like(V))

    check(6.0 * V, 2.0 * V, 2.0 * V, 6.0 * V, 2.0, 3.0, 2.0, 2.0 * V)
    Base.f = lambda self, x: np.sum(x)
    Base.g = staticmethod(lambda x: np.sum(x) * 5.0)
    check(3.0, 1.0, 1.0, 3.0, 5.0, 3.0, 5.0, 1.0)
    Derived.f = lambda self, x: np.sum(x) * 7.0
    Base.h = classmethod(lambda cls, x: np.sum(x) * 9.0)
    check(3.0, 1.0, 7.0, 3.0, 5.0, 9.0, 5.0, 7.0)


def test_an_attribute_that_hides_a_method():
    class Holder:
        def f(self, x):
            return np.sum(x**2)

    captured, given = Holder(), Holder()
    of_captured, of_given = grad(lambda x: captured.f(x)), grad(lambda m, x: m.f(x), "x")
    for _ in range(2):
        np.testing.assert_allclose(of_captured(V), 2.0 * V)
        np.testing.assert_allclose(of_given(given, V), 2.0 * V)
        captured.f = given.f = np.sum
        np.testing.assert_allclose(of_captured(V), np.ones_like(V))
        np.testing.assert_allclose(of_given(given, V), np.ones_like(V))
        del captured.f, given.f


def test_functions_of_a_module_that_is_given():
    module = types.ModuleType("module_of_a_test")
    module.f = lambda x: np.sum(x**2)
    df = grad(lambda m, x: m.f(x), "x")
    np.testing.assert_allclose(df(module, V), 2.0 * V)
    module.f = lambda x: np.sum(x**3)
    np.testing.assert_allclose(df(module, V), 3.0 * V**2)


class Hidden:
    """Its methods are not certainly those of its class: attributes are looked up in a way of its own."""

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)

    def get(self, x):
        return 2.0 * x

    def item(self, x):
        return 3.0 * x


hidden = Hidden()


def asks_an_object(x):
    return np.sum(hidden.get(x))


def asks_another(x):
    return np.sum(hidden.item(x))


def draws_around(x):
    return np.sum(np.random.default_rng(1).normal(x[0], 1.0, 3) * x)


def draws_of(x):
    return np.sum(np.random.RandomState(1).choice(x, 2))


@pytest.mark.parametrize("function", [asks_an_object, asks_another, draws_around, draws_of])
def test_what_a_method_makes_of_an_active_argument_is_not_known(function):
    with pytest.raises(Refused, match="is called with an active value, and has no derivative rule"):
        grad(function)(np.array([1.0, 2.0, 3.0]))


class Curve:
    def __init__(self, ends):
        self.ends = np.asarray(ends)

    def rate(self, rates, t):
        if t <= self.ends[0]:
            return rates[0]
        k = int(np.searchsorted(self.ends, t))
        w = (t - self.ends[k - 1]) / (self.ends[k] - self.ends[k - 1])
        return (1 - w) * rates[k - 1] + w * rates[k]


CURVE = Curve([0.5, 1.0, 2.0])


def discounted(rates):
    return sum(np.exp(-CURVE.rate(rates, t) * t) for t in (0.3, 0.8, 1.5))


def test_positions_that_a_residual_holds_at_second_order():
    rates = np.array([0.1, 0.2, 0.3])
    by_rows = np.stack([grad(lambda r, k=k: grad(discounted)(r)[k])(rates) for k in range(3)])
    t, w = np.array([0.3, 0.8, 1.5]), np.array([[1.0, 0.0, 0.0], [0.4, 0.6, 0.0], [0.0, 0.5, 0.5]])
    right = np.einsum("t,ti,tj->ij", t**2 * np.exp(-t * (w @ rates)), w, w)
    np.testing.assert_allclose(hessian(discounted)(rates), right, rtol=1e-12)
    np.testing.assert_allclose(by_rows, right, rtol=1e-12)


class Table:
    def __getitem__(self, x):
        return x * x


TABLES = types.SimpleNamespace(squares=Table(), ones=np.ones(4))


def test_an_object_that_computes_its_items():
    with pytest.raises(TypeError, match="how the items of a Table depend on it"):
        grad(lambda x: TABLES.squares[x * x])(3.0)
    assert grad(lambda x: TABLES.ones[x.astype(int)].sum() * x[0])(np.array([2.0, 1.0]))[0] == 2.0
