"""The specialisation that a call finds: never one for other types, and found without a search."""

import numpy as np
import pytest

from adcompile import grad
from adcompile.dispatch import MOST_PATTERNS, Dispatcher
from adcompile.fast_path import MOST_VALUES, exact_key, table_key

SCALE = np.array([2.0, 3.0])
FACTOR = 2.0


@pytest.fixture
def searches(monkeypatch):
    """The list of the calls that were not found at once."""
    made = []
    find = Dispatcher.find

    def counted(self, given, **options):
        made.append(given)
        return find(self, given, **options)

    monkeypatch.setattr(Dispatcher, "find", counted)
    return made


@pytest.fixture
def compilations(monkeypatch):
    """The list of the types for which something was compiled."""
    made = []
    init = Dispatcher.__init__

    def counted(self, function, wrt, compile_):
        init(self, function, wrt, lambda types: made.append(types) or compile_(types))

    monkeypatch.setattr(Dispatcher, "__init__", counted)
    return made


# ------------------------------------------------------------------------- what is found at once


def dot_all(x, y):
    return np.sum(x * SCALE) + np.dot(y, y)


def of_list(params, x):
    return np.sum(params[0] * x) + np.sum(params[1] * x * x)


def of_dict(params, x):
    return np.sum(params["w"] * x) + params["b"]


def of_nested(layers, x):
    for weight, bias in layers:
        x = x @ weight + bias
    return np.sum(x)


def of_options(x, kind, flag, dtype, window, function):
    y = x if flag else 2 * x
    return np.sum(function(y.astype(dtype)[window]) * (3 if kind == "cubic" else 1))


A, B = np.array([1.0, 2.0]), np.array([0.5, -1.0])


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (lambda x: np.sum(x * x), (A,)),
        (lambda x, y: x * y, (2.0, 3.0)),
        (lambda x, y: x * y, (2, 3)),
        (lambda x, y: np.sum(x) * y, (A.astype(np.float32), np.float32(2.0))),
        (dot_all, (A, B)),
        (of_list, ([A, B], A)),
        (of_list, ((A, B), A)),
        (of_dict, ({"w": A, "b": 1.5}, B)),
        (of_nested, ([(np.eye(2), A), (np.ones((2, 3)), 0.5)], B)),
        (of_options, (A, "cubic", True, np.float64, slice(0, 1), np.sin)),
    ],
)
def test_the_second_call_does_not_search(searches, function, arguments):
    df = grad(function)
    first = df(*arguments)
    assert len(searches) == 1
    np.testing.assert_equal(df(*arguments), first)
    assert len(searches) == 1


def test_defaults_and_keywords_do_not_search_again(searches):
    def f(x, n=2, *, scale=1.0):
        return np.sum(x**n) * scale

    def plain(x, n=2):
        return np.sum(x**n)

    df = grad(plain)
    for _ in range(3):
        assert np.array_equal(df(A), 2 * A)
        assert np.array_equal(df(A, n=3), 3 * A**2)
        assert np.array_equal(df(n=3, x=A), 3 * A**2)
    assert len(searches) <= 2
    assert np.array_equal(grad(f)(A, scale=2.0), 4 * A)


def test_other_sizes_are_found_at_once_after_their_first_call(searches):
    df = grad(of_list)
    for _ in range(2):
        for n in (2, 5, 9):
            df([np.ones(n), np.ones(n)], np.ones(n))
    assert len(searches) == 3


# --------------------------------------------------------------- what a specialisation depends on


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (int, float),
        (np.dtype("f4"), np.dtype("f8")),
        (slice(0, 2), slice(0, 3)),
        (b"a", b"b"),
        (np.sin, np.cos),
        (True, False),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0], [1.0, True]),
        ({"a": 1.0}, {"b": 1.0}),
        ((1.0,), [1.0]),
        (np.ones(2), np.ones(3)),
        (np.ones(2), np.ones(2, np.float32)),
        (np.float64(1), np.float32(1)),
    ],
)
def test_values_of_different_types_have_different_keys(one, other):
    assert exact_key(one) != exact_key(other)
    assert exact_key(one) == exact_key(one)


def test_a_key_of_the_table_tells_what_the_kinds_leave_open():
    assert table_key([1.0, None, [2.0, 3]]) is None
    assert table_key(["a", [A]]) == ("a", A.dtype, A.shape)


