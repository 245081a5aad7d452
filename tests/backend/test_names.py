"""The names and spellings of emitted text: the user's, and else what one would choose."""

import warnings

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad, value_and_grad


def emitted(f, *args, wrt=0):
    """The text of a gradient that is checked first."""
    df = grad(f, wrt)
    df(*args)
    check_grads(f, args, wrt=wrt)
    return df.source


X = np.array([0.3, -0.8, 1.2])


def test_a_loop_does_not_name_an_item_like_a_list_that_is_iterated():
    def f(x):
        for _ in range(2):
            for _ in range(2):
                for _ in range(2):
                    x = np.sin(x)
                x = np.cos(x)
            x = np.tanh(x)
        return np.sum(x)

    text = emitted(f, X)
    assert "tape3" in text
    for line in text.splitlines():
        if "in reversed(tape" in line:
            targets, _, source = line.strip().removeprefix("for ").partition(" in reversed(")
            assert source.removesuffix("):") not in targets.split(", ")


def test_numpy_is_spelled_as_the_user_spells_it():
    text = emitted(lambda x: np.sum(np.abs(x) * np.concat([x, x])[: len(x)]), X)
    assert "np.abs(" in text and "np.absolute" not in text
    assert "np.concat(" in text and "np.concatenate" not in text
    assert "np.absolute(" in emitted(lambda x: np.sum(np.absolute(x) ** 3), X)


def test_attributes_that_numpy_warns_about_are_not_looked_up():
    class Holder:
        bytes = 2.0
        object = 3.0

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(grad(lambda x: np.sum(x * Holder.bytes * Holder.object))(X), [6.0, 6.0, 6.0])


def test_the_seed_has_a_name_of_its_own():
    def f(x):
        out = x * x
        return np.sum(np.sin(out))

    def g(x):
        out = x * x
        result = np.sin(out)
        return np.sum(result * out)

    assert "def f_grad(x, result_bar=1.0)" in emitted(f, X)
    assert "def g_grad(x, result_bar2=1.0)" in emitted(g, X)
    assert "out_bar=1.0" in emitted(lambda x: np.sum(x * x), X)


def test_sizes_and_shapes_are_called_so():
    def f(x):
        y = x.reshape(-1)
        return np.mean(y) * np.mean(x) * len(x) * len(x)

    text = emitted(f, np.ones((2, 3)))
    assert "n = " in text or "n * n" in text


def test_cotangents_that_share_memory_share_a_name():
    def f(z):
        y = z - np.max(z, axis=1, keepdims=True)
        p = y - np.log(np.sum(np.exp(y), axis=1, keepdims=True))
        return np.sum(p * p)

    text = emitted(f, np.arange(6.0).reshape(2, 3) / 7)
    aliases = [line for line in text.splitlines() if len(line.split(" = ")) == 2 and line.strip().isidentifier()]
    assert aliases == []
    assert "_bar = p_bar\n" not in text


# ------------------------------------------------------------- what is iterated over and changed


@pytest.mark.parametrize("make", [lambda x: x * 1.0, lambda x: [x[0], x[1], x[2]]])
@pytest.mark.parametrize("order", [iter, reversed])
def test_a_sequence_changed_while_it_is_iterated_over(make, order):
    """Python sees the change in a later trip: right, or refused."""

    def forwards(x):
        a = make(x)
        s = 0.0
        for v in a:
            a[2] = v * 2
            s += v * v
        return s

    def backwards(x):
        a = make(x)
        s = 0.0
        for v in reversed(a):
            a[0] = v * 2
            s += v * v
        return s

    f = forwards if order is iter else backwards
    try:
        value, _ = value_and_grad(f)(X)
    except Refused as refused:
        assert "is changed in place" in str(refused)
    else:
        assert value == f(X)
        check_grads(f, (X,))


# ------------------------------------------------------------------------ a variable called _


def two_values(a):
    return a * 2.0, a * a


def test_a_variable_called_underscore_is_not_what_nobody_reads():
    def f(x, y):
        _ = x * y
        a, b = two_values(x)  # noqa: RUF059
        return a * _

    assert value_and_grad(f, (0, 1))(1.5, 2.0) == (9.0, (12.0, 4.5))


def test_a_parameter_called_underscore_keeps_its_name():
    def f(x, _):
        total = 0.0
        a, b = two_values(x)  # noqa: RUF059
        for k in range(2):
            total = total + np.sin(a * _)
        return total

    assert "(x, _, total_bar=1.0)" in emitted(f, 1.5, 0.4, wrt=(0, 1))


def test_a_counter_called_underscore_that_is_read():
    def f(x, n):
        total = 0.0
        for _ in range(n):
            for k in range(2):
                total = total * x + _ * x * x
        return total

    assert "for k in range(n)" in emitted(f, 0.7, 3)


def test_a_function_called_underscore():
    def _(x):
        return x * x

    def f(x):
        a, b = two_values(x)  # noqa: RUF059
        return a * _(x)

    emitted(f, 1.5)
