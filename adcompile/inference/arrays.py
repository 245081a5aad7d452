"""Types of NumPy's reductions, shaping, creation and linear algebra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.elementwise import broadcast, shape_of
from adcompile.inference.python import element_of
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.types import (
    FLOAT,
    INT,
    PYTHON_NUMBERS,
    UNKNOWN,
    Affine,
    Array,
    Dim,
    List,
    NotStatic,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    add_dims,
    join_all,
    kind_of,
    scale_dim,
    static_value,
)

NOTHING = Static(None)


def numpy_dtype(type_: Type) -> str:
    """The dtype that an array made of a value has."""
    if not isinstance(type_, (Scalar, Array)):
        raise NotStatic("dtype")
    return np.dtype(type_.dtype).name if type_.dtype in PYTHON_NUMBERS else type_.dtype


def known_shape(type_: Type) -> tuple[Dim, ...]:
    """The shape of a number or array; raises `NotStatic` where not even the rank is known."""
    shape = shape_of(type_)
    if shape is None:
        raise NotStatic("shape")
    return shape


def make(dtype: str, shape: tuple[Dim, ...] | None) -> Type:
    """What a NumPy reduction of this shape returns: a NumPy scalar for shape ()."""
    return Scalar(dtype) if shape == () else Array(dtype, shape)


def axes_of(axis: Type, rank: int) -> tuple[int, ...]:
    """The axes that `axis=` names, as non-negative numbers."""
    value = static_value(axis)
    if value is None:
        return tuple(range(rank))
    given = value if isinstance(value, tuple) else (value,)
    return tuple(a + rank if a < 0 else a for a in given)


def _reduced_shape(a: Type, axis: Type, keepdims: Type) -> tuple[Dim, ...]:
    shape = known_shape(a)
    axes = axes_of(axis, len(shape))
    if static_value(keepdims):
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def _reduction(a: Type, axis: Type, keepdims: Type, dtype: str) -> Type:
    whole = isinstance(axis, Static) and axis.value is None
    if whole and isinstance(keepdims, Scalar) and keepdims.value is False:
        return Scalar(dtype)
    return make(dtype, _reduced_shape(a, axis, keepdims))


FALSE_ = Scalar("bool", False)


@transfer(np.max, np.min, np.ptp, np.nanmax, np.nanmin)
def extreme(a: Type, axis: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
    dtype = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    return _reduction(a, axis, keepdims, dtype) if out == NOTHING else UNKNOWN


def _summed(a: Type) -> str:
    """The dtype of a sum or product: small integers are added as large ones."""
    of = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    if kind_of(of) not in ("bool", "int"):
        return of
    return "uint64" if np.dtype(of).kind == "u" else "int64"


@transfer(np.sum, np.prod, np.nansum, np.nanprod)
def total(
    a: Type, axis: Type = NOTHING, dtype: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_
) -> Type:
    if dtype != NOTHING or out != NOTHING:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _summed(a))


@transfer(np.mean, np.nanmean)
def mean(a: Type, axis: Type = NOTHING, dtype: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
    if dtype != NOTHING or out != NOTHING:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _averaged(a))


@transfer(np.var, np.std)
def spread(
    a: Type,
    axis: Type = NOTHING,
    dtype: Type = NOTHING,
    out: Type = NOTHING,
    ddof: Type = INT,
    keepdims: Type = FALSE_,
    correction: Type | None = None,
) -> Type:
    if dtype != NOTHING or out != NOTHING:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _real(_averaged(a)))


@transfer(np.median)
def median(
    a: Type, axis: Type = NOTHING, out: Type = NOTHING, overwrite_input: Type = FALSE_, keepdims: Type = FALSE_
) -> Type:
    return mean(a, axis, NOTHING, out, keepdims)


@transfer(np.average)
def average(
    a: Type, axis: Type = NOTHING, weights: Type = NOTHING, returned: Type = FALSE_, keepdims: Type = FALSE_
) -> Type:
    if returned != FALSE_:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _averaged(a) if weights == NOTHING else "?")


def _real(dtype: str) -> str:
    """The dtype of the size of numbers."""
    return "?" if kind_of(dtype) == "complex" else dtype


def _averaged(a: Type) -> str:
    dtype = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    return "float64" if kind_of(dtype) in ("bool", "int") else dtype


@transfer(np.any, np.all)
def truth(a: Type, axis: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
    return _reduction(a, axis, keepdims, "bool")


@transfer(np.argmax, np.argmin)
def position(a: Type, axis: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
    return _reduction(a, axis, keepdims, "int64")


@transfer(np.argsort)
def order(a: Type, axis: Type = INT, kind: Type = NOTHING) -> Type:
    shape = known_shape(a)
    flat = not isinstance(axis, Scalar)
    return Array("int64", (product(shape),) if flat else shape) if shape else UNKNOWN


@transfer(np.count_nonzero)
def count_nonzero(a: Type, axis: Type = NOTHING, *, keepdims: Type = FALSE_) -> Type:
    if axis == NOTHING:
        return Scalar("?") if keepdims == FALSE_ else UNKNOWN  # an int of Python's or of NumPy's
    return _reduction(a, axis, keepdims, "int64")


@transfer(np.nonzero)
def nonzero(a: Type) -> Type:
    return Tuple((Array("int64", (unknown_size(),)),) * len(known_shape(a)))


@transfer(np.flatnonzero)
def flatnonzero(a: Type) -> Type:
    return Array("int64", (unknown_size(),))


@transfer(np.searchsorted)
def searchsorted(a: Type, v: Type, *options: Type, **more: Type) -> Type:
    return make("int64", known_shape(v))


@transfer(np.linalg.norm)
def norm(x: Type, ord: Type = NOTHING, axis: Type = NOTHING, keepdims: Type = FALSE_) -> Type:  # noqa: A002
    return _reduction(x, axis, keepdims, _real(_averaged(x)))


@transfer(np.cumsum, np.cumprod)
def cumulative(a: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    dtype = _summed(a)
    if static_value(axis) is None and len(shape) != 1:
        return Array(dtype, (product(shape),))
    return Array(dtype, shape)


@transfer(np.diff)
def diff(
    a: Type,
    n: Type = Scalar("int", 1),
    axis: Type = Scalar("int", -1),
    prepend: Type | None = None,
    append: Type | None = None,
) -> Type:
    shape = list(known_shape(a))
    (where_,) = axes_of(axis, len(shape))
    if prepend is not None or append is not None:
        shape[where_] = unknown_size()
        return Array("?", tuple(shape))
    size, less = shape[where_], static_value(n)
    least = size if isinstance(size, int) else size.least
    shape[where_] = add_dims(size, -less) if least is not None and least >= less else unknown_size()
    return Array(numpy_dtype(a), tuple(shape))


def product(shape: Sequence[Dim]) -> Dim:
    """The number of elements, where it is an affine form."""
    result: Dim = 1
    for dim in shape:
        if isinstance(dim, int):
            result = scale_dim(result, dim)
        elif isinstance(result, int):
            result = scale_dim(dim, result)
        else:
            return unknown_size()
    return result


# ---------------------------------------------------------------------------------- shaping


@transfer(np.shape)
def shape_tuple(a: Type) -> Type:
    return Tuple(tuple(Scalar("int", d) for d in known_shape(a)))


@transfer(np.ndim)
def rank(a: Type) -> Type:
    return Scalar("int", len(known_shape(a)))


@transfer(np.size)
def size(a: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    if axis != NOTHING:
        return Scalar("int", shape[static_value(axis)])
    return Scalar("int", product(shape))


def dims_of(shape: Type) -> tuple[Dim, ...]:
    """The sizes that a `shape` argument gives."""
    if isinstance(shape, Scalar) and kind_of(shape.dtype) == "int":
        return (unknown_size() if shape.value is None else shape.value,)
    if isinstance(shape, Tuple):
        return tuple(d for t in shape.items for d in dims_of(t))
    raise NotStatic("shape")


@transfer(np.reshape)
def reshape(a: Type, shape: Type, *more: Type, order: Type = NOTHING) -> Type:
    given = dims_of(Tuple((shape, *more)) if more else shape)
    if -1 in given:
        whole, rest = product(known_shape(a)), [d for d in given if d != -1]
        if all(isinstance(d, int) for d in rest):
            part = int(np.prod(rest))  # type: ignore[arg-type]
            known = isinstance(whole, int) and part
            missing: Dim = whole // part if known else whole if part == 1 else unknown_size()  # type: ignore[operator]
        else:
            missing = unknown_size()
        given = tuple(missing if d == -1 else d for d in given)
    return Array(numpy_dtype(a), given)


@transfer(np.ravel)
def ravel(a: Type, order: Type = NOTHING) -> Type:
    return Array(numpy_dtype(a), (product(known_shape(a)),))


@transfer(np.transpose)
def transpose(a: Type, *axes: Type) -> Type:
    shape = known_shape(a)
    given = static_value(axes[0] if len(axes) == 1 else Tuple(axes)) if axes else None
    order = range(len(shape))[::-1] if given is None else [i % len(shape) for i in given]
    return Array(numpy_dtype(a), tuple(shape[i] for i in order))


@transfer(np.matrix_transpose)
def matrix_transpose(x: Type) -> Type:
    *batch, m, n = known_shape(x)
    return Array(numpy_dtype(x), (*batch, n, m))


@transfer(np.swapaxes)
def swapaxes(a: Type, axis1: Type, axis2: Type) -> Type:
    shape = list(known_shape(a))
    i, j = static_value(axis1), static_value(axis2)
    shape[i], shape[j] = shape[j], shape[i]
    return Array(numpy_dtype(a), tuple(shape))


@transfer(np.moveaxis)
def moveaxis(a: Type, source: Type, destination: Type) -> Type:
    shape = known_shape(a)
    order = np.moveaxis(np.empty((1,) * len(shape)), static_value(source), static_value(destination)).ndim
    assert order == len(shape)
    marked = np.moveaxis(np.empty(tuple(range(2, 2 + len(shape)))), static_value(source), static_value(destination))
    return Array(numpy_dtype(a), tuple(shape[n - 2] for n in marked.shape))


@transfer(np.expand_dims)
def expand_dims(a: Type, axis: Type) -> Type:
    shape = list(known_shape(a))
    value = static_value(axis)
    axes = value if isinstance(value, tuple) else (value,)
    total_rank = len(shape) + len(axes)
    for i in sorted(x % total_rank for x in axes):
        shape.insert(i, 1)
    return Array(numpy_dtype(a), tuple(shape))


@transfer(np.squeeze)
def squeeze(a: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    if static_value(axis) is None:
        if any(isinstance(d, Affine) and (d.least or 0) < 2 for d in shape):
            return UNKNOWN
        return make_array(a, tuple(d for d in shape if d != 1))
    axes = axes_of(axis, len(shape))
    return make_array(a, tuple(d for i, d in enumerate(shape) if i not in axes))


def make_array(a: Type, shape: tuple[Dim, ...]) -> Type:
    """An array of the dtype of `a`."""
    return Array(numpy_dtype(a), shape)


@transfer(np.broadcast_to)
def broadcast_to(array: Type, shape: Type) -> Type:
    return Array(numpy_dtype(array), dims_of(shape))


@transfer(np.flip, np.roll, np.copy, np.ascontiguousarray, np.triu, np.tril, np.sort, np.fliplr, np.flipud)
def same(a: Type, *options: Type, **more: Type) -> Type:
    return Array(numpy_dtype(a), known_shape(a))


@transfer(np.asarray, np.array)
def array(a: Type, dtype: Type = NOTHING, **options: Type) -> Type:
    if isinstance(a, (Scalar, Array)):
        made = numpy_dtype(a)
        if dtype != NOTHING:
            made = np.dtype(static_value(dtype)).name
        return Array(made, shape_of(a))
    item = element_of(a)
    if isinstance(a, (List, Tuple)) and isinstance(item, (Scalar, Array)):
        count: Dim = len(a.items) if isinstance(a, Tuple) else unknown_size()
        inner = shape_of(item)
        made = numpy_dtype(item) if dtype == NOTHING else np.dtype(static_value(dtype)).name
        return Array(made, None if inner is None else (count, *inner))
    return UNKNOWN


def _parts(arrays: Type) -> tuple[Type, Dim | None]:
    """The join of the types of a sequence's arrays, and their number."""
    if isinstance(arrays, Tuple):
        dtype = np.result_type(*[np.dtype(numpy_dtype(t)) for t in arrays.items]).name
        shapes = [known_shape(t) for t in arrays.items]
        first = shapes[0]
        merged = tuple(
            d if all(len(s) == len(first) and s[i] == d for s in shapes) else unknown_size()
            for i, d in enumerate(first)
        )
        return Array(dtype, merged), len(arrays.items)
    if isinstance(arrays, List):
        return arrays.item, None
    raise NotStatic("arrays")


