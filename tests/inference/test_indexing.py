"""The inferred types of subscripts are those of the actual results."""

from __future__ import annotations

import itertools
import operator

import numpy as np
import pytest
from concrete import Sizes, check, symbols, type_of

import adcompile.inference  # noqa: F401
from adcompile.inference.registry import SITE, infer_call
from adcompile.ir.types import UNKNOWN

SHAPES = [(), (0,), (1,), (2,), (3,), (2, 3), (3, 3), (1, 4), (2, 0), (2, 3, 4), (3, 1, 2, 2)]
BOUNDS = [None, 0, 1, 2, 3, 7, -1, -2, -3, -7]
SLICES = [slice(a, b, c) for a, b in itertools.product(BOUNDS, BOUNDS) for c in (None, 1, 2, -1, -2)]
SOME = [
    0,
    -1,
    slice(None),
    slice(1, None),
    slice(None, -1),
    slice(None, None, 2),
    slice(None, None, -1),
    None,
    Ellipsis,
]


def site(name):
    SITE.enter(name)


def compare(x, index):
    """Check the type of `x[index]`, and that it is not Unknown without need."""
    sizes = Sizes()
    made = type_of(x, sizes), type_of(index, sizes)
    site(("test", str(made)))
    found = infer_call(operator.getitem, made, {})
    try:
        value = x[index]
    except IndexError:
        return
    check(found, value, symbols(sizes))
    return found


def array(shape):
    return np.arange(float(np.prod(shape))).reshape(shape)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 6, 9])
def test_slices_of_a_vector(size):
    for one in SLICES:
        assert compare(array((size,)), one) is not UNKNOWN


def test_a_slice_is_one_symbol_for_one_length():
    """What one type says of two slices holds for every size."""
    few = [slice(a, b, c) for a, b in itertools.product((None, 1, 3, -1, -3), repeat=2) for c in (None, 2, -1)]
    for a, b in itertools.product(few, repeat=2):
        known = None
        for size in (2, 3, 5):
            sizes = Sizes()
            x = type_of(array((size,)), sizes)
            site(("test", "two"))
            first, second = (infer_call(operator.getitem, (x, type_of(s, sizes)), {}) for s in (a, b))
            known = known or (first, second)
            assert known == (first, second)  # sizes do not matter
            if first == second:
                assert len(array((size,))[a]) == len(array((size,))[b]), (a, b, size)


@pytest.mark.parametrize("shape", SHAPES)
def test_basic_indices(shape):
    x = array(shape)
    for count in range(4):
        for parts in itertools.product(SOME, repeat=count):
            if sum(p is Ellipsis for p in parts) < 2:
                compare(x, parts)
    for one in SOME:
        compare(x, one)


@pytest.mark.parametrize("shape", SHAPES)
def test_gathering_indices(shape):
    x = array(shape)
    low = np.zeros(3, int)
    indices = [0, slice(None), slice(1, None), None, Ellipsis, low, np.zeros((2, 3), int), [0, 0], [], np.zeros(1, int)]
    indices += [np.array(0), np.int64(0), np.ones(2, bool), np.array([True, False, True]), np.zeros(0, int)]
    for count in range(1, min(len(shape), 2) + 2):
        for parts in itertools.product(indices, repeat=count):
            if sum(p is Ellipsis for p in parts) < 2:
                compare(x, parts)
    for one in indices:
        compare(x, one)


def test_masks():
    for shape in [(3,), (2, 3), (2, 3, 4), (0, 2)]:
        x = array(shape)
        for axes in range(1, len(shape) + 1):
            mask = np.arange(np.prod(shape[:axes], dtype=int)).reshape(shape[:axes]) % 2 == 0
            compare(x, mask)
            compare(x, (mask, Ellipsis))
            compare(x, (Ellipsis, None, mask) if axes == len(shape) else (None, mask))
            compare(x, (mask, None))
    compare(array((3, 2)), [True, False, True])
    compare(array((3, 2)), np.array(True))
    compare(array((3, 2)), True)


def test_other_dtypes():
    for dtype in (np.float32, int, bool, complex):
        compare(np.ones((2, 3), dtype), (0, 1))
        compare(np.ones((2, 3), dtype), (0, slice(None)))


def test_common_indices_are_known():
    x = array((4, 5))
    for index in [0, (0, 1), slice(1, -1), (slice(None), 0), (slice(1, None), slice(None, -1)), np.zeros(3, int)]:
        found = compare(x, index)
        assert found is not UNKNOWN and getattr(found, "shape", ()) is not None
