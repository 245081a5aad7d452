"""The inferred types of shaping, creation and linear algebra are those of the actual results."""

from __future__ import annotations

import copy
import itertools
import operator

import numpy as np
import pytest
from concrete import Sizes, check, symbols, type_of

import adcompile.inference  # noqa: F401
from adcompile.inference.registry import SITE, infer_call
from adcompile.ir.dims import add_dims, scale_dim, symbol
from adcompile.ir.nodes import Attribute, Method
from adcompile.ir.types import UNKNOWN, Scalar

SHAPES = [(), (0,), (1,), (2,), (3,), (2, 3), (3, 3), (1, 4), (2, 0), (2, 3, 4), (3, 1, 2), (2, 2, 2, 3)]
DTYPES = ["float64", "float32", "int64", "int32", "uint8", "bool", "complex128"]


def array(shape, dtype="float64"):
    return (np.arange(float(np.prod(shape))).reshape(shape) % 5).astype(dtype)


def numbers():
    """Inputs of every shape, and of every dtype for some."""
    yield from map(array, SHAPES)
    yield from (array(s, d) for d in DTYPES for s in [(3,), (2, 2), ()])
    yield from [1.5, 2, True, np.float64(1.5), np.float32(2), np.int32(1), (1.0, 2.0), [1.0, 2.0]]


def compare(fn, *args, **kwargs):
    """Check the type of a call; returns it, or None where the call raises."""
    sizes = Sizes()
    types = [type_of(a, sizes) for a in args]
    options = {k: type_of(a, sizes) for k, a in kwargs.items()}
    SITE.enter(("test", getattr(fn, "__name__", "")))
    found = infer_call(fn, types, options)
    try:
        if isinstance(fn, Method):
            value = getattr(args[0], fn.name)(*args[1:], **kwargs)
        elif isinstance(fn, Attribute):
            value = getattr(args[0], fn.name)
        else:
            value = fn(*args, **kwargs)
    except (
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        np.linalg.LinAlgError,
        OverflowError,
        DeprecationWarning,
    ):
        return None
    if isinstance(args[0], int) and isinstance(value, int):
        return found
    try:
        check(found, value, symbols(sizes))
    except AssertionError as error:
        raise AssertionError(f"{getattr(fn, '__name__', fn)}{types}{options}: {error}") from None
    return found


def call(*args, **kwargs):
    return args, kwargs


