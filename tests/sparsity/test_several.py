"""Sparse Jacobians by several arguments, and of several results, against the dense ones."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import Refused, UsageError, grad, hessian, jacobian

from .programs import POINT
from .test_sparse_jacobians import agree


def together(x, y):
    return {"a": x[1:] * x[:-1] + y[0], "b": (np.sum(y), [y**2 * x[:3], 3.0 * x[0]])}


def matrices(value):
    """The Jacobians of each result."""
    return [value["a"], value["b"][0], *value["b"][1]]


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_several_results_of_several_arguments(mode):
    y = np.array([0.5, 2.0, -1.0])
    dense = jacobian(together, ("y", "x"))(POINT, y)
    J = jacobian(together, ("y", "x"), mode, sparsity="auto")
    for _ in range(2):
        for made, expected in zip(matrices(J(POINT, y)), matrices(dense), strict=True):
            for one, other in zip(made, expected, strict=True):
                agree(one, other)
    assert J.searches == 2  # once by each argument
    assert mode == "reverse" or J.seeds < len(POINT)
    for found, made in zip(matrices(J.sparsity(POINT, y)), matrices(J(POINT, y)), strict=True):
        assert [one.nnz for one in found] == [one.nnz for one in made]
    (alone,) = jacobian(lambda x: x * x, ("x",), mode, sparsity="auto")(POINT)
    agree(alone, np.diag(2 * POINT))


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_a_hessian_by_several_arguments(mode):
    def energy(x, y):
        return np.sum((x[1:] * x[:-1]) ** 2) + np.sum(y**3) * x[0]

    y = np.array([0.5, 2.0, -1.0])
    dense = hessian(energy, ("x", "y"))(POINT, y)
    made = hessian(energy, ("x", "y"), mode, sparsity="auto")(POINT, y)
    for row, expected in zip(made, dense, strict=True):
        for one, other in zip(row, expected, strict=True):
            agree(one, other)
    assert made[0][1].nnz == len(y)
    ((alone,),) = hessian(energy, ("y",), mode, sparsity="auto")(POINT, y)
    agree(alone, dense[1][1])


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_the_dtype_is_that_of_a_dense_jacobian(mode):
    x = POINT.astype(np.float32)
    weights = np.arange(len(x), dtype=float)
    for f in (lambda x: x * x, lambda x: x * weights, lambda x: np.sum(x * weights)):
        assert jacobian(f, mode=mode, sparsity="auto")(x).dtype == jacobian(f, mode=mode)(x).dtype


def test_the_number_of_results_may_depend_on_a_value():
    def chosen(x, n):
        return [x[:2] * x[0] for _ in range(n)]

    J = jacobian(chosen, sparsity="auto")
    for n in (1, 3, 0, 2):
        made = J(POINT, n)
        assert len(made) == n
        for one in made:
            agree(one, jacobian(lambda x: x[:2] * x[0])(POINT))


def test_a_matrix_is_given_for_each_argument():
    def scaled(x, y):
        return x * y[0]

    n = len(POINT)
    by_x, by_y = jacobian(scaled, (0, 1), sparsity=(np.eye(n), [[1, 0]] * n))(POINT, np.array([2.0, 3.0]))
    agree(by_x, 2.0 * np.eye(n))
    assert by_y.nnz == n
    np.testing.assert_allclose(by_y.toarray()[:, 0], POINT)
    with pytest.raises(UsageError, match="sparsity= lacks an entry"):
        jacobian(scaled, (0, 1), sparsity=(np.eye(n), [[0, 1]] * n))(POINT, np.array([2.0, 3.0]))
    found, made = jacobian(scaled, ("x", "y"), sparsity=("auto", [[1, 0]] * n))(POINT, np.array([2.0, 3.0]))
    agree(found, by_x.toarray())
    agree(made, by_y.toarray())


def test_within_a_differentiated_function_it_is_refused():
    J = jacobian(lambda x: x * x, sparsity="auto")
    H = hessian(lambda x: np.sum(x**3), sparsity="auto")
    for f in (
        lambda x: np.sum(J(x).data),
        lambda x: np.sum(H(x) @ x),
        lambda x: np.sum(jacobian(lambda z: z * z, sparsity="auto")(x) @ x),
        lambda x: np.sum(x) * J(POINT)[0, 0],
    ):
        with pytest.raises(Refused, match="in a differentiated function leave out sparsity=") as caught:
            grad(f)(POINT)
        assert caught.value.diagnostics[0].origin is not None
