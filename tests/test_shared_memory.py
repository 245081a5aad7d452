"""Changes in place of what may be another array's memory: right, or refused.

Whether a call makes new memory is NumPy's choice, and not always what its name says.
"""

import numpy as np
import pytest

from adcompile.testing.programs import REFUSED, RIGHT, Program, judge

A = np.array([[0.5, -1.2, 0.8], [1.5, 0.3, -0.4]])
# What gives an array of the numbers of `a`: its memory, a copy, or the one or the other.
MADE = """
a.flat[:]  a.flat[...]  a.flat.copy()  a.flatten()  a.ravel()  a.reshape(2, 3)  a.T  a.mT  a.real  a.view()  a[...]
a[()]  np.copy(a)  np.copy(a.flat)  np.array(a)  np.array(a.flat)  np.asarray(a.flat)  np.ravel(a.flat)
np.reshape(a.flat, (3, 2))
np.array(a, copy=None)  np.array(a, copy=False)  np.array(a, copy=True)  np.array(a, ndmin=3, copy=None)  np.asarray(a)
np.asarray(a, copy=False)  np.astype(a, float, copy=False)  a.astype(float, copy=False)  a.astype(float)
np.asfortranarray(a)  np.nan_to_num(a, copy=False)  np.nan_to_num(a)  np.ascontiguousarray(a)  np.require(a)
np.atleast_2d(a)  np.atleast_3d(a)  np.broadcast_arrays(a, 1)[0]  np.meshgrid(a[0], copy=False)[0]  np.meshgrid(a[0])[0]
np.squeeze(a[None])  np.split(a, 1)[0]  np.hsplit(a, 1)[0]  np.array_split(a, 2)[0]  np.unstack(a)[0]
np.einsum('ij->ji', a)  np.linalg.matrix_power(a[:, :2], 1)  np.diff(a, 0)  np.trim_zeros(a[0])  np.diag(a[0])
np.real(a)  np.flip(a)  np.roll(a, 0)  np.rot90(a)  np.moveaxis(a, 0, 1)  np.positive(a)  +a
np.where(True, a, 0)  np.take(a, [0, 1], 0)  np.tile(a, 1)  np.repeat(a, 1)  np.concatenate([a])  np.stack([a])[0]
np.vstack([a])  np.block([a])  np.pad(a, 0)  np.triu(a, -9)  np.sum(a[None], axis=0)  np.max(a[None], axis=0)
np.cumsum(a, axis=0)  list(a)[0]  [row for row in a][0]  (a, 1)[0]  [a][0]  {'a': a}['a']  max([a], key=len)
sorted([a], key=len)[0]  a.__array__()
""".strip().replace("\n", "  ").split("  ")


@pytest.mark.parametrize("own", [True, False], ids=["own", "given"])
@pytest.mark.parametrize("made", MADE)
def test_a_change_of_what_was_made_or_of_what_it_was_made_from(made, own):
    copied = "a = a.copy()" if own else "pass"
    for change in ("w[0] = 5.0", "a *= 2.0"):
        lines = [copied, f"w = {made}", change, "return np.sum(w * w) + a[0, 0] * a[0, 1]"]
        verdict = judge(Program("def f(a):\n    " + "\n    ".join(lines), (A,)))
        assert verdict.kind in (RIGHT, REFUSED), verdict.detail


@pytest.mark.parametrize(
    "lines",
    [
        ["v = np.array([1.0, 2.0, 3.0])", "t = {'p': v, 'q': v + 1}", "t['p'] /= 1.5", "return np.sum(v) * a[0, 0]"],
        ["v = a[0] * 2.0", "t = {'p': v}", "u = t", "u['p'][0] = 5.0", "return np.sum(v)"],
        ["v = a[0] * 2.0", "rows = [v, v]", "rows[0] *= 2.0", "return np.sum(v)"],
        ["rows = [a]", "a = rows[0]", "a[1] = 1.0", "return np.sum(a)"],
        ["pair = (a, a[0])", "pair[1][0] = 1.0", "return np.sum(pair[0])"],
    ],
)
def test_a_change_through_a_container(lines):
    verdict = judge(Program("def f(a):\n    " + "\n    ".join(lines), (A,)))
    assert verdict.kind in (RIGHT, REFUSED), verdict.detail


