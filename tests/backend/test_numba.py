"""`backend="numba"`: the gradients of the NumPy backend, or a refusal that says what and where."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adcompile import Refused, UsageError, detach, grad, value_and_grad

pytest.importorskip("numba", reason="the extra [numba] is not installed")
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from corpus import KERNELS

WANTED = ("seidel_2d", "lu", "cholesky", "trisolv", "durbin", "syrk", "trmm", "nbody")
X = np.array([0.5, 0.6, 0.7])


def copies(args):
    return [a.copy() if isinstance(a, np.ndarray) else a for a in args]


def assert_same(made, expected):
    """The same structure and kinds, the same numbers but for the order of sums."""
    if isinstance(expected, tuple):
        assert isinstance(made, tuple) and len(made) == len(expected)
        for one, other in zip(made, expected, strict=True):
            assert_same(one, other)
    else:
        assert isinstance(made, np.ndarray) == isinstance(expected, np.ndarray)
        assert np.asarray(made).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(made, expected, rtol=1e-12, atol=1e-13)


def assert_like_numpy(f, *args, wrt=0):
    """Value, gradient and the caller's arrays are those of the NumPy backend."""
    mine, theirs = copies(args), copies(args)
    made = value_and_grad(f, wrt, backend="numba")(*mine)
    assert_same(made, value_and_grad(f, wrt)(*theirs))
    assert_same(tuple(mine), tuple(theirs))


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k.name in WANTED], ids=lambda k: k.name)
def test_kernel(kernel):
    wrt = kernel.active()
    compiled, plain = (value_and_grad(kernel.program, wrt, backend=name) for name in ("numba", "numpy"))
    for size in ("small", "medium"):
        mine, theirs = kernel.arguments(size), kernel.arguments(size)
        assert_same(compiled(*mine), plain(*theirs))
        assert_same(mine, theirs)


def test_all_wanted_kernels_are_there():
    assert {k.name for k in KERNELS} >= set(WANTED)


# ------------------------------------------------------------------------------------- control flow


def doubling(a):
    b = a * 2
    while np.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c.sum()


@pytest.mark.parametrize("a", [X, -X, np.float64(0.3), np.float64(-0.3)], ids=repr)
def test_while_loop_of_the_seeds(a):
    assert_like_numpy(doubling, a)
    gradient = grad(doubling, backend="numba")(a)
    np.testing.assert_array_equal(gradient * a, grad(doubling)(a) * a)


def root(x, tolerance):
    y = x
    while True:
        y = 0.5 * (y + x / y)
        if abs(y * y - x) < tolerance:
            return y


def kepler(m, e):
    x = m
    for _ in range(6):
        x = x - (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
    return x


def test_scalar_newton_loops():
    assert_like_numpy(kepler, 0.9, 0.3, wrt=(0, 1))
    assert_like_numpy(root, 2.0, 1e-12)
    assert grad(root, backend="numba")(2.0, 1e-12) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-9)


def test_values_of_one_branch_alone_on_a_tape():
    def f(x):
        s = 0.0
        for i in range(len(x)):
            if x[i] > 0.55:
                t = x[i] * x[i]
                s += t * math.sin(t)
            else:
                s -= x[i]
        return s

    assert_like_numpy(f, X)


def test_loops_over_elements_zip_enumerate_and_backwards():
    def f(x, w):
        s = 1.0
        for i, (a, b) in enumerate(zip(x, w, strict=False)):
            s = s * a + i * b * s
        for a in reversed(x):
            s = s * a
        for i in reversed(range(1, 3)):
            s *= x[i]
        for i in range(len(x) - 1, -1, -2):
            s *= w[i]
        return s

    with pytest.raises(Refused):  # numba's zip takes no options
        grad(f, backend="numba")(X, 2 * X)

    def g(x, w):
        s = 1.0
        for i, (a, b) in enumerate(zip(x, w)):
            s = s * a + i * b * s
        for a in reversed(x):
            s = s * a
        for i in reversed(range(1, 3)):
            s *= x[i]
        for i in range(len(x) - 1, -1, -2):
            s *= w[i]
        return s

    assert_like_numpy(g, X, 2 * X, wrt=(0, 1))


def square_sum(x, k):
    s = 0.0
    for i in range(len(x)):
        s += k * x[i] * x[i]
    return s


def test_functions_that_are_called():
    def f(x):
        return square_sum(x, 3.0) + square_sum(x * x, 2.0)

    assert_like_numpy(f, X)


def power(x, y):
    return abs(x**y) * x


