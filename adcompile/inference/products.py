"""Types of products of vectors, matrices and tensors."""

from __future__ import annotations

import operator

import numpy as np

from adcompile.inference.arguments import NOTHING, ONE, TWO, ZERO, joined_dtype, known_shape, make, numpy_dtype, product
from adcompile.inference.elementwise import broadcast, broadcast_dims
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims, is_one
from adcompile.ir.types import UNKNOWN, Array, Scalar, Static, Tuple, Type, is_real, kind_of, static_value

FULL, VALID = Static("full"), Static("valid")
TRUE = Scalar("bool", True)


def _product_dtype(x: Type, y: Type) -> str:
    names = (numpy_dtype(x), numpy_dtype(y))
    return "?" if "?" in names else np.result_type(*map(np.dtype, names)).name


@transfer(np.matmul)
def matmul(x: Type, y: Type) -> Type:
    a, b = known_shape(x), known_shape(y)
    batch = broadcast([a[:-2], b[:-2]])
    assert batch is not None
    rows = a[-2:-1]
    columns = b[-1:] if len(b) > 1 else ()
    return make(_product_dtype(x, y), (*batch, *rows, *columns))


@transfer(operator.imatmul)
def matmul_in_place(x: Type, y: Type) -> Type:
    return x if isinstance(x, Array) else matmul(x, y)


@transfer(np.dot)
def dot(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    if not x or not y:
        return make(_product_dtype(a, b), x + y)
    return make(_product_dtype(a, b), x[:-1] + (y[:-2] + y[-1:] if len(y) > 1 else ()))


@transfer(np.inner)
def inner(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    if not x or not y:
        return make(_product_dtype(a, b), x + y)
    return make(_product_dtype(a, b), x[:-1] + y[:-1])


@transfer(np.outer)
def outer(a: Type, b: Type) -> Type:
    return Array(_product_dtype(a, b), (product(known_shape(a)), product(known_shape(b))))


@transfer(np.vdot)
def vdot(a: Type, b: Type) -> Type:
    return Scalar(_product_dtype(a, b))


@transfer(np.trace)
def trace(a: Type, offset: Type = ZERO, axis1: Type = ZERO, axis2: Type = ONE) -> Type:
    shape = known_shape(a)
    axes = [static_value(axis) % max(len(shape), 1) for axis in (axis1, axis2)]
    dtype = numpy_dtype(a)
    dtype = "?" if kind_of(dtype) in ("bool", "int") and dtype != "int64" else dtype
    return make(dtype, tuple(d for i, d in enumerate(shape) if i not in axes)) if len(shape) > 1 else UNKNOWN


@transfer(np.linalg.cross)
def cross_of_linalg(x1: Type, x2: Type) -> Type:
    return cross(x1, x2)


@transfer(np.cov)
def cov(m: Type, y: Type = NOTHING, rowvar: Type = TRUE, bias: Type = NOTHING, ddof: Type = NOTHING) -> Type:
    if y != NOTHING:
        return Array("float64", (2, 2)) if len(known_shape(m)) == len(known_shape(y)) == 1 and _real(m, y) else UNKNOWN
    shape = known_shape(m)
    count = shape[0 if static_value(rowvar) else 1] if len(shape) == 2 else 1
    return Array("float64", (count, count)) if is_one(count) is False and _real(m) else UNKNOWN


@transfer(np.corrcoef)
def corrcoef(x: Type, y: Type = NOTHING, rowvar: Type = TRUE) -> Type:
    return cov(x, y, rowvar)


def _real(*types: Type) -> bool:
    return all(is_real(t) for t in types)


@transfer(np.kron)
def kron(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    rank_ = max(len(x), len(y))
    pairs = zip((1,) * (rank_ - len(x)) + x, (1,) * (rank_ - len(y)) + y, strict=True)
    return Array(_product_dtype(a, b), tuple(product(p) for p in pairs)) if rank_ else UNKNOWN


@transfer(np.cross)
def cross(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    if x[-1] != 3 or y[-1] != 3:
        return UNKNOWN
    return Array(_product_dtype(a, b), broadcast([x, y]))


@transfer(np.tensordot)
def tensordot(a: Type, b: Type, axes: Type = TWO) -> Type:
    x, y = known_shape(a), known_shape(b)
    given = static_value(axes)
    if isinstance(given, int):
        of_a, of_b = list(range(len(x) - given, len(x))), list(range(given))
    else:
        pairs = [(one,) if isinstance(one, int) else one for one in given]
        of_a, of_b = ([range(len(s))[i] for i in p] for s, p in zip((x, y), pairs, strict=True))
    rest_a = tuple(d for i, d in enumerate(x) if i not in of_a)
    rest_b = tuple(d for i, d in enumerate(y) if i not in of_b)
    return Array(_product_dtype(a, b), rest_a + rest_b)


@transfer(np.einsum)
def einsum(subscripts: Type, *operands: Type, optimize: Type = NOTHING) -> Type:
    text = static_value(subscripts)
    if not isinstance(text, str):
        return UNKNOWN
    given, arrow, result = text.replace(" ", "").partition("->")
    terms = given.split(",")
    if not arrow:
        result = "..." * ("..." in given) + "".join(sorted(c for c in set(given) - set(",.") if given.count(c) == 1))
    sizes: dict[str, list[Dim]] = {}
    batches = []
    for term, operand in zip(terms, operands, strict=True):
        shape = known_shape(operand)
        before, dots, after = term.partition("...")
        rest = len(shape) - len(before) - len(after)
        if rest < 0 or (rest and not dots):
            return UNKNOWN
        batches.append(shape[len(before) : len(before) + rest])
        dims = shape[: len(before)] + shape[len(before) + rest :]
        for letter, dim in zip(before + after, dims, strict=True):
            sizes.setdefault(letter, []).append(dim)
    batch = broadcast(batches)
    assert batch is not None
    before, dots, after = result.partition("...")
    inner = [tuple(broadcast_dims(sizes[c]) for c in part) for part in (before, after)]
    shape = (*inner[0], *(batch if dots else ()), *inner[1])
    names = [numpy_dtype(t) for t in operands]
    dtype = "?" if "?" in names else np.result_type(*map(np.dtype, names)).name
    view = len(operands) == 1  # of a single operand the result may be a view of it, also a 0-d one
    return make(dtype, shape) if not view or shape else UNKNOWN


@transfer(np.linalg.multi_dot)
def multi_dot(arrays: Type) -> Type:
    if not isinstance(arrays, Tuple):
        return UNKNOWN
    first, last = known_shape(arrays.items[0]), known_shape(arrays.items[-1])
    return make(joined_dtype(arrays.items), first[:-1] + last[1:])


@transfer(np.convolve)
def convolve(a: Type, v: Type, mode: Type = FULL) -> Type:
    (n,), (m,) = known_shape(a), known_shape(v)
    kind = static_value(mode)
    size: Dim = add_dims(n, add_dims(m, -1)) if kind == "full" else unknown_size()
    if isinstance(n, int) and isinstance(m, int) and kind != "full":
        size = max(n, m) if kind == "same" else max(n, m) - min(n, m) + 1
    return Array(_product_dtype(a, v), (size,))


@transfer(np.correlate)
def correlate(a: Type, v: Type, mode: Type = VALID) -> Type:
    return convolve(a, v, mode)