@pytest.mark.parametrize("copied", ["copy.copy(b)", "copy.deepcopy(b)"])
@pytest.mark.parametrize("change", ["c[0][0] = 5.0", "c[0] *= 2.0", "c[0] = a[1]", "b[0][0] = 5.0"])
@pytest.mark.parametrize(
    "holder",
    [
        *("[a[0] * 1.0, a[1] * 2.0]", "([a[0] * 1.0] if a[0, 0] > 0 else (a[0], a))", "{0: a[0] * 1.0}"),
        *("(a * 1.0 if a[0, 0] > 0 else [a[0] * 2.0])", "(a * 1.0 if a[0, 0] > 9 else [a[0] * 2.0])"),
    ],
)
def test_a_change_of_a_copy_made_by_the_standard_library(holder, change, copied):
    lines = [f"b = {holder}", f"c = {copied}", change, "return np.sum(c[0] * a[0]) + np.sum(b[0] * a[1])"]
    verdict = judge(Program("import copy\n\ndef f(a):\n    " + "\n    ".join(lines), (A,)))
    assert verdict.kind in (RIGHT, REFUSED), verdict.detail
    if holder.startswith("[") and "deepcopy" in copied:
        assert verdict.kind == RIGHT, verdict.detail


@pytest.mark.parametrize("made", ["a", "a.T", "(a if a[0, 0] > 9.0 else a * np.array([1.0, 2.0, 3.0]))"])
@pytest.mark.parametrize(
    "used",
    [
        *("np.sum(b.flat)", "np.mean(b.flat)", "sum(b.flat)", "np.sum(np.sin(b.flat))", "np.dot(b.flat, b.flat)"),
        *("sum(v * v for v in b.flat)", "sum([v * v for v in b.flat])", "np.sum(b.flat[1:] * b.flat[:-1])"),
        *("np.sum(np.array(b.flat) ** 2)", "np.sum(b.flat[[0, 0, 2]] ** 2)", "np.sum(b.flat[b.flat > 0] ** 2)"),
        *("np.sum(np.concatenate([b.flat, b.flat]))", "np.sum(np.multiply(b.flat, b.flat))", "b.flat[4] ** 2"),
    ],
)
def test_an_iterator_is_read_as_an_array(made, used):
    verdict = judge(Program(f"def f(a):\n    b = {made}\n    return {used}", (A,)))
    assert verdict.kind == RIGHT, verdict.detail


def test_a_store_to_all_of_a_flat_view():
    text = "def f(u):\n    u = u.reshape(-1)\n    u.fill(np.cos(np.mean(u)))\n    return np.mean(u)"
    verdict = judge(Program(text, (A[0],)))
    assert verdict.kind == RIGHT, verdict.detail


def test_a_loop_that_carries_a_view_of_a_view():
    loop = ["for k in range(2):", "    w = v[::-1]", "    v = w if np.sum(v) > -9 else v", "    w[0] *= a[1, 0]"]
    lines = ["v = a[0] * 1.0", *loop, "return np.sum(v * v)"]
    verdict = judge(Program("def f(a):\n    " + "\n    ".join(lines), (A,)))
    assert verdict.kind in (RIGHT, REFUSED), verdict.detail


CHANGES = ["values.pop(0)", "values.pop()", "values.insert(0, y)", "values.clear()", "del values[0]"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_list_argument_that_becomes_shorter_or_longer(change):
    verdict = judge(Program(f"def f(y, values):\n    {change}\n    return y * y", (0.5, [0.1, 0.2, 0.3])))
    assert verdict.kind in (RIGHT, REFUSED), verdict.detail
