"""Arguments that are seldom used: every form of an option is right, or refused at its line."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

import numpy as np
import pytest
from cases import direction

from adcompile import check_grads, grad, jacobian
from adcompile.errors import Refused
from adcompile.ir.types import UNKNOWN
from adcompile.rules.samples import distinct

COUNTER = itertools.count()


def program(expression: str, result: str = "np.sum(w * r)", **names: Any) -> Any:
    """`sum(w * expression)` as a function of x and w."""
    file, text = f"<odd {next(COUNTER)}>", f"def program(x, w):\n    r = {expression}\n    return {result}\n"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = {"np": np, **names}
    exec(compile(text, file, "exec"), namespace)
    return namespace["program"]


def check(expression: str, x: Any, **names: Any) -> None:
    """Check the gradient of an expression of x, also in the program for any arguments."""
    f = program(expression, **names)
    result = eval(expression, {"np": np, "x": x, **names})
    w = direction(result, np.random.default_rng(2))
    w = w if np.ndim(w) else float(w)
    check_grads(f, (x, w), (0,), rtol=1e-7, atol=1e-8)
    made = grad(f)(x, w)
    any_types = grad(f)._compile([UNKNOWN, UNKNOWN]).function(x, w)
    assert np.shape(made) == np.shape(any_types) == np.shape(x)
    np.testing.assert_allclose(any_types, made, rtol=1e-12, atol=1e-14)


REDUCTIONS = ["sum", "mean", "prod", "max", "min", "ptp", "var", "std", "median", "nansum", "nanmean", "nanmax"]
FORMS = [
    "None",
    "None, keepdims=True",
    "-1",
    "-2, keepdims=True",
    "(0, -1)",
    "(-1,)",
    "(2, 0), keepdims=True",
    "(0, 1, 2)",
    "np.int64(1)",
    "axis",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_axes_of_reductions(name: str, form: str) -> None:
    check(f"np.{name}(x, axis={form})", distinct(2, 3, 4), axis=1)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "nansum", "average", "median"])
def test_no_axis_at_all(name: str) -> None:
    check(f"np.{name}(x, axis=())", distinct(2, 3))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_of_one_element(name: str) -> None:
    for x in (1.5, np.array(1.5), np.array([1.5]), np.array([[1.5]])):
        if name not in ("ptp", "var", "std"):
            check(f"np.{name}(x)", x)
        expected = np.full(np.shape(x), 0.0 if name in ("ptp", "var", "std") else 1.0)
        assert np.array_equal(grad(program(f"np.{name}(x)"))(x, 1.0), expected)
    check(f"np.{name}(x, axis=0)", distinct(3, 1))


@pytest.mark.parametrize("form", ["x", "x, axis=0", "x, axis=1", "x, axis=(0, 1)", "x, axis=1, keepdims=True"])
@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod", "nansum", "sort", "diff"])
def test_empty_arrays(name: str, form: str) -> None:
    if name in ("sum", "prod", "nansum") or ("(" not in form and "keep" not in form):
        for x in (np.zeros((0, 2)), np.zeros((2, 0))):
            if name != "diff" or 0 not in x.shape[-1:]:
                assert grad(program(f"np.{name}({form})"))(x, 1.0).shape == x.shape


def test_the_mean_of_empty_rows_of_some_length() -> None:
    for form in ("x, axis=1", "x, axis=(1,)", "x, axis=(1, 2), keepdims=True"):
        assert grad(program(f"np.mean({form})"))(np.zeros((0, 2, 3)), 1.0).shape == (0, 2, 3)


X = distinct(2, 3)
KNOWN = [
    "np.sum(x, 0, None, None, True)",
    "np.sum(x, dtype=np.float64)",
    "np.sum(x, axis=1, initial=2.0)",
    "np.sum(x, where=x > 0)",
    "np.sum(x, axis=0, where=np.array([[True], [False]]))",
    "np.mean(x, dtype=float)",
    "np.mean(x, axis=-1, where=np.array([True, False, True]))",
    "np.var(x, 0, None, None, 1)",
    "np.var(x, correction=1)",
    "np.var(x, axis=(0, 1), ddof=0.5)",
    "np.std(x, ddof=1, axis=-1, keepdims=True)",
    "np.std(x, axis=(0, 1), correction=1)",
    "np.cumsum(x, dtype=float)",
    "np.cumsum(x, axis=-1)",
    "np.cumprod(x, axis=-2)",
    "np.diff(x, n=2, axis=-1)",
    "np.diff(x, n=3)",
    "np.max(x, initial=0.0)",
    "np.max(x, where=x > 0, initial=0.0)",
    "np.min(x, axis=1, where=x < 0, initial=0.0)",
    "np.corrcoef(x[0])",
    "np.cov(x.T, rowvar=False)",
    "np.diff(x, append=np.zeros((2, 1)))",
    "np.diff(x, prepend=x[:, :1])",
    "np.diff(x, 2, 0, x[0, 0], x[:1])",
    "np.diff(x, n=5, axis=0)",
    "np.average(x, axis=(0, 1))",
    "np.average(x, axis=-1, weights=np.array([1.0, 2.0, 0.5]))",
    "np.linalg.norm(x, axis=(0, 1))",
    "np.linalg.norm(x, axis=None, keepdims=True)",
    "np.linalg.norm(x, -1, axis=0)",
    "np.linalg.norm(x, 0.5, axis=-1, keepdims=True)",
    "np.linalg.norm(x, ord=-np.inf, axis=-2)",
    "np.reshape(x, (3, -1), order='F')",
    "x.T.reshape(3, 2, order='F')",
    "x.T.flatten('F')",
    "x.reshape(1, 1, 1, 2, 1, 1, 1, 3).transpose(7, 0, 1, 2, 3, 4, 5, 6)",
    "np.roll(x, [1, 2], (0, 1))",
    "np.roll(x, np.array([1, 2]), (0, 1))",
    "np.roll(x, (1, 1), (0, 0))",
    "np.roll(x, 1, axis=(0, -1))",
    "np.rot90(x, axes=(-1, 0))",
    "np.moveaxis(x, [0, 1], [1, 0])",
    "np.rollaxis(x, -1)",
    "np.rollaxis(x, 1, -1)",
    "np.sort(x, 0, 'mergesort')",
    "np.sort(x, axis=None, kind='stable')",
    "np.copy(x, order='F')",
    "x.T.copy('F')",
    "np.array(x, ndmin=3)",
    "np.array(x, order='F', copy=True)",
    "np.asfortranarray(x)",
    "x.astype(float, copy=False)",
    "np.concatenate((x, x), axis=None)",
    "np.concatenate((x, 2 * x), dtype=float)",
    "np.concatenate((x, np.zeros((2, 1), int)), 1)",
    "np.concatenate(x)",
    "np.stack(x, axis=1)",
    "np.vstack([r * r for r in x])",
    "np.hstack([r * r for r in x])",
    "np.column_stack((x[0], x[1], x.T))",
    "np.split(x, [0, 5], axis=0)[1]",
    "np.array_split(x, 2, axis=-1)[1]",
    "np.broadcast_to(x, [4, 2, 3])",
    "np.repeat(x, 0)",
    "np.repeat(x, [1, 2], axis=-2)",
    "np.repeat(x, np.array([2]), axis=1)",
    "np.tile(x, ())",
    "np.tile(x[0], 0)",
    "np.tile(x, np.array([2, 2]))",
    "np.pad(x, ((0, 0), (2, 0)))",
    "np.pad(x, [[1]])",
    "np.pad(x, np.array([1, 2]))",
    "np.pad(x, {-1: (1, 2), 0: 1})",
    "np.pad(x, ((0, 3), (4, 0)), 'reflect')",
    "np.pad(x, 5, 'wrap')",
    "np.pad(x, 1, constant_values=((1, 2), (3, 4)))",
    "np.tril(x[0], -1)",
    "np.diag(x, 5)",
    "np.trace(x, offset=np.int64(1))",
    "np.trace(x, axis1=1, axis2=0)",
    "np.diagonal(x, 0, -1, 0)",
    "np.take(x, np.array([], int))",
    "np.take(x, [[0, 1], [1, 1]], axis=-2)",
    "np.take_along_axis(x, np.argsort(x, axis=-1))",
    "np.clip(x, None, None)",
    "np.clip(x, min=-0.1, max=0.6)",
    "x.clip(max=0.3)",
    "x.clip(min=0.3)",
    "np.clip(x, -x, x * x)",
    "np.clip(0.2, x, 1.0)",
    "np.where(True, x, 1.0)",
    "np.where([True, False, True], x, -x)",
    "np.tensordot(x, x, axes=([0], [0]))",
    "np.tensordot(x, x, axes=(-1, -1))",
    "np.tensordot(x, x, 0)",
    "np.einsum('ij,kj->ik', x, x, optimize='greedy')",
    "np.einsum('i...->...', x)",
    "np.linalg.norm(x @ x.T, axis=(-2, -1))",
    "np.prod(x[0], axis=())",
    "np.concatenate(x, axis=-1)",
    "np.concatenate(np.reshape(x, (3, 1, 2)), axis=1)",
    "np.hstack(np.reshape(x, (3, 1, 2)))",
    "np.column_stack(x)",
    "np.take(x, (0, 1), axis=0)",
    "np.take(x, np.array([True, False]))",
    "np.take(x, np.int64(1))",
    "np.tile(x, np.int32(2))",
    "np.einsum('ij,ij->i', x, x[:, :1])",
    "x * np.array(x, dtype=int)",
    "np.array(x[0], ndmin=3)",
    "np.reshape(x, -1, 'F')",
    "np.pad(x[0], ((1,),))",
    "np.vstack(x)",
    "np.hstack(x)",
    "np.linalg.trace(np.reshape(x, (3, 2, 1)))",
    "np.linalg.diagonal(np.reshape(x, (1, 2, 3)), offset=1)",
    "np.linalg.matrix_transpose(x)",
    "np.abs(x) ** np.array([True, False, True])",
    "np.sum(x)[..., None] * x",
    "np.max(x)[None, ...] * x[0]",
]


@pytest.mark.parametrize("expression", KNOWN)
def test_seldom_used_options(expression: str) -> None:
    check(expression, X)


@pytest.mark.parametrize("expression", KNOWN)
def test_jacobians_of_seldom_used_options(expression: str) -> None:
    f = program(expression, "w * r")
    made = jacobian(f, mode="forward")(X, 1.0)
    np.testing.assert_allclose(jacobian(f, mode="reverse")(X, 1.0), made, rtol=1e-9, atol=1e-12)
    total = np.sum(np.reshape(made, (-1, *X.shape)), axis=0)
    np.testing.assert_allclose(grad(program(expression))(X, 1.0), total, rtol=1e-9, atol=1e-12)


REFUSED = [
    "np.cov(x, x)",
    "np.cov(x, aweights=np.ones(3))",
    "np.quantile(x, 0.5, method='nearest')",
    "np.quantile(x, 0.5, weights=np.ones((2, 3)), method='inverted_cdf')",
    "np.percentile(x, [10, 20], axis=0, keepdims=True)",
    "np.convolve(x[0], 2.0)",
    "np.sum(x, dtype=int)",
    "np.prod(x, dtype=float)",
    "np.prod(x, where=x > 0)",
    "np.var(x, where=x > 0)",
    "np.var(x, mean=np.mean(x))",
    "np.std(x, mean=0.0)",
    "np.median(x, overwrite_input=True)",
    "np.average(x, weights=x * x)",
    "np.cumprod(x, dtype=float)",
    "np.linalg.norm(x, 1)",
    "np.linalg.norm(x, 'nuc', axis=(0, 1))",
    "np.linalg.norm(x, 0, axis=0)",
    "np.reshape(x, (3, 2), order='A')",
    "x.T.flatten(order='K')",
    "np.array([x, x], ndmin=4)",
    "np.pad(x, 1, 'mean')",
    "np.pad(x, 1, 'reflect', reflect_type='odd')",
    "np.pad(x, 1, constant_values=x[0, 0])",
    "np.take(x, [7], mode='wrap')",
    "np.einsum(x, [0, 1], [1])",
    "np.r_[x, x]",
    "np.c_[x, x]",
    "np.mgrid[0 : x[0, 0] : 3j]",
    "np.linalg.cholesky(x @ x.T, upper=True)",
    "np.cumsum(x[0, 0], axis=-1)",
    "np.abs(np.fft.fftn(x[0], (3, 4), (0, -1)))",
    "np.fft.irfft2(x[0], (3, 4), (0, 0))",
    "np.cumprod(x[0, 0], axis=0)",
    "np.repeat(x[0, 0], 2, axis=0)",
]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_no_rule_covers_is_refused_at_its_line(expression: str) -> None:
    with pytest.raises(Refused, match=r"(?s)<odd \d+>:2: .*\n    r = "):
        grad(program(expression))(X, 1.0)


@pytest.mark.parametrize("name", [name for name in REDUCTIONS if name not in ("var", "std")])
def test_the_last_axis_of_a_number(name: str) -> None:
    for x in (np.float64(1.5), np.array(1.5)):
        made = grad(program(f"np.{name}(x, axis=-1)"))(x, 1.0)
        assert np.shape(made) == () and made == (name != "ptp")


SINGLE = ["sum(x, dtype={})", "mean(x, 0, {})", "nansum(x, dtype={})", "cumsum(x, dtype={})", "array([x, x], dtype={})"]


@pytest.mark.parametrize("call", [*SINGLE, "concatenate((x, x), dtype={})", "concatenate([x], dtype={})"])
def test_a_gradient_has_the_dtype_of_its_argument_whatever_is_computed_in(call: str) -> None:
    call = call.format("np.float32")
    made = grad(program(f"np.{call}"))(X, np.float32(1.5))
    assert made.dtype == X.dtype
    np.testing.assert_allclose(made, grad(program(f"np.{call}".replace("32", "64")))(X, 1.5), rtol=1e-5)


WITH_OUT = [
    "np.mean(x, 0, None, np.zeros(3))",
    "np.ptp(x, 0, np.zeros(3))",
    "np.cumsum(x, out=np.zeros(6))",
    "np.concatenate((x, x), out=np.zeros((4, 3)))",
    "np.clip(x, 0, 1, out=np.zeros((2, 3)))",
    "np.exp(x, out=np.zeros((2, 3)))",
    "np.multiply(x, x, where=x > 0, out=np.zeros((2, 3)))",
    "np.dot(x, x.T, out=np.zeros((2, 2)))",
]


@pytest.mark.parametrize("expression", WITH_OUT)
def test_results_that_are_put_into_arrays(expression: str) -> None:
    check_grads(program(expression), (X, 1.5), (0,), rtol=1e-7, atol=1e-8)