AXES = [call(a) for a in (0, 1, -1, 2, None, (0, 1), (0, -1), 5)] + [call(axis=a) for a in (0, -1, (1, 0), None)]
FORMS = {
    np.reshape: [
        call(s) for s in (-1, (-1,), 6, (3, 2), (2, -1), (-1, 2), (1, -1, 1), (4, -1, 2), (2, 3, -1), (), (0, 3))
    ]
    + [call((2, -1), order="F"), call((3, -1), "F"), call([2, -1])],
    Method("reshape"): [call(-1), call(2, -1), call((2, -1)), call(3, 2, order="F"), call(1, 1, -1)],
    np.ravel: [call(), call("F"), call(order="C")],
    Method("flatten"): [call()],
    np.transpose: [
        call(),
        call((1, 0)),
        call((0, 1)),
        call((1, 2, 0)),
        call(axes=(-1, 0, 1)),
        call(None),
        call([1, 0]),
    ],
    Method("transpose"): [call(), call(1, 0), call((1, 0)), call(2, 0, 1), call(0), call(None)],
    Attribute("T"): [call()],
    Attribute("mT"): [call()],
    Attribute("shape"): [call()],
    Attribute("ndim"): [call()],
    Attribute("size"): [call()],
    np.shape: [call()],
    np.ndim: [call()],
    np.size: [call(), call(0), call(axis=1)],
    np.matrix_transpose: [call()],
    np.swapaxes: [call(0, 1), call(0, -1), call(axis1=1, axis2=-2)],
    np.moveaxis: [call(0, -1), call((0, 1), (1, 0)), call((0, 1), (-1, -2)), call(source=1, destination=0)],
    np.rollaxis: [call(0), call(1), call(-1), call(2, 1), call(0, 2)],
    np.expand_dims: [*AXES, call((0, 2)), call((-1, 0))],
    np.squeeze: [call(), *AXES],
    Method("squeeze"): [call(), call(0), call(axis=-1)],
    np.atleast_1d: [call()],
    np.atleast_2d: [call()],
    np.atleast_3d: [call()],
    np.broadcast_to: [call(s) for s in (3, (3,), (2, 3), (2, 3, 4), (5, 1, 3), (), [2, 3])],
    np.flip: [call(), *AXES],
    np.fliplr: [call()],
    np.flipud: [call()],
    np.rot90: [call(), call(2), call(-1), call(1, (1, 2)), call(k=3, axes=(0, -1))],
    np.roll: [call(1), call(1, 0), call((1, 2), (0, 1)), call(2, axis=-1)],
    np.sort: [call(), *AXES],
    np.copy: [call(), call("F")],
    Method("copy"): [call()],
    np.ascontiguousarray: [call()],
    Method("astype"): [
        call(float),
        call(int),
        call("float32"),
        call(np.int32),
        call(bool),
        call(dtype=complex),
        call(str),
    ],
    np.ndarray.astype: [call(float), call(int), call(np.dtype("float32"))],
    np.array: [call(), call(float), call(dtype="int32"), call(copy=True), call(ndmin=3), call(dtype=np.float32)],
    np.asarray: [call(), call(float), call(dtype=int)],
    np.triu: [call(), call(1), call(k=-1)],
    np.tril: [call(), call(1), call(k=-1)],
    np.diag: [call(), call(1), call(k=-2)],
    np.diagonal: [call(), call(1), call(0, 1, 2), call(offset=-1), call(axis1=-1, axis2=0)],
    np.trace: [call(), call(1), call(0, 1, 2), call(offset=-1), call(axis1=-1, axis2=0)],
    np.repeat: [call(2), call(0), call(3, 0), call(2, axis=-1), call(np.array([2])), call([1, 2], 0), call(repeats=2)],
    np.tile: [
        call(2),
        call(0),
        call((2, 2)),
        call((2, 1, 3)),
        call([2, 2]),
        call(reps=(2, 2)),
        call(np.array([2, 1])),
        call(()),
    ],
    np.pad: [
        call(1),
        call((1, 2)),
        call(((1, 2),)),
        call(((1, 0), (0, 2))),
        call((3,)),
        call(2, "edge"),
        call(1, constant_values=3),
    ],
    np.take: [
        call(0),
        call([0, 0]),
        call(np.zeros((2, 2), int)),
        call(0, 0),
        call(np.zeros(3, int), axis=-1),
        call(np.array(0), 0),
    ],
    np.split: [call(2), call(1), call([1]), call((1, 2), axis=-1)],
    np.take_along_axis: [call(np.zeros(3, int), 0), call(np.zeros((2, 1), int), axis=1)],
    np.zeros_like: [call()],
    np.linalg.inv: [call()],
    np.linalg.det: [call()],
    np.linalg.slogdet: [call()],
    np.linalg.matrix_power: [call(0), call(2), call(-1), call(3)],
}


