"""Arguments that lie in memory in other ways, or hold other kinds of numbers: right, or refused.

`python -m adcompile.testing.programs --layouts --count 2000` runs a longer campaign.
"""

import os

import numpy as np
import pytest

from adcompile import UsageError, grad, value_and_grad
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.loading import load_text
from adcompile.testing.programs import CRASHED, RIGHT, WRONG
from adcompile.testing.programs.campaign import Campaign
from adcompile.testing.programs.layouts import LAYOUTS, Subclass, check_layouts, check_sizes
from adcompile.testing.programs.writer import ANYTHING, NO_STORES

COUNT = 120 if "CI" in os.environ else 30
NAMES = {layout.__name__ for layout in LAYOUTS}
V = np.array([0.38, -1.14, -0.78])


@pytest.mark.parametrize("stores", [ANYTHING, NO_STORES])
def test_random_programs(stores):
    campaign = Campaign(5, stores, layouts=True)
    verdicts = [verdict for _, verdict in campaign.verdicts(range(COUNT))]
    assert [v.detail for v in verdicts if v.kind in (WRONG, CRASHED)] == []
    right = [v for v in verdicts if v.kind == RIGHT]
    assert len(right) >= (0.9 if stores == NO_STORES else 0.5) * COUNT
    refused = [name for v in right for name in v.detail.split()]
    assert len(refused) <= 4 * len(right)


@pytest.mark.parametrize(
    "text",
    [
        "def f(y, v):\n    v = v.copy()\n    v *= np.tanh(y)\n    return np.mean(v)",  # in the dtype of v
        "def f(v, u):\n    v = np.cos(v)\n    v /= u\n    return np.mean(v)",
        "def f(x, y):\n    x /= 2.0\n    return y * x",  # an array without an axis is changed itself
        "def f(x):\n    if x > 1.2:\n        return 1.5\n    return x * x",
        "def f(x, n):\n    if n > 0:\n        x /= 2.0\n    else:\n        x = 1.0\n    return x",
        "def f(v):\n    return v.reshape(-1)[1] * v.ravel()[0]",
        "def f(v):\n    w = v[::-1]\n    return np.sum(w[:2] * v[1:]) + v.flat[1]",
    ],
)
def test_program(text):
    f = load_text(text + "\n", "f")
    values = {"x": 0.6, "y": 0.3, "n": 1.0, "v": V, "u": V + 2.0}
    refused = check_layouts(f, [values[name] for name in f.__code__.co_varnames[: f.__code__.co_argcount]])
    assert set(refused) <= {"of_a_subclass"}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("def f(v):\n    return np.sum(v * v)", [1, 0]),
        ("def f(v, u):\n    w = v.copy()\n    w[1:] += w[:-1] * u[1:]\n    return np.sum(w * u)", [1, 0]),
        ("def f(v):\n    for k in range(len(v) - 1):\n        v[k + 1] *= v[k]\n    return np.sum(v)", [1, 0]),
        ("def f(v, x):\n    return np.prod(v) * x + np.sum(np.outer(v, v))", [1, 0]),
        ("def f(v):\n    s = 0.0\n    for a in v[::-1]:\n        s = s * a + a\n    return s", [1, 0]),
        ("def f(v):\n    return np.max(v) * v[-1]", [1]),
        ("def f(v):\n    return np.linalg.norm(v - 3.0) * v.cumsum()[-1]", [1]),
        ("def f(v, u):\n    m = v[:, None] * u\n    return np.sum(m @ m.T) + np.trace(m)", [1, 0]),
    ],
)
def test_arrays_of_one_element_and_of_none(text, sizes):
    f = load_text(text + "\n", "f")
    values = {"x": 0.6, "v": V, "u": V + 2.0}
    args = [values[name] for name in f.__code__.co_varnames[: f.__code__.co_argcount]]
    assert check_sizes(f, args) == sizes


def test_a_change_of_what_shares_memory_is_refused():
    f = load_text("def f(v, u):\n    v[1] *= u[0]\n    return np.sum(v)\n", "f")
    assert {"spread_to_write", "overlapping"} <= set(check_layouts(f, [V, V + 2.0])) <= NAMES
    alone = load_text("def f(v):\n    v[1] *= 2.0\n    return np.sum(v * v)\n", "f")
    row = np.lib.stride_tricks.as_strided(np.array([0.5]), (3,), (0,))
    with pytest.raises(ValueError, match="several elements in one place"):
        grad(alone)(row)
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(5.0), 3, writeable=True)
    with pytest.raises(ValueError, match="several elements in one place"):
        grad(load_text("def f(a):\n    a[0] *= 2.0\n    return np.sum(a * a)\n", "f"))(windows)
    apart = np.arange(24.0).reshape(2, 3, 4)[:, ::-1, ::2].transpose(2, 0, 1)
    made = grad(load_text("def f(a):\n    a[0] *= 2.0\n    return np.sum(a * a)\n", "f"))(apart)
    assert made.shape == apart.shape


def test_an_array_of_another_class_is_refused_in_a_container_too():
    f = load_text("def f(t):\n    return np.mean(t['p'])\n", "f")
    with pytest.raises(UsageError, match=r"'t' is a Subclass, an array of a class of its own; pass np.asarray\(t\)"):
        grad(f)({"p": V.view(Subclass)})


def test_the_gradient_of_an_array_without_an_axis_is_one():
    f = load_text("def f(x):\n    if x > 1.2:\n        return 1.5 * x\n    return x - x\n", "f")
    for x in (np.array(0.5), np.array(1.5), np.array(1.5, "float32")):
        gradient = grad(f)(x)
        assert (type(gradient), gradient.shape, gradient.dtype) == (np.ndarray, (), x.dtype)


# ----------------------------------------------------------------------------- the checks can fail


def plain(v):
    return float(v[0] * v[1]) if v.flags.c_contiguous and v.flags.writeable else float(v[0])


def test_what_depends_on_the_layout_is_noticed(monkeypatch):
    def of_copies(f, where):
        df = value_and_grad(load_text("def f(v):\n    return v[0] * v[1]\n", "f"), where)
        return lambda v: df(v)

    monkeypatch.setattr("adcompile.testing.programs.layouts.value_and_grad", of_copies)
    with pytest.raises(GradientMismatch, match="backwards: the value is another"):
        check_layouts(plain, [V])