def test_powers_of_numbers():
    df = grad(power, (0, 1), backend="numba")
    np.testing.assert_allclose(df(4.0, 1.5), grad(power, (0, 1))(4.0, 1.5), rtol=1e-14)
    assert np.isnan(df(-4.0, 1.5)).all()


def test_detach():
    def f(x):
        return np.sum(detach(x * x) * x)

    assert_like_numpy(f, X)


def test_sums_over_several_axes():
    def f(x, w):
        y = w * x.sum(axis=(0, 2), keepdims=True)
        return np.sum(y * y * np.sum(x, axis=(1, 2)).sum())

    assert_like_numpy(f, np.arange(24.0).reshape(2, 3, 4) / 10, np.arange(3.0).reshape(1, 3, 1), wrt=(0, 1))


cubic = grad(lambda x: np.sum(x * x * x), backend="numba")


def test_second_order():
    def f(x):
        return np.sum(cubic(x) * x)

    np.testing.assert_allclose(grad(f, backend="numba")(X), 9 * X * X, rtol=1e-14)


# ---------------------------------------------------------------------------------------- memory


def test_what_overlaps_is_read_before_it_is_changed():
    """Numba adds element by element: 0 1 3 6 10 where NumPy has 0 1 3 5 7."""

    def f(x):
        a = np.zeros(5)
        a[:] = x
        a[1:] += a[:-1]
        a += a[::-1]
        a *= a
        a[1:] -= a[:-1]
        return np.sum(a * x)

    assert_like_numpy(f, np.arange(5.0))


def test_cotangents_that_overlap():
    def f(x):
        y = x + x.T
        return np.sum(y * x)

    assert_like_numpy(f, np.arange(9.0).reshape(3, 3))

    def g(x):
        y = x * 2.0
        for _ in range(3):
            y = y + y.T * x
        return np.sum(y * x)

    assert_like_numpy(g, np.arange(9.0).reshape(3, 3) / 9)


def test_a_value_larger_than_its_place_is_an_error():
    def f(x, y):
        x += y
        return np.sum(x)

    with pytest.raises(ValueError, match="broadcast"):
        grad(f)(np.ones(1), np.ones(2))
    with pytest.raises((ValueError, Refused)):
        grad(f, backend="numba")(np.ones(1), np.ones(2))


def test_arguments_that_share_memory_are_refused_at_the_call():
    def f(x, y):
        for i in range(len(x)):
            x[i] = x[i] * y[i]
        return np.sum(x)

    both = np.arange(1.0, 8.0)
    df = grad(f, (0, 1), backend="numba")
    for a, b in ((both, both), (both[:4], both[3:]), (both[::-1], both), (both[4:], both[3::-1][:3])):
        apart = not np.shares_memory(a, b)
        if apart:
            df(a.copy(), b.copy())
            continue
        before = both.copy()
        with pytest.raises(ValueError, match="shares memory"):
            df(a, b)
        np.testing.assert_array_equal(both, before)
    np.testing.assert_array_equal(df(both[:3].copy(), both[3:6])[0], both[3:6])


def test_layouts():
    def f(x, y):
        s = 0.0
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                s += x[i, j] * y[j, i] ** 2
        return s

    a, b = np.arange(12.0).reshape(3, 4), np.arange(12.0).reshape(4, 3)
    for x in (a, np.asfortranarray(a), a[::-1], np.arange(24.0).reshape(3, 8)[:, ::2], np.broadcast_to(a[0], (3, 4))):
        assert_same(grad(f, (0, 1), backend="numba")(x, b), grad(f, (0, 1))(x, b))


def test_an_index_out_of_range_is_an_error():
    def f(x, n):
        s = 0.0
        for i in range(n):
            s += x[i] * x[i]
        return s

    df = grad(f, backend="numba")
    np.testing.assert_array_equal(df(X, 3), 2 * X)
    with pytest.raises(IndexError):
        df(X, 4)


def test_sizes_that_are_known_at_run_time():
    def f(x, k, m):
        y = x[:k] * x[m:]
        return np.sum(y * y) + np.sum(x[:k] + x)

    for k, m in ((1, 0), (1, 3), (4, 0), (4, 3)):
        assert_like_numpy(f, np.arange(1.0, 5.0), k, m)

    def g(a, k):
        return np.sum(a[:k] * a[:, :k])

    for k in (1, 3):
        assert_like_numpy(g, np.arange(9.0).reshape(3, 3), k)


