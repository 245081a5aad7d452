"""Calls that change an array in place: what is not certain is refused, never dropped."""

import inspect

import numpy as np
import pytest

from adcompile import Refused, check_grads, grad, value_and_grad
from adcompile.ir.callables import OUT_PLACES
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
    "two outputs by their places": "m = np.zeros(4); e = np.zeros(4, int); np.frexp(np.arange(4.0), m, e); y = m * x",
    "more behind an output": "b = np.ones(4); np.sum(np.outer(x, x), 0, None, b, False); y = b * x",
    "an output of a method of ufuncs": "b = np.ones(4); np.add.accumulate(x, 0, None, b); y = b * x",
    "an output in a try": "b = x * 1.0; y = b * x\n    try: np.sin(np.ones(4), b)\n    except ValueError: pass\n",
    "copied in a try": "b = np.ones(4); y = b * x\n    try: np.copyto(b, 3.0)\n    except ValueError: pass\n",
    "added to in a try": "b = np.ones(4); y = b * x\n    try: np.add.at(b, 0, 3.0)\n    except ValueError: pass\n",
    "positions of a mesh": "i = np.array([0, 2]); m = np.ix_(i); i[0] = 1; y = x * x; y[m] = 0.0",
    "a diagonal that wraps": "y = np.zeros((9, 2)) + x[0]; np.fill_diagonal(y, x[1], wrap=True)",
}


# Programs that write over a buffer `b`, which is not named `out` in the call; `p` is constant or not.
OUTPUTS_BY_PLACE = (
    "np.dot(A, p, b)",
    "p.dot(A, b)",
    "np.matmul(A, p, b)",
    "np.clip(p, 0.2, 1.0, b)",
    "p.clip(0.2, 1.0, b)",
    "np.sum(A * p, 0, None, b)",
    "np.mean(A * p, 1, None, b)",
    "(A * p).prod(0, None, b)",
    "np.max(A * p, 0, b)",
    "np.concatenate((p[:2], p[2:]), 0, b)",
    "np.take(p, [0, 3, 2, 0], 0, b)",
    "p.take([0, 3, 2, 0], 0, b)",
    "np.median(A * p, 0, b)",
    "np.std(A * p, 0, None, b)",
    "np.outer(p, p[:1], b.reshape(4, 1))",
    "np.round(p, 0, b)",
    "b[1] = np.inf; np.nan_to_num(b, copy=False, posinf=2.0); b *= p",
    "b[:2] = np.nan; c = np.nan_to_num(b, False, 3.0); c[3] = p[0]",
)


@pytest.mark.parametrize("constant", (False, True))
@pytest.mark.parametrize("line", OUTPUTS_BY_PLACE)
def test_an_output_is_written_by_its_place(line, constant):
    p = "np.array([0.3, 0.7, -0.2, 1.1])" if constant else "x * x"
    lines = ("def f(x):", "A = np.sin(np.arange(16.0)).reshape(4, 4)", f"p = {p}", "b = np.ones(4)", line)
    f = load_text("\n    ".join((*lines, "return np.sum(b * x)")), "f")
    check_grads(f, (V,), order=1 if "round" in line else 2)
    value, _ = value_and_grad(f)(V)
    assert value == f(V)


def test_places_of_outputs_are_those_of_numpy():
    for fn, place in OUT_PLACES.items():
        try:
            names = list(inspect.signature(fn).parameters)
        except ValueError:  # some versions of NumPy do not tell
            assert fn in (np.dot, np.concatenate)
            continue
        assert names[place] == "out", fn


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED.keys())
def test_refused(lines):
    program = load_text(f"def f(x):\n    {lines}\n    return np.sum(y * y)\n", "f")
    with pytest.raises(Refused):
        grad(program)(V)


@pytest.mark.parametrize(
    "lines",
    [
        "b = np.ones(4); y = b * x; t = f'{np.add(b, 2.0, out=b)}'; y *= b",
        "b = np.array([3.0, 1.0, 2.0, 4.0]); y = b * x; t = f'{b.sort()}'; y *= b",
        "c = [np.ones(4), np.full(4, 2.0)]; y = c[-1] * x; t = f'{c.pop()}'; y *= c[-1]",
    ],
)
def test_a_change_in_text(lines):
    f = load_text(f"def f(x):\n    {lines}\n    return np.sum(y * y)\n", "f")
    check_grads(f, (V,), order=2)


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
