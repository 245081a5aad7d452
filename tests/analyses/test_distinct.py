"""Subscripts that name no element twice, and those that may."""

import inspect

import numpy as np
import pytest

from adcompile import grad
from adcompile.runtime.updates import written_last
from adcompile.testing.loading import load_text

K = np.array([0, 2])
V = np.array([0.5, -1.2, 0.8, 1.5])
ONCE = [
    "np.arange(4)",
    "np.arange(3) + 1",
    "[0, 2, 3, 1]",
    "np.array([0, 2])",
    "x > 0",
    "np.nonzero(x > 0)",
    "np.nonzero(x > 0)[0]",
    "np.flatnonzero(x > 0)[1:]",
    "np.argsort(x)",
    "np.where(x > 0)[0]",
]
PERHAPS = ["[0, 0]", "[3, -1]", "np.arange(-1, 3)", "np.arange(4) % 2", "k", "np.arange(4) - 1", "np.argsort(x) // 2"]


def compiled(index):
    text = f"def f(x, k):\n    y = x * x\n    y[{index}] = x[0] * x[1]\n    return np.sum(y * y)\n"
    return grad(load_text(text, "f")).specialize(V, K)


def text_of(index):
    return inspect.getsource(compiled(index))


@pytest.mark.parametrize("index", ONCE)
def test_nothing_is_looked_up_where_no_element_is_named_twice(index):
    assert "written_last" not in text_of(index)


@pytest.mark.parametrize("index", PERHAPS)
def test_the_last_value_counts_where_an_element_may_be_named_twice(index):
    assert "written_last" in text_of(index)


def test_number_of_the_last():
    assert written_last(np.zeros(3), [0, 2, 0]).tolist() == [False, True, True]
    assert written_last(np.zeros((2, 2)), ([0, 0], [1, -1])).tolist() == [False, True]
    assert written_last(np.zeros((3, 2)), [1, 1]).tolist() == [[False, False], [True, True]]
    assert written_last(np.zeros(3), 1)
