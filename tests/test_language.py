"""Every construct of the language: the value is the plain function's to the bit, the gradient right.

The programs stand in `tests/programs`. What has to happen once and in order
(printing, counters, random numbers), what is read again at every call, and what is refused,
is tested here.
"""

from __future__ import annotations

import copy
import logging
import re
import types
from collections import deque
from pathlib import Path

import numpy as np
import programs.displays
import programs.given_functions
import programs.items
import programs.other_names
import programs.scopes
import programs.simulations
import pytest
from programs.language import CASES, V

import adcompile
from adcompile import Refused, UsageError, detach, grad, no_grad, value_and_grad
from adcompile.ir.types import UNKNOWN
from adcompile.testing.programs import check_program, reference_gradient

# ------------------------------------------------------------------------------------ the table


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_value_and_gradient(case):
    for args in case.calls:
        check_program(case.function, args)


def test_program_names_are_unique():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


# ------------------------------------------------------------------------------------- captures

SCALE = 2.0
WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0])
SETTINGS = {"rate": 0.5}


def scaled(v):
    return np.sum(v * v * WEIGHTS) * SCALE * SETTINGS["rate"]


def calls_scaled(v):
    return scaled(v) * SCALE


@pytest.mark.parametrize("function", [scaled, calls_scaled])
def test_changed_global_gives_the_new_gradient(function, monkeypatch):
    df = grad(function)
    for scale, weights, rate in [(2.0, V, 0.5), (3.0, V + 1.0, 0.5), (-1, V[:1], 0.25), (2.0, 2.5, 1)]:
        monkeypatch.setitem(globals(), "SCALE", scale)
        monkeypatch.setitem(globals(), "WEIGHTS", weights)
        monkeypatch.setitem(SETTINGS, "rate", rate)
        np.testing.assert_allclose(df(V), reference_gradient(function, (V,), 0), rtol=1e-12)


def test_global_changed_in_place_gives_the_new_gradient(monkeypatch):
    monkeypatch.setitem(globals(), "WEIGHTS", np.ones(4))
    df = grad(scaled)
    first = df(V)
    WEIGHTS[:] = 3.0
    np.testing.assert_allclose(df(V), 3.0 * first, rtol=1e-15)


def helper(x):
    return x * x


def calls_helper(x):
    return helper(x) * 2.0


def test_replaced_global_function_gives_the_new_gradient(monkeypatch):
    df = grad(calls_helper)
    assert df(3.0) == 12.0
    monkeypatch.setitem(globals(), "helper", lambda x: x * x * x)
    assert df(3.0) == 54.0
    monkeypatch.undo()
    assert df(3.0) == 12.0


def test_changed_closure_variable_gives_the_new_gradient():
    scale = 2.0

    def f(x):
        return x * x * scale

    df = grad(f)
    assert df(3.0) == 12.0
    scale = 5.0
    assert df(3.0) == 30.0
    scale = np.array([1.0, 2.0])

    def g(x):
        return np.sum(x * x * scale)

    assert grad(g)(3.0) == 18.0


def test_two_closures_of_one_function():
    def make(scale):
        def f(x):
            return x * x * scale

        return grad(f)

    two, three = make(2.0), make(3.0)
    assert (two(1.0), three(1.0), two(1.0)) == (4.0, 6.0, 4.0)


def test_changed_attribute_of_a_captured_object():
    model = types.SimpleNamespace(rate=2.0)

    def f(x):
        return x * x * model.rate

    df = grad(f)
    assert df(3.0) == 12.0
    model.rate = 5.0
    assert df(3.0) == 30.0


# --------------------------------------------------------------------------------- passive code


def test_printing_happens_once_and_in_order(capsys):
    def f(x):
        print("start", x)
        y = x
        for i in range(2):
            y = y * x
            print(f"step {i}: {y:.2f}")
        print("end")
        return y

    value, gradient = value_and_grad(f)(2.0)
    printed = capsys.readouterr().out
    assert (value, gradient) == (8.0, 12.0)
    assert f(2.0) == value
    assert capsys.readouterr().out == printed == "start 2.0\nstep 0: 4.00\nstep 1: 8.00\nend\n"


