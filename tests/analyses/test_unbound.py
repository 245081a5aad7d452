"""Which reads may find a name that nothing has bound. A read that is not found always finds one."""

import pytest

from adcompile.analyses.infer import infer
from adcompile.analyses.unbound import Unbound
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.types import FLOAT, INT, UNKNOWN, Array
from adcompile.transforms.simplify import simplify


def unbound(function, *inputs):
    """The names that are read where they may have no value."""
    primal = lower_function(function)
    known = dict(zip(primal.inputs, inputs or [UNKNOWN] * len(primal.inputs), strict=False))
    types = infer(primal, known)
    return sorted({var.name for var, _ in Unbound(simplify(primal, types).body, types).reads()})


def test_one_side_of_a_branch():
    def f(x, c):
        if c:
            y = x
        return y * 2

    def g(x, c):
        if c:
            y = x
        else:
            y = -x
        return y * 2

    def h(x, c):
        if c:
            y = x
        else:
            raise ValueError
        return y * 2

    assert unbound(f) == ["y"]
    assert unbound(g) == unbound(h) == []


def test_a_name_that_is_returned():
    def f(x, n):
        for i in range(n):
            y = x * i
        return y

    def g(x, n):
        for i in range(n):
            y = x * i
        if x > 0:
            return y
        return x

    assert unbound(f) == ["y"]
    assert unbound(g) == ["y"]


def test_a_loop_that_certainly_runs():
    def f(x):
        for i in range(3):
            y = x * i
        return y

    def g(x):
        for i in range(len(x)):
            y = x[i]
        return y * i

    assert unbound(f) == []
    assert unbound(g, Array("float64", (symbol("n", 2),))) == []
    assert unbound(g) == ["i", "y"]


def test_carried_from_the_trip_before():
    def f(x, n):
        s = 0.0
        for i in range(n):
            if i > 0:
                s += y  # noqa: F821
            y = x * i  # noqa: F841
        return s

    assert unbound(f) == ["y"]


@pytest.mark.parametrize("depth", [1, 2])
def test_returns_in_loops_are_no_reads_of_nothing(depth):
    def once(x, n):
        for i in range(n):
            x = x * i
            if x > 10:
                return x
        return -x

    def twice(x, n):
        for i in range(n):
            for j in range(i):
                x = x * j
                if x > 10:
                    return x
            if x < -10:
                break
        else:
            return 2 * x
        return -x

    assert unbound(once if depth == 1 else twice, FLOAT, INT) == []


def test_a_loop_without_an_end():
    def f(x):
        while True:
            y = x * x
            x = x - 1
            if y < 1:
                break
        return y

    def g(x):
        while True:
            if x < 1:
                break
            y = x
            x = x - y * 0.5
        return y

    assert unbound(f) == []
    assert unbound(g) == ["y"]


def test_a_flag_that_tells():
    def f(x, n):
        found = False
        for i in range(n):
            if x > i:
                y, found = x * i, True
        if found:
            return y * 2
        return x

    def g(x, n):
        found = False
        for i in range(n):
            if x > i:
                y, found = x * i, True
        if not found:
            return y * 2
        return x

    assert unbound(f) == []
    assert unbound(g) == ["y"]


def test_a_number_that_tells():
    def f(x, n):
        which = 0
        for i in range(n):
            if x > i:
                y, which = x * i, 2
        if which == 2:
            return y * 2
        return x

    def g(x, n):
        which = 0
        for i in range(n):
            if x > i:
                y, which = x * i, 2
        if which == 0:
            return y * 2
        return x

    assert unbound(f) == []
    assert unbound(g) == ["y"]


def test_the_conditions_under_which_a_value_is_handed_on():
    def f(x, c):
        if c:
            y = x * x
        z = x
        if c:
            z = y
        return z * 2

    def g(x, c):
        if c:
            y = x * x
        z = x
        if not c:
            z = y
        return z * 2

    assert unbound(f) == []
    assert unbound(g) == ["y", "z"]


def test_a_flag_that_alternates():
    def f(x, n):
        flag, z = False, x
        for _ in range(n):
            if flag:
                z = z + y  # noqa: F821
            if x < 0:
                y = x  # noqa: F841
            flag = not flag
        return z

    assert unbound(f) == ["y"]


def test_a_flag_from_outside_of_the_loop():
    def f(x, n, c):
        if c:
            y = x * x
        for i in range(n):
            if c:
                y = y * i
        if c:
            return y * 2
        return x

    def g(x, n, c):
        for i in range(n):
            c = not c
            if c:
                y = x * i
        if c:
            return y * 2
        return x

    assert unbound(f) == []
    assert unbound(g) == ["y"]