def test_a_class_as_an_argument():
    def f(x, kind):
        return np.sum(x) * (2 if kind is int else 3)

    df = grad(f)
    for _ in range(2):
        assert np.array_equal(df(A, int), [2.0, 2.0])
        assert np.array_equal(df(A, float), [3.0, 3.0])


def test_a_slice_as_an_argument():
    def f(x, window):
        return np.sum(x) * (2 if window == slice(0, 2) else 3)

    df = grad(f)
    for _ in range(2):
        assert np.array_equal(df(A, slice(0, 2)), [2.0, 2.0])
        assert np.array_equal(df(A, slice(0, 3)), [3.0, 3.0])


def test_lists_of_other_lengths_and_kinds():
    def f(params):
        total = 0.0
        for p in params:
            total = total + np.sum(p * p)
        return total

    df = grad(f)
    for _ in range(2):
        for params in ([A], [A, B], [A, 3.0], [A, 3], [2.0, 3.0, 4.0], [A, np.ones((2, 2))]):
            made = df(params)
            assert len(made) == len(params)
            for gradient, p in zip(made, params, strict=True):
                assert np.array_equal(gradient, 2 * np.asarray(p))


def test_ints_are_taken_as_floats_by_every_call():
    df = grad(lambda x, n: x**n)
    for _ in range(3):
        gradient = df(3, 2)
        assert type(gradient) is float and gradient == 6.0
        assert df(3.0, 2) == 6.0
    assert df(2, 3) == 12.0


# ----------------------------------------------------------------------------- what is outside


def test_a_captured_array_of_another_type(monkeypatch, compilations):
    df = grad(dot_all)
    for _ in range(2):
        monkeypatch.setitem(globals(), "SCALE", np.array([2.0, 3.0]))
        assert np.array_equal(df(A, B), [2.0, 3.0])
        monkeypatch.setitem(globals(), "SCALE", np.array([4.0, 5.0], np.float32))
        assert np.array_equal(df(A, B), [4.0, 5.0])
        monkeypatch.setitem(globals(), "SCALE", 7.0)
        assert np.array_equal(df(A, B), [7.0, 7.0])
    assert len(compilations) == 3


def test_specialisations_that_capture_different_things_are_each_compiled_once(monkeypatch, compilations):
    def scaled(x):
        return np.sum(x) * FACTOR

    def f(x):
        return np.sum(x) if x.ndim == 1 else scaled(x)

    df = grad(f)
    square = np.ones((2, 2))
    for factor in (2.0, 3.0, 4.0):
        monkeypatch.setitem(globals(), "FACTOR", factor)
        assert np.array_equal(df(A), [1.0, 1.0])
        assert np.array_equal(df(square), np.full((2, 2), factor))
    assert len(compilations) == 2


def inner(x):
    return 2 * x


def outer(x):
    return np.sum(inner(x))


@pytest.mark.parametrize("order", [(A, np.ones((2, 2))), (np.ones((2, 2)), A)])
def test_a_function_that_only_one_specialisation_calls_is_changed(monkeypatch, order):
    def f(x):
        if x.ndim == 1:
            return np.sum(x)
        return outer(x)

    df = grad(f)
    for factor in (2, 5, 7):
        monkeypatch.setitem(globals(), "inner", lambda x, factor=factor: factor * x)
        for x in (*order, *order):
            assert np.array_equal(df(x), np.ones(2) if x.ndim == 1 else np.full((2, 2), float(factor)))


def test_a_closure_variable_that_is_deleted():
    factor = 2.0

    def f(x):
        return np.sum(x * factor)

    df = grad(f)
    assert np.array_equal(df(A), [2.0, 2.0])
    del factor
    with pytest.raises(Exception, match="factor"):
        df(A)
    factor = 4.0
    assert np.array_equal(df(A), [4.0, 4.0])


# -------------------------------------------------------------------------------------- the limits


def test_more_values_than_a_pattern_may_have():
    df = grad(lambda params: sum(np.sum(p * p) for p in params))
    many = [np.array([float(i)]) for i in range(MOST_VALUES + 1)]
    for _ in range(2):
        assert [g[0] for g in df(many)] == [2.0 * i for i in range(len(many))]


def test_more_patterns_than_are_kept(monkeypatch):
    monkeypatch.setattr("adcompile.dispatch.MOST_PATTERNS", 2)
    assert MOST_PATTERNS > 2
    df = grad(lambda x, n: np.sum(x) * n)
    for n in (1, 2.0, np.float64(3), np.float32(4), True) * 2:
        assert np.array_equal(df(A, n), [float(n), float(n)])
