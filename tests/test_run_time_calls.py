"""Functions that only the running program knows: layers in a list, what an attribute holds, an item of a dict."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from programs.language import V

from adcompile import Refused, UsageError, grad, hessian, jacobian, jvp, value_and_grad, vjp
from adcompile.testing.programs import check_program

X = np.array([1.0, 0.7, -0.3])
W = np.array([[0.4, -0.3, 0.9], [1.2, 0.6, -0.5], [-0.8, 1.1, 0.3]])


class Dense:
    def __init__(self, w, act):
        self.w, self.b, self.act = w, w[0] * 0.1, act

    def __call__(self, h):
        return self.act(self.w @ h + self.b)

    def scaled(self, h, scale=1.0):
        return scale * self(h)


class Residual:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, h):
        return h + self.inner(h)


class Dropout:
    def __call__(self, h):
        return h * (np.random.rand(*h.shape) < 0.7)


class Net:
    def __init__(self, *layers):
        self.layers, self.loss = list(layers), lambda p, t: np.sum((p - t) ** 2)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def relu(v):
    return np.maximum(v, 0.0) + 0.1 * v


def same(h):
    return h


def backwards(h):
    return h[::-1]


def with_sum(h):
    return h * 2.0, h.sum()


NET = Net(Dense(W, np.tanh), Residual(Dense(W.T, relu)), Residual(Residual(Dense(W, np.sin))))
FUNCTIONS = Net(same, np.sin, backwards, functools.partial(np.multiply, 2.0), NET.layers[0].scaled, same)
CHOSEN = {"tanh": np.tanh, "relu": relu}
PAIRS = [with_sum, with_sum]


def of_a_net(x):
    return NET.loss(NET(x), X)


def of_functions_of_all_kinds(x):
    return FUNCTIONS.loss(FUNCTIONS(x), X)


def of_methods(x):
    h = x
    for layer in NET.layers[:1]:
        h = layer.scaled(h, scale=2.0) + h
        h = layer.scaled(h) * x
    return np.sum(h)


def of_items_of_a_dict(x, names):
    for name in names:
        x = CHOSEN[name](x * 2.0)
    return np.sum(x * x)


def of_functions_with_two_results(x):
    total = 0.0
    for function in PAIRS:
        x, s = function(x)
        total = total + s
    return total + np.sum(x)


def of_an_attribute_of_a_module(x):
    return np.sum(getattr(np, "sin" if x[0] > 0 else "cos")(x))


def of_one_of_two(x):
    function = np.sin if x[0] > 5 else relu
    return np.sum(function(x) * x)


def of_what_gives_back_its_argument(x):
    y = x * 1.0
    h = [same][0](y)
    h[0] = x[1] * 3.0
    return np.sum(h * y)


def until_a_function_says_so(x):
    while [np.max][0](np.abs(x)) > 0.1:
        x = x * 0.5
    return np.sum(x * x)


PROGRAMS = [
    *[(f, (X,)) for f in (of_a_net, of_functions_of_all_kinds, of_methods, of_functions_with_two_results)],
    *[(f, (X,)) for f in (of_an_attribute_of_a_module, of_one_of_two, of_what_gives_back_its_argument)],
    (until_a_function_says_so, (X,)),
    (of_items_of_a_dict, (X, ("tanh", "relu"))),
]


@pytest.mark.parametrize("function, args", PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_value_and_gradient(function, args):
    check_program(function, args)


@pytest.mark.parametrize("function, args", PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_tangents_are_those_of_the_gradient(function, args):
    gradient = grad(function, "x")(*args)
    x, *rest = args
    for direction in np.eye(3):
        value, tangent = jvp(function, "x")(x, *rest, direction)
        assert value == function(*args)
        np.testing.assert_allclose(tangent, gradient @ direction, rtol=1e-12)


def test_jacobian():
    made = jacobian(NET)(X)
    _, pullback = vjp(NET)(X)
    np.testing.assert_allclose(made, [pullback(row) for row in np.eye(3)], rtol=1e-13)


def test_what_is_drawn_is_drawn_once():
    def kept(x, net):
        return np.sum(net(x) * x)

    np.random.seed(3)
    value, gradient = value_and_grad(kept)(X, Net(Dropout(), Dropout()))
    np.random.seed(3)
    mask = (np.random.rand(3) < 0.7) * (np.random.rand(3) < 0.7)
    assert value == np.sum(X * mask * X)
    np.testing.assert_allclose(gradient, 2.0 * X * mask)


def test_what_an_attribute_holds_may_change():
    model = Dense(W, np.tanh)
    df = grad(lambda x: np.sum(model(x)))
    first = df(X)
    model.act = np.sin
    np.testing.assert_allclose(df(X), W.T @ np.cos(W @ X + model.b), rtol=1e-13)
    assert not np.allclose(first, df(X))
    model.w = 2.0 * W
    np.testing.assert_allclose(df(X), 2.0 * W.T @ np.cos(2.0 * W @ X + model.b), rtol=1e-13)


class Remembers:
    def __call__(self, h):
        self.last = h
        return h * 2.0


def doubles_in_place(h):
    h *= 2.0
    return h


def through(functions):
    def f(x):
        h = x * 1.0
        for function in functions:
            h = function(h)
        return np.sum(h * x)

    return f


@pytest.mark.parametrize(
    "functions, error, message",
    [
        ([doubles_in_place, np.sin], UsageError, "may change what it is given"),
        ([Remembers()], Refused, "is stored in an object from outside"),
        ([np.fft.hfft], Refused, "has no derivative rule"),
        ([np.vectorize(np.sin), np.sin], UsageError, "'vectorize', .* has neither source nor a rule"),
        ([np.unwrap, np.sin], UsageError, "'unwrap', .* has neither source nor a rule"),
        ([lambda h: np.random.shuffle(h) or h], Refused, "may change 'h' in place"),
    ],
    ids=["changes its argument", "keeps its argument", "no rule", "no source", "neither", "shuffles"],
)
@pytest.mark.parametrize("mode", [grad, lambda f: lambda x: jvp(f)(x, x)], ids=["grad", "jvp"])
def test_refused_when_it_runs(functions, error, message, mode):
    with pytest.raises(error, match=message):
        mode(through(functions))(X)


def closures_that_hold_active_values(x):
    y = x * 1.0
    for function in [lambda v: v * x, lambda v: v + x]:
        y = function(y)
    return np.sum(y)


def functions_that_are_called_for_their_effect(x):
    y = x * 2.0
    for function in WATCHERS:
        function(y)
    return np.sum(y * x)


WATCHERS = [lambda y: None, doubles_in_place]


@pytest.mark.parametrize(
    "function, message",
    [
        (closures_that_hold_active_values, "known only at run time"),
        (functions_that_are_called_for_their_effect, "may change"),
    ],
)
def test_refused_at_once(function, message):
    with pytest.raises(Refused, match=message):
        grad(function)(X)


def test_refused_of_second_order_and_of_patterns():
    with pytest.raises(Refused, match="is differentiated again"):
        hessian(of_a_net)(X)
    with pytest.raises(Refused, match="known only at run time"):
        jacobian(NET, sparsity="auto")(V)