@transfer(np.stack)
def stack(arrays: Type, axis: Type = Scalar("int", 0)) -> Type:
    item, count = _parts(arrays)
    shape = list(known_shape(item))
    where_ = static_value(axis)
    shape.insert(where_ if where_ >= 0 else where_ + len(shape) + 1, unknown_size() if count is None else count)
    return Array(numpy_dtype(item), tuple(shape))


@transfer(np.concatenate)
def concatenate(arrays: Type, axis: Type = Scalar("int", 0)) -> Type:
    item, count = _parts(arrays)
    shape = list(known_shape(item))
    if not shape:
        return UNKNOWN
    where_ = static_value(axis)
    if isinstance(arrays, Tuple):
        sizes = [known_shape(t)[where_] for t in arrays.items]
        solid = all(isinstance(s, int) or (s.least or -1) >= 0 for s in sizes)
        together: Dim = 0
        for one in sizes:
            together = add_dims(together, one)
        shape[where_] = together if solid else unknown_size()
    else:
        shape[where_] = unknown_size()
    return Array(numpy_dtype(item), tuple(shape))


@transfer(np.diag)
def diag(v: Type, k: Type = Scalar("int", 0)) -> Type:
    shape = known_shape(v)
    if len(shape) == 1:
        side = add_dims(shape[0], abs(static_value(k)))
        return Array(numpy_dtype(v), (side, side))
    same_side = shape[0] == shape[1] and static_value(k) == 0
    return Array(numpy_dtype(v), (shape[0] if same_side else unknown_size(),))