def test_floats_that_are_no_ints_are_errors():
    def f(x, table):
        place = int(x) + math.floor(x) + round(x) + math.ceil(x)
        return table[place] * x

    assert_like_numpy(f, 1.4, np.arange(8.0))
    assert_like_numpy(f, 1.5, np.arange(8.0))
    for number in (math.nan, math.inf, 1e10):
        with pytest.raises(ValueError, match="too large to be made an int"):
            grad(f, backend="numba")(number, np.arange(8.0))


def test_masks_of_the_array():
    def f(x):
        y = x * 1.0
        y[x > 0.55] *= 2.0
        return np.sum(y[y > 1.0] ** 2)

    assert_like_numpy(f, X)


# -------------------------------------------------------------------------------------- captures

scale, weights = 3.0, np.array([1.0, 2.0, 3.0])


def inner(x):
    return scale * np.sum(x * x)


def captured(x):
    s = inner(x)
    for i in range(len(x)):
        s += weights[i] * x[i] ** 2
    return s


def test_captures_are_read_at_every_call(monkeypatch):
    df = grad(captured, backend="numba")
    np.testing.assert_allclose(df(X), 2 * X * (3.0 + weights), rtol=1e-15)
    monkeypatch.setitem(globals(), "scale", 5.0)
    np.testing.assert_allclose(df(X), 2 * X * (5.0 + weights), rtol=1e-15)
    monkeypatch.setitem(globals(), "weights", np.array([2.0, 2.0, 2.0]))
    np.testing.assert_allclose(df(X), 2 * X * 7.0, rtol=1e-15)
    weights[0] = 7.0
    np.testing.assert_allclose(df(X), 2 * X * (5.0 + weights), rtol=1e-15)
    assert "def captured_grad(x, scale, weights, s_bar=1.0)" in df.source


def test_closures_and_defaults():
    factor = 2.0

    def f(x, k=3.0):
        s = 0.0
        for i in range(len(x)):
            s += factor * k * x[i]
        return s

    df = grad(f, backend="numba")
    np.testing.assert_array_equal(df(X), [6.0, 6.0, 6.0])
    factor = 5.0
    np.testing.assert_array_equal(df(X, k=1.0), [5.0, 5.0, 5.0])


def test_a_captured_array_that_is_changed():
    buffer = np.zeros(3)

    def f(x):
        for i in range(3):
            buffer[i] += 1.0
        return np.sum(x * x)

    with pytest.raises(Refused, match="not compiled by numba"):
        grad(f, backend="numba")(X)
    np.testing.assert_array_equal(buffer, 0.0)


# --------------------------------------------------------------------------------- what can be asked


def test_source_and_saved_module(tmp_path):
    df = value_and_grad(captured, backend="numba")
    expected = df(X)
    assert df.source.startswith("import numba\nimport numpy as np\n\n\n@numba.njit(boundscheck=True)\ndef ")
    assert df.source.count("@numba.njit") == df.source.count("def ") == 3
    path = tmp_path / "saved.py"
    df.save(path)
    text = path.read_text()
    assert "adcompile" not in text.partition('"""\n')[2]
    spec = importlib.util.spec_from_file_location("saved", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert_same(module.captured_value_and_grad(X, scale, weights), expected)


def test_saved_module_with_a_check_of_memory(tmp_path):
    kernel = next(k for k in KERNELS if k.name == "trisolv")
    df = grad(kernel.program, kernel.active(), backend="numba")
    expected = df(*kernel.arguments("small"))
    path = tmp_path / "saved_trisolv.py"
    df.save(path)
    spec = importlib.util.spec_from_file_location("saved_trisolv", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert_same(module.trisolv_value_grad(*kernel.arguments("small")), expected)
    square = kernel.arguments("small")[0]
    with pytest.raises(ValueError, match="shares memory"):
        module.trisolv_value_grad(square, square[0], square[1].copy() * 0 + square[0].base[0])


def test_source_before_any_call_is_of_the_generic_program():
    assert "@numba.njit" in grad(captured, backend="numba").source


def test_without_numba(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"adcompile\[numba\]"):
        grad(captured, backend="numba")


def test_numba_is_not_imported_unless_asked_for():
    code = "import sys, adcompile; adcompile.grad(adcompile.detach).source; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_large_ints_are_refused_at_the_call():
    def f(x, n):
        return x * (n * n)

    df = grad(f, backend="numba")
    assert df(1.0, 2**31 - 1) == float((2**31 - 1) ** 2)
    with pytest.raises(UsageError, match="too large an int"):
        df(1.0, 2**31)