@pytest.mark.parametrize("fn", FORMS, ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore")
def test_functions_of_one_array(fn):
    for x, (args, kwargs) in itertools.product(numbers(), FORMS[fn]):
        compare(fn, x, *args, **kwargs)


@pytest.mark.parametrize("fn", [np.matmul, np.dot, np.inner, np.outer, np.vdot, np.kron, np.cross, np.linalg.solve])
@pytest.mark.filterwarnings("ignore")
def test_functions_of_two_arrays(fn):
    given = [array(s) for s in SHAPES] + [array(s, d) for d in DTYPES for s in [(3,), (3, 3)]] + [2.0, 3, np.float32(1)]
    given += [array(s) + 2 * np.eye(s[-1]) for s in [(3, 3), (2, 3, 3), (1, 1)]] + [array((4, 1, 3, 2))]
    for x, y in itertools.product(given, repeat=2):
        compare(fn, x, y)


@pytest.mark.filterwarnings("ignore")
def test_tensordot():
    given = [array(s) for s in [(3,), (2, 3), (3, 3), (2, 3, 4), (4, 3), (3, 2)]]
    axes = [0, 1, 2, (0, 0), (1, 0), (-1, 0), ((0, 1), (0, 1)), ((0, 1), (1, 0)), ((1,), (0,)), ([0], [0])]
    for x, y, a in itertools.product(given, given, axes):
        compare(np.tensordot, x, y, axes=a)


@pytest.mark.filterwarnings("ignore")
def test_einsum():
    given = [array(s) for s in [(), (3,), (2, 3), (3, 3), (1, 3), (2, 3, 3)]] + [array((3,), "float32"), 2.0]
    for x in given:
        for text in [
            "i",
            "ij",
            "ji",
            "ii",
            "ii->i",
            "ij->",
            "i->",
            "...",
            "...i->...",
            "...i",
            "ij...",
            "->",
            "i...->...i",
        ]:
            compare(np.einsum, text, x)
        for y in given:
            for text in [
                "i,i",
                "ij,j",
                "ij,jk->ik",
                "i,j->ij",
                "...i,i->...",
                ",i->i",
                "...ij,...jk->...ik",
                "ij,ij->ij",
            ]:
                compare(np.einsum, text, x, y)


@pytest.mark.parametrize("fn", [np.concatenate, np.stack, np.vstack, np.hstack, np.column_stack, np.array])
@pytest.mark.filterwarnings("ignore")
def test_joins(fn):
    given = [array(s) for s in [(), (1,), (2,), (3,), (0,), (2, 3), (1, 3), (2, 1), (3, 3), (2, 3, 4)]]
    given += [array((3,), "float32"), array((2, 3), "int64"), 1.5, 2, np.float32(1)]
    options = [{}] if fn not in (np.concatenate, np.stack) else [{"axis": a} for a in (0, 1, -1, None)]
    for count in (1, 2):
        for parts, kwargs in itertools.product(itertools.product(given, repeat=count), options):
            compare(fn, parts, **kwargs)
            compare(fn, list(parts), **kwargs)
    compare(fn, [])
    compare(fn, ([1.0, 2.0], [3.0, 4.0]))
    compare(fn, [[1.0, 2.0], [3.0, 4.0]])
    compare(fn, (array((2, 3)), array((1, 3)), array((4, 3))))


@pytest.mark.filterwarnings("ignore")
def test_creation():
    for shape in [3, (), (2,), (2, 3), [2, 3], np.int64(2), (np.int64(2), 1)]:
        for fn in (np.zeros, np.ones, np.empty):
            for dtype in ((), (int,), (np.float32,), ("bool",)):
                compare(fn, shape, *dtype)
        for value in (1, 1.5, True, np.float32(2), array((3,)), array((3,), "int32"), 1j):
            compare(np.full, shape, value)
            compare(np.full, shape, value, float)
    for args in itertools.product([0, 1, 5, -3, 1.5, np.int32(3), np.float32(2), np.float64(3), np.int64(4)], repeat=2):
        compare(np.arange, *args)
        compare(np.arange, args[0])
        compare(np.arange, *args, 2)
        compare(np.arange, *args, dtype=float)
        compare(np.linspace, *args)
        compare(np.linspace, *args, 5)
        compare(np.linspace, *args, num=0)
    for n in (0, 1, 3):
        compare(np.eye, n)
        compare(np.eye, n, 2)
        compare(np.eye, n, k=1)
        compare(np.eye, n, dtype=int)
        compare(np.identity, n)
        compare(np.identity, n, int)
    compare(np.linspace, array((2,)), 1.0)
    for xi in itertools.product([array((2,)), array((3,), "float32"), 1.5], repeat=2):
        compare(np.meshgrid, *xi)
        compare(np.meshgrid, *xi, indexing="ij")


@pytest.mark.filterwarnings("ignore")
def test_chains():
    m, v = array((2, 3)), array((3,))
    for chain in [(m, m.T), (m, v), (m.T, m, v), (v, m.T), (v, m.T, m, v), (m, m.T, m)]:
        compare(np.linalg.multi_dot, chain)
    compare(np.linalg.cholesky, np.eye(3))
    compare(np.linalg.cholesky, np.stack([np.eye(3)] * 2))


@pytest.mark.filterwarnings("ignore")
def test_what_numbers_and_arrays_without_an_axis_give():
    for x in numbers():
        for fn in (np.cumsum, np.cumprod):
            for axis in (None, 0, -1):
                compare(fn, x, axis)
        compare(np.median, x, keepdims=True)
        compare(np.fft.fftn, x)
        compare(Method("conj"), x)
        compare(Method("conjugate"), x)
        for options in ({}, {"dtype": int}, {"dtype": np.float32}, {"dtype": None}, {"shape": (2,)}):
            for like in (np.zeros_like, np.ones_like, np.empty_like):
                compare(like, x, **options)
            compare(np.full_like, x, 2.5, **options)
        compare(np.zeros_like, x, int)
        compare(np.full_like, x, 2.5, int)


def test_ufuncs_of_vectors():
    m, v, w = array((2, 3)), array((3,)), array((2,))
    for fn, args in [(np.vecdot, (v, v)), (np.vecdot, (m, v)), (np.matvec, (m, v)), (np.vecmat, (w, m))]:
        compare(fn, *args)


def test_lists_with_arrays():
    lists = [[1.0, 2.0], [1, 2], (1.0, 2.0), [array((2,)), array((2,))], array((2,)), array((2, 2))]
    for one, other in itertools.product(lists, [2, array((2,)), array((2, 2)), np.int64(2), 1.5, True, [1.0], (1.0,)]):
        compare(operator.mul, one, other)
        compare(operator.add, one, other)
        compare(operator.imul, copy.deepcopy(one), other)
        compare(sum, one, other)
    for one in lists:
        compare(sum, one)


@pytest.mark.parametrize("least", [0, 1, 2])
def test_comparisons_of_sizes(least):
    """What is told of two sizes holds for every size that they can be."""
    n, m = symbol("n", least), symbol("m", 0)
    forms = [0, 1, 2, 3, n, m, add_dims(n, 1), add_dims(n, -2), add_dims(n, m), scale_dim(n, -1), scale_dim(n, 2)]
    for a, b in itertools.product(forms, repeat=2):
        values = [
            tuple(
                d if isinstance(d, int) else d.const + sum(c * {"n": i, "m": j}[s.key] for s, c in d.terms)
                for d in (a, b)
            )
            for i in range(least, least + 9)
            for j in range(9)
        ]
        for compared in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
            told = infer_call(compared, [Scalar("int", a), Scalar("int", b)], {}).value
            assert told is None or {compared(x, y) for x, y in values} == {told}
    assert infer_call(operator.lt, [Scalar("int", symbol("k", 2)), Scalar("int", 1)], {}).value is False


def test_isinstance():
    for value in (array((3,)), 1.5, (1.0,), [1.0], {"a": 1.0}, np.float64(1)):
        for kind in (np.ndarray, list, tuple, dict, (list, tuple), float, int):
            compare(isinstance, value, kind)


def test_common_calls_are_known():
    m, v = array((2, 3)), array((3,))
    for fn, args in [
        (np.reshape, (m, -1)),
        (np.reshape, (m, (3, 2))),
        (np.ravel, (m,)),
        (np.transpose, (m,)),
        (np.concatenate, ((m, m),)),
        (np.stack, ((v, v),)),
        (np.matmul, (m, v)),
        (np.einsum, ("ij,j->i", m, v)),
        (np.tile, (v, 2)),
        (np.pad, (m, 1)),
        (np.arange, (5,)),
        (np.linalg.solve, (np.eye(3), v)),
    ]:
        found = compare(fn, *args)
        assert found is not UNKNOWN and found.shape is not None and found.dtype != "?"
