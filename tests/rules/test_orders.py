"""Rules that are called at run time, or call helpers of ours there: what is emitted is a program again."""

import numpy as np
import pytest

from adcompile.testing.loading import load_text
from adcompile.testing.programs.orders import Derivatives, check_order

M = np.array([[1.0, 2.0, -0.5], [0.3, 0.4, 0.7]])


@pytest.mark.parametrize(
    ("value", "orders"),
    [
        ("np.cumprod(x[0])", (2, 3)),
        ("np.cumprod(x, axis=1)", (2, 3)),
        ("np.cumprod(x, axis=0)", (2,)),
        ("np.diagonal(x) * np.trace(x)", (2,)),
        ("np.take(x * x, np.array([2, 0, 2]), axis=1)", (2,)),
        ("np.take_along_axis(x * x, np.array([[0, 2], [1, 1]]), 1)", (2,)),
    ],
)
def test_every_composition(value, orders):
    function = load_text(f"def f(x):\n    return np.sum({value} ** 2)\n", "f", {"np": np})
    derivatives = Derivatives(function, (M,))
    for order in orders:
        assert check_order(derivatives, order).refused == {}
