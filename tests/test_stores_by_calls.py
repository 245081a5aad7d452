"""Calls that change an array in place: what is not certain is refused, never dropped."""

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad
from adcompile.testing.loading import load_text

V = np.array([0.5, -1.2, 0.8, 1.5])

# Programs of one array `x`, with `y` an array to change.
REFUSED = {
    "another dtype to sum in": "y = np.zeros((), dtype=np.float32); np.sum(x, out=y)",
    "an array of ints": "k = np.arange(4); k.fill(x[0]); y = x * k",
    "copied with a cast": "k = np.arange(4); np.copyto(k, x, casting='unsafe'); y = x * k",
    "positions that wrap": "y = x * x; np.put(y, [5], x[0], mode='wrap')",
    "a reduction of a part": "y = np.zeros(()); np.sum(x, out=y, where=x > 0)",
    "partition": "y = x * x; y.partition(2)",
    "resize": "y = x * x; y.resize(2)",
    "shuffle": "y = x * x; np.random.shuffle(y)",
    "values of another shape": "y = np.outer(x, x); np.putmask(y, y > 0, x)",
    "a diagonal that repeats": "y = np.outer(x, x); np.fill_diagonal(y, x[:2])",
    "a diagonal that wraps": "y = np.zeros((9, 2)) + x[0]; np.fill_diagonal(y, x[1], wrap=True)",
}


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED.keys())
def test_refused(lines):
    program = load_text(f"def f(x):\n    {lines}\n    return np.sum(y * y)\n", "f")
    with pytest.raises(Refused):
        grad(program)(V)


def test_values_that_do_not_suffice_raise():
    def f(x):
        y = x * x
        np.place(y, x > 0, x[:2])
        return np.sum(y)

    with pytest.raises(ValueError, match=r"assign|broadcast"):
        grad(f)(V)


def test_where_that_is_false_leaves_no_trace():
    def f(x):
        y = x * 2.0
        np.log(x, out=y, where=x > 0)
        return np.sum(y)

    with np.errstate(all="raise"):
        np.testing.assert_allclose(grad(f)(V), [2.0, 2.0, 1.25, 2.0 / 3.0])


def test_the_array_of_the_caller_holds_the_result():
    def f(x, y):
        np.multiply(x, 2.0, out=y)
        return np.sum(y * y)

    y = np.zeros(4)
    np.testing.assert_allclose(grad(f)(V, y), 8.0 * V)
    np.testing.assert_array_equal(y, 2.0 * V)


def test_union_of_what_may_be_a_dict_is_refused():
    def f(x, pairs):
        merged = {"a": x} | dict(pairs)
        return np.sum(merged["a"])

    with pytest.raises(Refused):
        grad(f)(V, [("b", 1.0)])


def test_union_of_masks():
    def f(x):
        return np.sum(x * x * ((x > 1.0) | (x < 0)))

    np.testing.assert_allclose(grad(f)(V), 2.0 * V * ((V > 1.0) | (V < 0)))


WITH_OUT = [
    "np.sum(x, out=np.zeros(()))",
    "np.max(x, out=np.zeros(()))",
    "np.cumsum(x, out=np.zeros(6))",
    "np.concatenate((x, x), out=np.zeros((4, 3)))",
    "np.clip(x, 0, 1, out=np.zeros((2, 3)))",
    "np.exp(x, out=np.zeros((2, 3)))",
    "np.multiply(x, x, where=x > 0, out=np.zeros((2, 3)))",
    "np.dot(x, x.T, out=np.zeros((2, 2)))",
]


@pytest.mark.parametrize("text", WITH_OUT)
def test_what_a_call_with_out_gives(text):
    x = np.array([[0.5, -1.2, 0.8], [1.5, 0.3, -0.4]])
    check_grads(load_text(f"def f(x):\n    return np.sum(np.sin({text}))\n", "f"), (x,))
