"""Types of values, compared as the annotations of the printed text."""

import numpy as np
import pytest

from adcompile.analyses.infer import infer
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.printer import to_text
from adcompile.ir.types import BOOL, FLOAT, INT, UNKNOWN, Array, Scalar

N, M = symbol("n", 2), symbol("m", 2)
VECTOR, MATRIX = Array("float64", (N,)), Array("float64", (N, M))


def types_of(function, *inputs):
    """For each line of the printed text that has types: what it defines, and the types."""
    primal = lower_function(function)
    text = to_text(primal, infer(primal, dict(zip(primal.inputs, inputs, strict=True))))
    found = []
    for line in text.splitlines()[1:]:
        statement, *types = line.strip().split("  # ")
        defined, is_call, _ = statement.partition(" = ")
        found += [f"{defined}: {t}" if is_call and defined[0] == "%" else t for t in types]
    return found


def result_of(function, *inputs):
    """The type of a function's result, as text."""
    primal = lower_function(function)
    types = infer(primal, dict(zip(primal.inputs, inputs, strict=True)))
    return str(types[primal.body.yields[0]])


def test_one_value_after_the_other():
    def f(x, w):
        y = x @ w
        z = y.sum(axis=0)
        return z * 2

    assert types_of(f, MATRIX, Array("float64", (M, 3))) == [
        "%y: float64[n, 3]",
        "%z: float64[3]",
        "%1: float64[3]",
    ]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x + 1, "float64[n, m]"),
        (lambda x: x.T, "float64[m, n]"),
        (lambda x: x[0], "float64[m]"),
        (lambda x: x[0, 1], "float64"),
        (lambda x: x[1:], "float64[n - 1, m]"),
        (lambda x: x[1:-1, None], "float64[n - 2, 1, m]"),
        (lambda x: x[..., 0], "float64[n]"),
        (lambda x: x > 0, "bool[n, m]"),
        (lambda x: x.shape, "(int=n, int=m)"),
        (lambda x: x.ndim, "int=2"),
        (lambda x: len(x) + 1, "int=n + 1"),
        (lambda x: np.sum(x), "float64"),
        (lambda x: np.sum(x, axis=1, keepdims=True), "float64[n, 1]"),
        (lambda x: x.mean(axis=0), "float64[m]"),
        (lambda x: x[0] + x.sum(axis=0), "float64[m]"),
        (lambda x: np.zeros_like(x), "float64[n, m]"),
        (lambda x: (x, 1, 2.0), "(float64[n, m], int=1, float)"),
        (lambda x: {"a": x, "b": None}["a"], "float64[n, m]"),
        (lambda x: [-v for v in x], "list[float64[m]]"),
    ],
)
def test_results(function, expected):
    assert result_of(function, MATRIX) == expected


def test_python_numbers_are_weak():
    assert result_of(lambda x: x * 2.0, Array("float32", (N,))) == "float32[n]"
    assert result_of(lambda x, s: x * s, Array("float32", (N,)), FLOAT) == "float32[n]"
    assert result_of(lambda x, y: x * y, Array("float32", (N,)), VECTOR) == "float64[n]"
    assert result_of(lambda i: i / 2, INT) == "float"
    assert result_of(lambda i: i * 2, INT) == "int"


def test_unknown_says_nothing():
    assert result_of(lambda x: (x + 1)[0].sum(), UNKNOWN) == "?"


def test_a_branch_joins_what_it_may_be():
    def f(x, flag):
        if flag:
            y = x
        else:
            y = x[1:]
        return y

    assert types_of(f, VECTOR, BOOL)[0] == "%y: float64[d1]"


def test_a_branch_on_what_is_known_is_taken():
    def f(x):
        if x.ndim == 1:
            y = x
        else:
            y = "a matrix"
        return y

    assert result_of(f, VECTOR) == "float64[n]"


def test_a_loop_that_keeps_the_shape():
    def f(x, n):
        for i in range(n):
            x = x * i
        return x

    assert result_of(f, VECTOR, INT) == "float64[n]"


def test_a_size_that_changes_is_a_size_of_its_own():
    def f(x):
        y = x
        while x.sum() > 1:
            x = x[1:]
        return x, y

    found = result_of(f, VECTOR)
    assert found.endswith(", float64[n])") and not found.startswith("(float64[n")


def test_a_size_from_inside_a_loop_does_not_leave_it():
    def f(n):
        a = np.zeros(3)
        b = np.zeros(3)
        for i in range(n):
            a = np.zeros(i)
            b = np.zeros(i)
        return a, b

    primal = lower_function(f)
    types = infer(primal, {primal.inputs[0]: INT})
    a, b = types[primal.body.yields[0]].items
    assert a != b, "sizes of different names must not be taken for equal behind the loop"


def test_a_number_that_changes_is_not_known():
    def f(n):
        k = 0
        for _ in range(n):
            k = k + 1
        return k

    assert result_of(f, INT) == "int"


def test_a_flag_that_changes_is_not_known():
    def f(n):
        seen = False
        for _ in range(n):
            seen = True
        return seen

    assert result_of(f, INT) == "bool"


def test_a_type_that_never_settles_is_unknown():
    def f(x, n):
        y = ()
        for _ in range(n):
            y = (y, x)
        return y

    assert result_of(f, FLOAT, INT) == "?"


def test_a_list_has_the_join_of_its_elements():
    def f(x):
        values = []
        for v in x:
            values.append(v * 2)
        return values

    assert result_of(f, Array("float32", (N,))) == "list[float32]"


def test_a_name_that_no_trip_binds_has_the_type_that_a_trip_gives():
    def f(n):
        for i in range(n):
            last = i
        return last

    assert result_of(f, INT) == "int"


def test_stars_of_known_length_are_spread():
    def f(x, y):
        pair = (x, y)
        return np.add(*pair)

    assert result_of(f, VECTOR, FLOAT) == "float64[n]"


def test_unpacking():
    def f(x):
        n, m = x.shape
        first, *rest = (x, n, m)
        return first[0], rest

    assert result_of(f, MATRIX) == "(float64[m], list[int])"


def test_a_call_of_another_function_is_asked_for():
    def helper(x):
        return x

    asked = []

    def call_type(fn, args, kwargs):
        asked.append((fn, args, kwargs))
        return Scalar("float32")

    primal = lower_function(lambda x: helper(x, k=1))
    types = infer(primal, {primal.inputs[0]: FLOAT}, call_type)
    assert [str(t) for t in types.values()] == ["float", "float32"]
    ((fn, args, kwargs),) = asked
    assert fn is helper and args == [FLOAT] and str(kwargs["k"]) == "int=1"