@transfer(np.repeat, np.tile, np.pad)
def resized(a: Type, *options: Type, **more: Type) -> Type:
    """Only the rank is told here, and only where it stays."""
    shape = known_shape(a)
    if len(shape) != 1 or (options and isinstance(options[0], Tuple)):
        return UNKNOWN
    return Array(numpy_dtype(a), (unknown_size(),))


# ---------------------------------------------------------------------------------- creation


def _created(shape: Type, dtype: Type) -> Type:
    name = "float64" if dtype == NOTHING else np.dtype(static_value(dtype)).name
    return Array(name, dims_of(shape))


@transfer(np.zeros, np.ones, np.empty)
def zeros(shape: Type, dtype: Type = NOTHING) -> Type:
    return _created(shape, dtype)


@transfer(np.full)
def full(shape: Type, fill_value: Type, dtype: Type = NOTHING) -> Type:
    if dtype == NOTHING:
        if shape_of(fill_value) != ():
            return Array("?", dims_of(shape))
        return Array(numpy_dtype(fill_value), dims_of(shape))
    return _created(shape, dtype)


@transfer(np.eye, np.identity)
def eye(N: Type, M: Type = NOTHING, k: Type = INT, dtype: Type = NOTHING) -> Type:  # noqa: N803
    rows = dims_of(N)
    return Array("float64" if dtype == NOTHING else "?", rows + (rows if M == NOTHING else dims_of(M)))