def test_counters_change_once():
    calls = []
    counter = {"n": 0}

    def f(x):
        calls.append("f")
        counter["n"] += 1
        return x * x * len(calls)

    df = grad(f)
    assert df(3.0) == 6.0
    assert (calls, counter) == (["f"], {"n": 1})


def note(log, text):
    log.append(text)


def test_call_with_an_effect_happens_once():
    log = []

    def f(x, log):
        note(log, "begin")
        y = x * x
        for i in range(3):
            note(log, i)
            y = y * x
        note(log, "end")
        return y

    assert grad(f)(2.0, log) == 5 * 2.0**4
    assert log == ["begin", 0, 1, 2, "end"]


def test_logging(caplog):
    logger = logging.getLogger("program")

    def f(x):
        y = x * x
        logger.warning("y is %s", y)
        return y * x

    with caplog.at_level(logging.WARNING):
        assert grad(f)(2.0) == 12.0
    assert [r.getMessage() for r in caplog.records] == ["y is 4.0"]


def test_random_numbers_are_drawn_once_and_in_order():
    def f(x, rng):
        y = x
        for _ in range(3):
            y = y * rng.normal()
        return y * rng.uniform()

    rng = np.random.default_rng(1)
    expected = rng.normal() * rng.normal() * rng.normal() * rng.uniform()
    follower = rng.uniform()
    rng = np.random.default_rng(1)
    assert grad(f)(2.0, rng) == pytest.approx(expected, rel=1e-14)
    assert rng.uniform() == follower


def test_failing_assert():
    def f(x):
        y = x * x
        assert y < 5.0, f"y is {y}"
        return y

    df = grad(f)
    assert df(2.0) == 4.0
    with pytest.raises(AssertionError, match=r"y is 9\.0"):
        df(3.0)


def test_raise():
    def f(x):
        y = x
        for i in range(3):
            if y > 3.0:
                raise ValueError(f"step {i}: {y}")
            y = y * x
        return y

    df = grad(f)
    assert df(1.0) == 4.0
    with pytest.raises(ValueError, match=r"step 1: 4\.0"):
        df(2.0)


def test_with_a_passive_context():
    entered = []

    class Context:
        def __enter__(self):
            entered.append("in")
            return 3.0

        def __exit__(self, *exc):
            entered.append("out")

    def f(x):
        with Context() as scale:
            y = x * x * scale
        with np.errstate(all="ignore"), Context():
            y = y * x
        return y

    assert grad(f)(2.0) == 36.0
    assert entered == ["in", "out", "in", "out"]


def test_try_around_passive_code():
    def f(x, table):
        try:
            scale = table["scale"]
        except KeyError:
            scale = 2.0
        finally:
            done = True
        return x * x * scale if done else x

    assert grad(f)(3.0, {}) == 12.0
    assert grad(f)(3.0, {"scale": 5.0}) == 30.0


def test_timing_and_formatting():
    def f(x):
        import time

        start = time.perf_counter()
        y = x * x
        message = f"took {time.perf_counter() - start:.3f} s for {round(x, 3)}"
        message += "{:.3f} at {}".format(x, round(y, 3))  # noqa: UP032 (the call is what is tested)
        return y if message else x

    assert grad(f)(3.0) == 6.0


def test_a_list_shuffled_by_something_unknown_is_refused():
    import random

    def f(x):
        items = [x[0], x[1], x[2]]
        random.shuffle(items)
        return items[0] * 2.0

    with pytest.raises(Refused, match="may change 'items' in place"):
        grad(f)(np.array([0.3, -0.8, 1.2]))


# --------------------------------------------------------------------------------------- names


def test_locals_that_are_called_as_adcompiles_helpers_are():
    def f(x, y):
        unbroadcast = x * y
        add = unbroadcast * 2
        zeros_like = add + unbroadcast
        return np.sum(zeros_like * add)

    generic = grad(f, (0, 1))._compile([UNKNOWN, UNKNOWN])
    x, y = np.ones((2, 3)), np.ones(3)
    for made in (grad(f, (0, 1))(x, y), generic.function(x, y)):
        np.testing.assert_array_equal(made[0], np.full((2, 3), 12.0))
        np.testing.assert_array_equal(made[1], np.full(3, 24.0))


def g(x):
    return x * x


def test_a_function_that_is_called_as_a_temporary_is():
    square = g

    def f(x):
        return np.sum(np.sin(square(x)) * square(x))

    made = grad(f)._compile([UNKNOWN])
    np.testing.assert_allclose(made.function(V), reference_gradient(f, (V,), 0), rtol=1e-9)


