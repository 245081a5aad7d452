"""The sizes of the parts that an array is cut into: one for all, or one for each."""

import numpy as np
import pytest

from adcompile.testing.programs import REFUSED, RIGHT, Program, judge

X = np.array([0.5, -1.2, 0.8, 1.5])
M = np.outer(X, X + 0.3)


@pytest.mark.parametrize(
    "lines",
    [
        ["left, right = np.split(x, [1])", "return np.sum(left * right)"],
        ["left, right = np.split(x, 2)", "return np.sum(left * right * right)"],
        ["left, right = np.split(x, [2])", "return np.sum(left * right) + np.sum(left * np.split(x * x, 2)[1])"],
        ["parts = np.array_split(x, 3)", "return np.sum(parts[0] * parts[1]) * np.sum(parts[1] * parts[2])"],
        ["parts = np.split(x, 4)", "return np.sum(parts[0] * x) + np.sum(parts[1] * parts[2])"],
        ["parts = np.split(x, 1)", "return np.sum(parts[0] * x)"],
        ["total = 0.0", "for part in np.split(x, [1, 3]):", "    total += np.sum(part * x[:1])", "return total"],
        [
            *("parts = np.split(x, [1])", "total = 0.0", "for one in parts:", "    for other in parts:"),
            *("        if np.size(one) <= np.size(other):", "            total += np.sum(one[:1] * other)"),
            "return total",
        ],
        ["left, right = np.split(x, [1])", "left, right = right, left", "return np.sum(left * right) + np.sum(left)"],
        ["a, b = np.split(m, 2, 1)", "c, d = np.split(m, [1], 1)", "return np.sum(a * b) + np.sum(c * d * a[:, :1])"],
        ["y = x * x", "a, b = np.split(y, 2)", "a += b", "y[0] = x[1]", "return np.sum(y * y) + np.sum(a)"],
    ],
)
def test_parts_of_equal_and_of_other_sizes(lines):
    verdict = judge(Program("def f(x, m):\n    " + "\n    ".join(lines), (X, M)))
    assert verdict.kind == RIGHT, verdict.detail


# NumPy makes numbers of what it computes from arrays without axes: they are bound anew where arrays change.
NUMBER_OR_ARRAY = [
    "np.array(2.0) if flag > 0 else np.array([1.0, 2.0])",
    "np.zeros(np.shape(x[0] if flag > 0 else x))",
    "np.copy(x[0] if flag > 0 else x)",
    "np.full(() if flag > 0 else (2,), x[0])",
    "np.nan_to_num(np.array(2.0) if flag > 0 else x)",
]


@pytest.mark.parametrize("flag", [1.0, -1.0])
@pytest.mark.parametrize("made", NUMBER_OR_ARRAY)
@pytest.mark.parametrize("used", ["a + x[0]", "np.round(a, 30)", "-a"])
def test_what_may_be_a_number_is_no_array(made, used, flag):
    lines = [f"a = {made}", f"b = {used}", "c = b", "b += x[1]", "return np.sum(b * c)"]
    verdict = judge(Program("def f(x, flag):\n    " + "\n    ".join(lines), (X, flag)))
    assert verdict.kind in (RIGHT, REFUSED), verdict.detail
