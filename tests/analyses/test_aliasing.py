"""Which values may share memory. A pair that is said not to share really does not."""

import itertools

import numpy as np
import pytest

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import infer
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import BOOL, FLOAT, INT, UNKNOWN, Array, List

N = symbol("n", 2)
VECTOR, MATRIX = Array("float64", (N,)), Array("float64", (N, N))


class Found:
    """The aliasing of a function, asked by the user's names: the first value of each name."""

    def __init__(self, function, *inputs):
        primal = lower_function(function)
        types = infer(primal, dict(zip(primal.inputs, inputs, strict=True)))
        self.aliasing = Aliasing(primal.body, types)
        defined = [*primal.inputs, *(v for s in walk(primal.body) for v in (*inner_of(s), *results_of(s)))]
        self.vars = {}
        for var in defined:
            if var.name:
                self.vars.setdefault(var.name, var)

    def share(self, a, b):
        return self.aliasing.may_share(self.vars[a], self.vars[b])

    def affects(self, a, b):
        return self.aliasing.affects(self.vars[a], self.vars[b])


def test_views_share_and_results_do_not():
    def f(x):
        view = x[1:]
        row = x[0]
        turned = x.T
        flat = x.reshape(-1)
        same = x
        fresh = x + 1
        copied = x.copy()
        return view, row, turned, flat, same, fresh, copied

    found = Found(f, MATRIX)
    for name in ("view", "row", "turned", "flat"):
        assert found.share("x", name)
    for name in ("fresh", "copied"):
        assert not found.share("x", name)
        assert not found.share(name, "view")


VIEWS = {
    "slice": lambda x: x[1:],
    "transpose": lambda x: np.transpose(x),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "ravel": lambda x: x.ravel(),
    "diagonal": lambda x: x.diagonal(),
    "asarray": lambda x: np.asarray(x),
    "flip": lambda x: np.flip(x),
    "squeeze": lambda x: x[None].squeeze(0),
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 3)),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "atleast_3d": lambda x: np.atleast_3d(x),
    "split": lambda x: np.split(x, 3)[0],
    "real": lambda x: np.real(x),
    "method": lambda x: x.view(),
    "kept": lambda x: (lambda: x)(),
}


@pytest.mark.parametrize("function", VIEWS.values(), ids=VIEWS)
def test_what_shares_memory_in_numpy_may_share_here(function):
    x = np.arange(9.0).reshape(3, 3)
    assert np.shares_memory(x, function(x))
    primal = lower_function(function)
    (result,) = primal.body.yields
    for type_ in (MATRIX, UNKNOWN):
        types = infer(primal, {primal.inputs[0]: type_})
        assert Aliasing(primal.body, types).may_share(primal.inputs[0], result)


def test_numbers_have_no_memory():
    def f(x, s):
        a = x[0]
        b = s
        c = b + 0
        return a, c

    found = Found(f, VECTOR, FLOAT)
    assert not found.share("x", "a")
    assert not found.share("s", "x")


def test_containers_hold_what_is_put_in():
    def f(x, y):
        pair = (x, y)
        first = pair[0]
        second = pair[1]
        return first, second

    found = Found(f, VECTOR, VECTOR)
    assert found.share("first", "x") and found.share("second", "y")
    assert not found.share("first", "y")
    assert not found.share("pair", "x")
    assert found.affects("x", "pair") and not found.affects("pair", "x")


def test_unpacking_keeps_the_fields_apart():
    def f(x, y):
        pair = (x, y)
        a, b = pair
        return a, b

    found = Found(f, VECTOR, VECTOR)
    assert found.share("a", "x") and found.share("b", "y") and not found.share("a", "b")


def test_an_unknown_index_gives_any_element():
    def f(x, y, i):
        values = [x, y]
        one = values[i]
        return one

    found = Found(f, VECTOR, VECTOR, INT)
    assert found.share("one", "x") and found.share("one", "y")


def test_a_list_that_grows():
    def f(x, y):
        values = []
        values.append(x)
        values.append(y + 1)
        last = values[1]
        return last

    found = Found(f, VECTOR, VECTOR)
    assert found.affects("x", "values")
    assert not found.affects("y", "values")
    assert found.share("last", "x")


def test_branches_and_loops_join():
    def f(x, y, flag, n):
        if flag:
            a = x
        else:
            a = y
        b = x + 1
        for _ in range(n):
            b = b[::-1]
        return a, b

    found = Found(f, VECTOR, VECTOR, BOOL, INT)
    assert found.share("a", "x") and found.share("a", "y")
    assert found.share("x", "y"), "one class, for the order of statements is not looked at"
    assert not found.share("b", "x")


def test_elements_of_a_loop():
    def f(rows, values):
        for row in rows:
            pass
        for value in values:
            pass
        return row, value

    found = Found(f, MATRIX, List(VECTOR))
    assert found.share("row", "rows")
    assert not found.share("value", "values") and found.affects("value", "values")


def test_updates_are_their_arrays():
    def f(x):
        a = np.zeros_like(x)
        a[0] = x[0]
        b = a
        b[1] += 1
        return a, b

    found = Found(f, VECTOR)
    assert not found.affects("a", "x") and not found.affects("x", "a")


def test_what_is_not_known_may_share():
    def mystery(x):
        return x

    def f(x, y):
        a = mystery(x)
        b = y.attribute
        c = x + 1
        return a, b, c

    found = Found(f, UNKNOWN, UNKNOWN)
    assert found.share("a", "x") and found.share("b", "y")
    for one, other in itertools.combinations(("a", "b", "c"), 2):
        assert not found.share(one, other)
