"""Which values carry a derivative, as the names of the active ones in the order of the text."""

import numpy as np

import adcompile.rules  # noqa: F401  (registers the rules)
from adcompile.analyses.activity import active_values
from adcompile.analyses.infer import infer
from adcompile.errors import DiagnosticList
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import FLOAT, INT, UNKNOWN, Array
from adcompile.runtime.markers import detach, no_grad
from adcompile.transforms.detach_blocks import detach_blocks

VECTOR = Array("float64", (symbol("n", 2),))


def active_names(function, *inputs, wrt=(0,)):
    """The names of the active values."""
    primal = lower_function(function)
    types = infer(primal, dict(zip(primal.inputs, inputs, strict=True)))
    primal = detach_blocks(primal, types, DiagnosticList())
    active, varied = active_values(primal, types, [primal.inputs[i] for i in wrt])
    assert active <= varied
    defined = [*primal.inputs, *(v for s in walk(primal.body) for v in (*inner_of(s), *results_of(s)))]
    return list(dict.fromkeys(v.name or "(temporary)" for v in defined if v in active))


def test_varied_and_useful():
    def f(x, y):
        a = x * y
        b = y * y
        c = a + b
        unused = x * 3  # noqa: F841
        return c

    assert active_names(f, FLOAT, FLOAT) == ["x", "a", "c"]
    assert active_names(f, FLOAT, FLOAT, wrt=(1,)) == ["y", "a", "b", "c"]
    assert active_names(f, FLOAT, FLOAT, wrt=(0, 1)) == ["x", "y", "a", "b", "c"]


def test_varied_is_what_depends_on_the_input():
    def f(x, y):
        a = x * y
        b = y * y
        unused = x * 3  # noqa: F841
        return a + b

    primal = lower_function(f)
    types = infer(primal, dict.fromkeys(primal.inputs, FLOAT))
    primal = detach_blocks(primal, types, DiagnosticList())
    active, varied = active_values(primal, types, primal.inputs[:1])
    assert sorted(v.name for v in varied) == ["", "a", "unused", "x"]
    assert sorted(v.name for v in active) == ["", "a", "x"]


def test_nothing_is_active_if_the_result_does_not_depend_on_the_input():
    def f(x, y):
        a = x * 2  # noqa: F841
        return y

    assert active_names(f, FLOAT, FLOAT) == []


def test_integers_and_comparisons_are_passive():
    def f(x, n):
        shape = x.shape
        positive = x > 0
        scaled = x * n * shape[0]
        chosen = np.where(positive, scaled, 0.0)
        return chosen

    assert active_names(f, VECTOR, INT, wrt=(0, 1)) == ["x", "(temporary)", "scaled", "chosen"]


def test_piecewise_constant_functions_stop_a_derivative():
    def f(x):
        a = np.floor(x)
        b = np.sign(x) + a
        return b * 2

    assert active_names(f, FLOAT) == []


def test_detach_stops_a_derivative():
    def f(x):
        a = detach(x)
        b = a * x
        return b

    assert active_names(f, FLOAT) == ["x", "b"]


def test_no_grad_stops_a_derivative():
    def f(x):
        with no_grad():
            a = x * x
        b = a * x
        return b

    assert active_names(f, FLOAT) == ["x", "b"]


def test_a_loop_carries_activity_around():
    def f(x, n):
        a = 0.0
        b = 0.0
        c = 0.0
        for i in range(n):
            c = c + b
            b = b + a
            a = a + x
        return c

    assert sorted(active_names(f, FLOAT, INT)) == ["a", "b", "c", "x"]


def test_a_while_loop_carries_activity_around():
    def f(x):
        norm = 1.0
        while norm < 10:
            norm = norm * 2
            y = x * norm
            x = y
        return x

    assert active_names(f, FLOAT) == ["x", "y"]


def test_elements_of_an_active_sequence_are_active():
    def f(xs, ys):
        total = 0.0
        for x, y in zip(xs, ys):
            total = total + x * y
        return total

    assert active_names(f, VECTOR, VECTOR) == ["xs", "x", "total", "(temporary)"]


def test_a_branch_is_active_if_a_side_is():
    def f(x, flag):
        if flag > 0:
            y = x * 2
        else:
            y = 3.0
        return y

    assert active_names(f, FLOAT, FLOAT, wrt=(0, 1)) == ["x", "y"]


def test_containers_and_views_are_active():
    def f(x):
        pair = (x[1:], 3)
        table = {"a": pair[0]}
        values = [table["a"].sum()]
        return values[0]

    assert active_names(f, VECTOR) == ["x", "(temporary)", "pair", "table", "values"]


def test_what_is_unknown_may_be_active():
    def f(x):
        a = x * 2
        return a[0]

    assert active_names(f, UNKNOWN) == ["x", "a", "(temporary)"]


def test_text_is_passive():
    def f(x):
        label = f"{x}"
        print(label)
        return x * len(label)

    assert active_names(f, FLOAT) == ["x", "(temporary)"]


def test_a_kept_statement_may_pass_a_derivative():
    def f(x):
        try:
            y = x * 2
        except ValueError:
            y = 0.0
        return y

    assert active_names(f, FLOAT) == ["x", "y"]


# ------------------------------------------------------------------ some items of a tuple


def test_what_is_recorded_beside_an_active_value_is_passive():
    def f(x, ys):
        tape = []
        for y in ys:
            x = x * y
            tape.append((y, x))
        total = 0.0
        for y, before in reversed(tape):
            total = total + y * before
        return total

    assert active_names(f, FLOAT, VECTOR) == ["x", "tape", "(temporary)", "total", "before"]


def test_an_item_that_one_side_of_a_branch_makes_active_is_active():
    def f(x, y, flag):
        pair = (y, x)
        if flag > 0:
            pair = (x, x)
        first, _other = pair
        return first

    assert active_names(f, FLOAT, FLOAT, FLOAT) == ["x", "pair", "first"]


def test_an_item_that_a_later_trip_makes_active_is_active():
    def f(x, y):
        pair = (x, y)
        for _ in range(3):
            first, second = pair
            pair = (second, first)
        return pair[1]

    assert active_names(f, FLOAT, FLOAT) == ["x", "pair", "first", "second", "(temporary)"]


def test_items_behind_a_subscript_that_is_not_known_are_active():
    def f(x, y, k):
        pair = (x, y)
        last = pair[-1]
        some = pair[k]
        return last * some

    assert active_names(f, FLOAT, FLOAT, INT) == ["x", "pair", "some", "(temporary)"]
