"""The programs of the zoo, and the gradients of some: sparse Jacobians against dense ones."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from zoo.not_yet import AT_RUN_TIME
from zoo.test_zoo import ZOO, outside, put_back

from adcompile import Refused, UsageError, grad, jacobian
from adcompile.unit_vectors import leaves_of

MEMORY = "the program was compiled for a view"


def by_one_array(every):
    """Programs with the position of their first float array, by which they are differentiated."""
    found = []
    for program in ZOO:
        floats = [i for i, a in enumerate(program.calls[0]) if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
        if floats and program.name not in AT_RUN_TIME:
            found.append(pytest.param(program, floats[0], id=program.name))
    return found[::every]


def agree(program, function, position):
    """Whether the sparse Jacobian is the dense one at each of the program's calls."""
    saved = copy.deepcopy(outside(program.function))
    sparse, dense = jacobian(function, position, sparsity="auto"), jacobian(function, position, mode="reverse")
    for args in program.calls:
        try:
            expected = dense(*copy.deepcopy(args))
        except Refused:
            with pytest.raises(Refused):
                sparse(*copy.deepcopy(args))
            continue
        finally:
            put_back(program.function, saved)
        try:
            made = leaves_of(sparse(*copy.deepcopy(args)))
        except UsageError as refused:
            assert "it does more than compute" in str(refused)
            continue
        found = leaves_of(sparse.sparsity(*copy.deepcopy(args)))
        for matrix, places, dense_one in zip(made, found, leaves_of(expected), strict=True):
            entries = np.reshape(dense_one, matrix.shape)
            assert not np.any((entries != 0) & ~places.toarray())
            np.testing.assert_allclose(matrix.toarray(), entries, rtol=max(program.tolerance, 1e-13), atol=1e-13)


@pytest.mark.parametrize("program, position", by_one_array(3))
def test_programs(program, position):
    agree(program, program.function, position)


@pytest.mark.parametrize("program, position", by_one_array(9))
def test_gradients(program, position):
    agree(program, grad(program.function, position), position)