# --------------------------------------------------------------------------- detach and no_grad


def test_detach():
    def f(x):
        return x * detach(x * x) + detach(x)

    assert value_and_grad(f)(3.0) == (30.0, 9.0)


def test_detach_in_a_loop():
    def f(x):
        y = x
        for _ in range(3):
            y = detach(y) * x
        return y

    assert value_and_grad(f)(2.0) == (16.0, 8.0)


def test_no_grad():
    def f(x):
        y = x * x
        with no_grad():
            z = y * x
        return y * z + x

    assert value_and_grad(f)(2.0) == (34.0, 33.0)


def test_no_grad_in_a_loop():
    def f(x):
        y = x
        for _ in range(2):
            with no_grad():
                scale = y + 1.0
            y = y * scale
        return y

    assert value_and_grad(f)(2.0) == (42.0, 21.0)


def test_no_grad_leaves_names_active_that_it_only_reads():
    def f(x):
        y = x * x
        with no_grad():
            print_nothing = y + 1.0
        return y * print_nothing * y

    assert grad(f)(2.0) == 2 * 4.0 * 5.0 * 2 * 2.0


def test_no_grad_and_what_is_appended_to_a_list():
    def f(x):
        items = [x]
        with no_grad():
            items.append(x * 2)
        return items[0] * items[1]

    assert value_and_grad(f)(3.0) == (18.0, 6.0)


def test_no_grad_and_what_is_stored_in_an_array():
    def f(x):
        y = x * x
        first = y[:2]
        with no_grad():
            y[0] = x[1]
            y[1] += x[1]
            first *= 2.0
            y[3] = x[3] + y[0]
        return np.sum(y * np.array([1.0, 2.0, 3.0, 4.0])) + np.sum(first)

    x = np.array([1.0, 2.0, 3.0, 4.0])
    value, gradient = value_and_grad(f)(x)
    assert value == f(x)
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 3.0 * 2.0 * 3.0, 0.0])


def test_no_grad_and_an_element_that_is_added_to_through_a_view():
    def f(x):
        y = x * x
        row = y[0]
        with no_grad():
            row[1] += x[0, 0]
        return np.sum(y)

    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    value, gradient = value_and_grad(f)(x)
    assert value == f(x)
    np.testing.assert_array_equal(gradient, [[2.0, 0.0], [6.0, 8.0]])


def test_no_grad_and_a_view_that_is_read_after_its_array_changed():
    def f(x):
        y = x * x
        with no_grad():
            part = y[:2]
        y[2] = 0.0
        return np.sum(part) * x[0] + np.sum(y)

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(grad(f)(x), [5.0 + 2.0, 4.0, 0.0])


def test_no_grad_with_a_return_a_break_and_a_loop_inside():
    def f(x, early):
        y = x * x
        with no_grad():
            for v in [y, 2.0 * y]:
                scale = v * x
                if scale > 20.0:
                    break
            if early:
                return y
        return y * scale

    assert value_and_grad(f)(2.0, False) == (64.0, 64.0)
    assert value_and_grad(f)(2.0, True) == (4.0, 4.0)


def test_no_grad_and_what_is_handed_to_an_object():
    seen = []

    def f(x):
        with no_grad():
            seen.append(float(x * x))
        return x * x

    assert value_and_grad(f)(2.0) == (4.0, 4.0)
    assert seen == [4.0]


# ------------------------------------------------------------------------------------ the request


def three(x, y, z=2.0):
    return x * y * z


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        *[(0, 10.0), (1, 6.0), (-1, 15.0), ("y", 6.0), ("z", 15.0)],
        *[((0, 1), (10.0, 6.0)), (("z", "x"), (15.0, 10.0)), ((1,), (6.0,))],
    ],
)
def test_wrt(wrt, expected):
    assert grad(three, wrt=wrt)(3.0, 5.0) == expected
    assert grad(three, wrt=wrt)(3.0, y=5.0, z=2.0) == expected
    assert value_and_grad(three, wrt=wrt)(3.0, 5.0) == (30.0, expected)


@pytest.mark.parametrize("wrt", ["w", 3, (), (0, "x"), 1.5])
def test_wrong_wrt(wrt):
    with pytest.raises(UsageError, match="wrt"):
        grad(three, wrt=wrt)