@transfer(np.arange)
def arange(start: Type, stop: Type = NOTHING, step: Type = NOTHING, dtype: Type = NOTHING) -> Type:
    given = [t for t in (start, stop, step) if t != NOTHING]
    if dtype != NOTHING:
        name = np.dtype(static_value(dtype)).name
    elif all(isinstance(t, Scalar) and kind_of(t.dtype) == "int" for t in given):
        name = "int64"
    else:
        name = "float64" if all(isinstance(t, Scalar) and t.dtype in ("int", "float") for t in given) else "?"
    alone = len(given) == 1 and isinstance(start, Scalar) and start.dtype == "int" and start.value is not None
    return Array(name, (start.value if alone else unknown_size(),))  # type: ignore[union-attr]


@transfer(np.linspace)
def linspace(start: Type, stop: Type, num: Type = Scalar("int", 50), *options: Type, **more: Type) -> Type:
    if options or more or shape_of(start) != () or shape_of(stop) != ():
        return UNKNOWN
    return Array("float64", dims_of(num))


# ----------------------------------------------------------------------------- linear algebra


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
def trace(a: Type, *options: Type, **more: Type) -> Type:
    if options or more:
        return UNKNOWN
    return make(numpy_dtype(a), known_shape(a)[2:])


@transfer(np.linalg.solve)
def solve(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    if len(x) != 2 or len(y) > 2:
        return UNKNOWN
    return Array(_product_dtype(a, b), y)


@transfer(np.linalg.inv, np.linalg.cholesky)
def square(a: Type) -> Type:
    return Array(numpy_dtype(a), known_shape(a))


@transfer(np.linalg.det)
def det(a: Type) -> Type:
    return make(numpy_dtype(a), known_shape(a)[:-2])


def any_passive(*types: Any) -> Type:
    """An object that carries no derivative."""
    return Passive("object")


__all__ = ["FLOAT", "join_all"]