def test_has_aux():
    def f(x):
        y = x * x
        return y * x, {"square": y, "name": "cube"}

    assert grad(f, has_aux=True)(2.0) == (12.0, {"square": 4.0, "name": "cube"})
    assert value_and_grad(f, has_aux=True)(2.0) == ((8.0, {"square": 4.0, "name": "cube"}), 12.0)


def test_has_aux_with_early_returns():
    def f(x):
        if x > 0.0:
            return x * x, "positive"
        return np.sin(x), "negative"

    df = grad(f, has_aux=True)
    assert df(2.0) == (4.0, "positive")
    assert df(-1.0) == (np.cos(-1.0), "negative")


def test_decorator():
    @grad
    def f(x):
        return x * x

    @grad(wrt="y")
    def g(x, y):
        return x * y

    assert (f(3.0), g(3.0, 4.0)) == (6.0, 3.0)


def test_methods():
    class Model:
        def __init__(self, scale):
            self.scale = scale

        @grad(wrt="x")
        def slope(self, x):
            return x * x * self.scale

    model = Model(2.0)
    assert model.slope(3.0) == 12.0
    model.scale = 3.0
    assert model.slope(3.0) == 18.0


def test_integer_argument_is_taken_as_a_float():
    df = grad(lambda x: x * x)
    assert (df(3), type(df(3))) == (6.0, float)


@pytest.mark.parametrize("argument", ["text", None, True, np.arange(3), np.array([True]), object()])
def test_argument_without_a_derivative(argument):
    with pytest.raises(UsageError, match="x"):
        grad(lambda x: x)(argument)


def test_arguments_are_not_changed():
    def f(v, items, table):
        v = v * 2.0
        v[0] = 3.0
        w = items[0] * table["a"]
        return np.sum(v * v) * w

    args = (V.copy(), [2.0], {"a": 3.0})
    before = copy.deepcopy(args)
    grad(f, wrt=(0, 1, 2))(*args)
    np.testing.assert_equal(args, before)


def test_gradient_does_not_share_memory_with_an_argument_or_another():
    def f(v, w):
        return np.sum(v * w) + np.sum(v + w)

    v, w = V.copy(), V * 2.0
    a, b = grad(f, wrt=(0, 1))(v, w)
    assert not any(np.shares_memory(p, q) for p, q in [(a, b), (a, v), (a, w), (b, v), (b, w)])

    def g(v, w):
        return np.sum(v * 1.0) + np.sum(w * w)

    a, b = grad(g, wrt=(0, 1))(v, w)
    a += 1.0
    b += 1.0
    assert a.flags.writeable


def test_dtype_of_the_gradient():
    def f(x):
        return np.sum(x * x * 2.0)

    df = grad(f)
    assert df(V.astype(np.float32)).dtype == np.float32
    assert df(V).dtype == np.float64
    assert type(df(1.5)) is float


# -------------------------------------------------------------------------------------- refusals


def refusal(function, *args):
    """The message with which the gradient of a function is refused, and the line that it names."""
    with pytest.raises(Refused) as caught:
        grad(function)(*args)
    message = str(caught.value)
    found = re.match(re.escape(__file__) + r":(\d+): ", message)
    assert found, message
    return message, Path(__file__).read_text().splitlines()[int(found[1]) - 1]


def test_refused_function_without_source():
    compiled = eval("lambda x: x * x")

    def f(x):
        return compiled(x)

    _, line = refusal(f, 2.0)
    assert "compiled(x)" in line


def test_refused_function_without_a_rule():
    def f(x):
        return np.sum(np.i0(x))

    message, line = refusal(f, V)
    assert "np.i0" in line
    assert "i0" in message


def test_refused_active_value_in_try():
    def f(x):
        try:
            y = x * x
        except ValueError:
            y = x
        return y

    _, line = refusal(f, 2.0)
    assert "try" in line or "x * x" in line


def test_refused_assignment_to_a_global():
    def f(x):
        global SCALE
        SCALE = x
        return x * SCALE

    _, line = refusal(f, 2.0)
    assert "SCALE" in line


def test_refused_generator():
    def f(x):
        yield x * x

    _, line = refusal(f, 2.0)
    assert "yield" in line


def test_refused_join_of_a_dict_that_has_other_keys_under_another_name():
    def f(x):
        table = {"a": 1.0}
        same = table
        table["b"] = x
        other = {**same, "c": x}
        return sum(other.values()) ** 2

    assert "**same" in refusal(f, 2.0)[1]


def test_append_to_what_is_no_list_is_refused_when_it_runs():
    def f(x):
        last = deque(maxlen=2)
        for k in range(3):
            last.append(x * k)
        return last[0] * last[1]

    with pytest.raises(TypeError, match="called of a deque"):
        grad(f)(2.0)


def test_refused_change_of_a_captured_array():
    buffer = np.zeros(2)

    def f(x):
        buffer[0] = x
        return buffer[0] * x

    _, line = refusal(f, 2.0)
    assert "buffer[0] = x" in line


def test_all_refusals_at_once():
    def f(x):
        y = np.i0(x)
        z = np.roots(x)
        return np.sum(y * z)

    message, _ = refusal(f, V)
    assert "i0" in message
    assert "roots" in message


def test_refused_result_is_not_one_number():
    for function in (lambda x: x * x, lambda x: (np.sum(x), np.sum(x)), lambda x: [np.sum(x)]):
        with pytest.raises((Refused, UsageError)) as caught:
            grad(function)(V)
        assert "vjp" in str(caught.value)


def test_version_names_the_api():
    assert set(adcompile.__all__) >= {"grad", "value_and_grad", "vjp", "detach", "no_grad", "Refused"}


# --------------------------------------------------------------------- what calls give out


def both_the_same(x):
    y = x * 2.0
    return y, y


def itself_or_new(x, count):
    return x if count > 1 else x * 2.0


def itself_after_some_calls(x, count):
    return x if count < 1 else itself_after_some_calls(x * 2.0, count - 1)


def changes_one_of_two_that_are_one(x):
    a, b = both_the_same(x)
    a += 1.0
    return np.sum(a * b)


def changes_what_a_call_hands_on(x):
    z = x * 1.0
    y = itself_or_new(z, len(x))
    y += 1.0
    return np.sum(y * y) + np.sum(z)


def changes_what_a_recursion_hands_on(x):
    z = x * 1.0
    y = itself_after_some_calls(z, 0)
    y += 1.0
    return np.sum(y * y) + np.sum(z)


@pytest.mark.parametrize(
    "function",
    [changes_one_of_two_that_are_one, changes_what_a_call_hands_on, changes_what_a_recursion_hands_on],
)
def test_a_change_of_what_a_call_may_hand_on_is_refused(function):
    with pytest.raises(Refused, match="changed in place"):
        grad(function)(V)


def test_lambdas_that_return_a_constant():
    three, minus = lambda x: 3.0, lambda x: -1.5
    assert value_and_grad(three)(2.0) == (3.0, 0.0)
    assert value_and_grad(minus)(2.0) == (-1.5, 0.0)


def test_a_kept_statement_that_reads_and_writes_another_name_of_a_value():
    def f(x, n):
        k = n
        try:
            k = k * 2
            k = k + 1
        except ValueError:
            pass
        return x * k * n

    assert grad(f)(2.0, 3) == 21.0


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (programs.given_functions.outlives_its_call, "known only at run time"),
        (programs.given_functions.counts_its_calls, "changes 'calls'"),
    ],
)
def test_a_nested_function_that_is_more_than_called_is_refused(function, why):
    with pytest.raises(Refused, match=why):
        grad(function)(V)


def test_a_key_is_asked_once():
    asked = []

    def key(value):
        asked.append(value)
        return value if len(asked) <= 3 else -value

    def f(x, key):
        return max([x[0], x[1], x[2]], key=key) ** 2

    np.testing.assert_allclose(grad(f)(np.array([1.0, 2.0, 3.0]), key), [0.0, 0.0, 6.0])
    assert len(asked) == 3


def test_a_key_that_answers_otherwise_is_refused_where_items_are_sorted():
    asked = []

    def key(value):
        asked.append(value)
        return value if len(asked) <= 3 else -value

    def f(x, key):
        return sorted([x[0], x[1], x[2]], key=key)[0] ** 2

    with pytest.raises(ValueError, match="key"):
        grad(f)(np.array([1.0, 2.0, 3.0]), key)
