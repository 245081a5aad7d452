"""Types of NumPy's reductions, shaping, creation and linear algebra."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.elementwise import broadcast, broadcast_dims, shape_of
from adcompile.inference.indexing import not_negative
from adcompile.inference.python import element_of
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.nodes import Method
from adcompile.ir.types import (
    FLOAT,
    INT,
    PYTHON_NUMBERS,
    UNKNOWN,
    Affine,
    Array,
    Dict,
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
    symbol,
)

NOTHING = Static(None)
ZERO = Scalar("int", 0)
ONE = Scalar("int", 1)
TWO = Scalar("int", 2)
LAST = Scalar("int", -1)
FIFTY = Scalar("int", 50)
XY = Static("xy")
FIRST_TWO = Tuple((ZERO, ONE))


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
def total(a: Type, axis: Type = NOTHING, dtype: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
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
def norm(x: Type, ord: Type = NOTHING, axis: Type = NOTHING, keepdims: Type = FALSE_) -> Type:
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
    n: Type = ONE,
    axis: Type = LAST,
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
    affine = [dim for dim in shape if isinstance(dim, Affine)]
    for dim in shape:
        if isinstance(dim, int):
            result = scale_dim(result, dim)
        elif isinstance(result, int):
            result = scale_dim(dim, result)
        else:
            return symbol(("product", *sorted(affine, key=repr), math.prod(d for d in shape if isinstance(d, int))))
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


def _is_not_negative(dim: Dim) -> bool:
    least = dim if isinstance(dim, int) else dim.least
    return least is not None and least >= 0


@transfer(np.reshape)
def reshape(a: Type, shape: Type, *more: Type, order: Type = NOTHING) -> Type:
    if isinstance(a, Scalar) and a.dtype not in PYTHON_NUMBERS:
        return UNKNOWN
    given = dims_of(Tuple((shape, *more)) if more else shape)
    given = tuple(d if d == -1 or _is_not_negative(d) else unknown_size() for d in given)
    if -1 in given:
        rest, whole = [d for d in given if d != -1], list(known_shape(a))
        for dim in list(rest):
            if dim in whole and dim != 0:
                whole.remove(dim)
                rest.remove(dim)
        missing: Dim = unknown_size()
        if not rest:
            missing = product(whole)
        elif all(isinstance(d, int) for d in (*whole, *rest)) and 0 not in rest:
            missing = math.prod(whole) // math.prod(rest)  # type: ignore[arg-type]
        given = tuple(missing if d == -1 else d for d in given)
    return UNKNOWN if isinstance(a, Scalar) and not given else Array(numpy_dtype(a), given)


@transfer(np.ravel)
def ravel(a: Type, order: Type = NOTHING) -> Type:
    return Array(numpy_dtype(a), (product(known_shape(a)),))


@transfer(np.transpose)
def transpose(a: Type, *axes: Type, **options: Type) -> Type:
    shape = known_shape(a)
    if options:
        (key,) = options
        axes = (options[key],)
    if isinstance(a, Scalar):
        return UNKNOWN
    given = static_value(axes[0] if len(axes) == 1 else Tuple(axes)) if axes else None
    order = range(len(shape))[::-1] if given is None else given
    if isinstance(order, int):
        order = (order,)
    return Array(numpy_dtype(a), tuple(shape[i] for i in order))


@transfer(np.matrix_transpose)
def matrix_transpose(x: Type) -> Type:
    *batch, m, n = known_shape(x)
    return Array(numpy_dtype(x), (*batch, n, m))


@transfer(np.swapaxes)
def swapaxes(a: Type, axis1: Type, axis2: Type) -> Type:
    if isinstance(a, Scalar):
        return UNKNOWN
    shape = list(known_shape(a))
    i, j = static_value(axis1), static_value(axis2)
    shape[i], shape[j] = shape[j], shape[i]
    return Array(numpy_dtype(a), tuple(shape))


@transfer(np.moveaxis)
def moveaxis(a: Type, source: Type, destination: Type) -> Type:
    shape = known_shape(a)
    marked = np.moveaxis(np.empty(tuple(range(2, 2 + len(shape)))), static_value(source), static_value(destination))
    return Array(numpy_dtype(a), tuple(shape[n - 2] for n in marked.shape))


@transfer(np.expand_dims)
def expand_dims(a: Type, axis: Type) -> Type:
    shape = list(known_shape(a))
    value = static_value(axis)
    axes = value if isinstance(value, tuple) else (value,)
    total_rank = len(shape) + len(axes)
    if any(not -total_rank <= x < total_rank for x in axes):
        return UNKNOWN
    for i in sorted(x % total_rank for x in axes):
        shape.insert(i, 1)
    return Array(numpy_dtype(a), tuple(shape))


@transfer(np.squeeze)
def squeeze(a: Type, axis: Type = NOTHING) -> Type:
    if isinstance(a, Scalar):
        return UNKNOWN
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


@transfer(np.flip, np.fliplr, np.flipud, np.roll)
def same(a: Type, *options: Type, **more: Type) -> Type:
    return make_array(a, known_shape(a)) if isinstance(a, Array) else UNKNOWN


@transfer(np.copy, np.ascontiguousarray)
def copy(a: Type, order: Type = NOTHING) -> Type:
    return make_array(a, known_shape(a)) if isinstance(a, Array) and a.shape != () else UNKNOWN


@transfer(np.triu, np.tril)
def triangle(m: Type, k: Type = ZERO) -> Type:
    shape = known_shape(m)
    return make_array(m, shape * 2 if len(shape) == 1 else shape) if shape else UNKNOWN


@transfer(np.sort, np.take_along_axis)
def along_axis(a: Type, *options: Type, **more: Type) -> Type:
    """`sort` keeps the shape; of `take_along_axis` only the dtype is told."""
    if len(options) + len(more) > 1 or "indices" in more or (options and not isinstance(options[0], Scalar)):
        return UNKNOWN
    given = (*options, *more.values())
    if given and (not isinstance(given[0], Scalar) or set(more) - {"axis"}):
        return UNKNOWN
    return make_array(a, known_shape(a)) if isinstance(a, Array) and a.shape != () else UNKNOWN


@transfer(np.atleast_1d)
def atleast_1d(a: Type) -> Type:
    return make_array(a, known_shape(a) or (1,))


@transfer(np.atleast_2d)
def atleast_2d(a: Type) -> Type:
    shape = known_shape(a)
    return make_array(a, (1,) * (2 - len(shape)) + shape)


@transfer(np.atleast_3d)
def atleast_3d(a: Type) -> Type:
    shape = known_shape(a)
    if len(shape) < 2:
        return make_array(a, (1, *(shape or (1,)), 1))
    return make_array(a, (*shape, 1) if len(shape) == 2 else shape)


@transfer(np.rollaxis)
def rollaxis(a: Type, axis: Type, start: Type = ZERO) -> Type:
    shape = known_shape(a)
    marked = np.rollaxis(np.empty(tuple(range(2, 2 + len(shape)))), static_value(axis), static_value(start))
    return make_array(a, tuple(shape[n - 2] for n in marked.shape))


@transfer(np.rot90)
def rot90(m: Type, k: Type = ONE, axes: Type = FIRST_TWO) -> Type:
    shape = list(known_shape(m))
    i, j = static_value(axes)
    if static_value(k) % 2:
        shape[i], shape[j] = shape[j], shape[i]
    return make_array(m, tuple(shape))


def _explicit_dtype(dtype: Type) -> str:
    """The dtype that `dtype=` names."""
    value = static_value(dtype)
    if not (isinstance(value, (str, np.dtype)) or value in (bool, int, float, complex) or _is_numpy_type(value)):
        raise NotStatic("dtype")
    name: str = np.dtype(value).name
    if kind_of(name) == "other":
        raise NotStatic("dtype")
    return name


def _is_numpy_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, np.generic)


@transfer(np.ndarray.astype, Method("astype"))
def astype(a: Type, dtype: Type, *options: Type, **more: Type) -> Type:
    if not isinstance(a, Array):
        return UNKNOWN
    return Array(_explicit_dtype(dtype), a.shape)


@transfer(np.asarray, np.array)
def array(a: Type, dtype: Type = NOTHING, **options: Type) -> Type:
    if not set(options) <= {"copy", "order"}:
        return UNKNOWN
    given = None if dtype == NOTHING else _explicit_dtype(dtype)
    if isinstance(a, (Scalar, Array)):
        return Array(given or numpy_dtype(a), shape_of(a))
    item = element_of(a)
    if isinstance(a, Tuple) and a.items and isinstance(item, (Scalar, Array)):
        inner = shape_of(item)
        return Array(given or numpy_dtype(item), None if inner is None else (len(a.items), *inner))
    if isinstance(a, List) and isinstance(item, Scalar):
        # An empty list makes an array of float64.
        made = given or numpy_dtype(item)
        return Array(made if given or made == "float64" else "?", (unknown_size(),))
    if isinstance(a, List) and isinstance(item, Array):
        return Array(given or ("float64" if item.dtype == "float64" else "?"), None)
    return UNKNOWN


@transfer(builtins.isinstance)
def is_instance(value: Type, classes: Type) -> Type:
    """Whether a value is an array, list, tuple or dict: its type says so."""
    asked = static_value(classes)
    asked = asked if isinstance(asked, tuple) else (asked,)
    kinds = {Array: np.ndarray, List: list, Tuple: tuple, Dict: dict, Scalar: None}
    if type(value) not in kinds or any(c not in (np.ndarray, list, tuple, dict) for c in asked):
        return Scalar("bool")
    return Scalar("bool", kinds[type(value)] in asked)


def _joined_dtype(types: Sequence[Type]) -> str:
    names = [numpy_dtype(t) for t in types]
    return "?" if "?" in names else np.result_type(*map(np.dtype, names)).name


def _parts(arrays: Type) -> tuple[Type, Dim | None]:
    """The join of the types of a sequence's arrays, and their number."""
    if isinstance(arrays, Tuple):
        shapes = [known_shape(t) for t in arrays.items]
        first = shapes[0]
        merged = tuple(
            d if all(len(s) == len(first) and s[i] == d for s in shapes) else unknown_size()
            for i, d in enumerate(first)
        )
        return Array(_joined_dtype(arrays.items), merged), len(arrays.items)
    if isinstance(arrays, List):
        return arrays.item, None
    raise NotStatic("arrays")


@transfer(np.stack)
def stack(arrays: Type, axis: Type = ZERO) -> Type:
    item, count = _parts(arrays)
    shape = list(known_shape(item))
    where_ = static_value(axis)
    if not -len(shape) <= where_ + 1 <= len(shape) + 1:
        return UNKNOWN
    shape.insert(where_ if where_ >= 0 else where_ + len(shape) + 1, unknown_size() if count is None else count)
    return Array(numpy_dtype(item), tuple(shape))


@transfer(np.concatenate)
def concatenate(arrays: Type, axis: Type = ZERO) -> Type:
    item, _ = _parts(arrays)
    where_ = static_value(axis)
    if where_ is None:
        if not isinstance(arrays, Tuple):
            return Array(numpy_dtype(item), (unknown_size(),))
        # Python's numbers are weak in promotion here.
        dtype = "?" if any(isinstance(t, Scalar) for t in arrays.items) else numpy_dtype(item)
        return Array(dtype, (_sum_of([product(known_shape(t)) for t in arrays.items]),))
    return _joined(arrays, item, where_)


def _sum_of(sizes: Sequence[Dim]) -> Dim:
    together: Dim = 0
    for one in sizes:
        together = add_dims(together, one)
    return together


def _joined(arrays: Type, item: Type, axis: int) -> Type:
    """The type of arrays that are joined along an axis that they have."""
    shape = list(known_shape(item))
    if not shape:
        return UNKNOWN
    if isinstance(arrays, Tuple):
        shape[axis] = _sum_of([known_shape(t)[axis] for t in arrays.items])
    else:
        shape[axis] = unknown_size()
    return Array(numpy_dtype(item), tuple(shape))


def _each(arrays: Type, change: Any) -> Type:
    """A tuple or list with a change of the type of each array."""
    if isinstance(arrays, Tuple):
        return Tuple(tuple(change(t) for t in arrays.items))
    if isinstance(arrays, List):
        return List(change(arrays.item))
    raise NotStatic("arrays")


@transfer(np.vstack)
def vstack(tup: Type) -> Type:
    sheets = _each(tup, atleast_2d)
    return _joined(sheets, _parts(sheets)[0], 0)


@transfer(np.hstack)
def hstack(tup: Type) -> Type:
    parts = _each(tup, atleast_1d)
    item = _parts(parts)[0]
    return _joined(parts, item, 0 if len(known_shape(item)) == 1 else 1)


@transfer(np.column_stack)
def column_stack(tup: Type) -> Type:
    def column(t: Type) -> Type:
        shape = known_shape(t)
        return t if len(shape) >= 2 else make_array(t, (*(shape or (1,)), 1))

    columns = _each(tup, column)
    return _joined(columns, _parts(columns)[0], 1)


@transfer(np.diag)
def diag(v: Type, k: Type = ZERO) -> Type:
    shape = known_shape(v)
    if len(shape) == 1:
        side = add_dims(shape[0], abs(static_value(k)))
        return Array(numpy_dtype(v), (side, side))
    return diagonal(v, k) if len(shape) == 2 else UNKNOWN


@transfer(np.diagonal)
def diagonal(a: Type, offset: Type = ZERO, axis1: Type = ZERO, axis2: Type = ONE) -> Type:
    shape = known_shape(a)
    axes = [static_value(axis) % max(len(shape), 1) for axis in (axis1, axis2)]
    rows, columns = (shape[i] for i in axes)
    square = rows == columns and isinstance(offset, Scalar) and offset.value == 0
    rest = tuple(d for i, d in enumerate(shape) if i not in axes)
    return make_array(a, (*rest, rows if square else unknown_size()))


@transfer(np.repeat)
def repeat(a: Type, repeats: Type, axis: Type = NOTHING) -> Type:
    shape = list(known_shape(a))
    count = repeats.value if isinstance(repeats, Scalar) else None
    if static_value(axis) is None:
        shape, where_ = [product(shape)], 0
    else:
        where_ = static_value(axis)
    old = shape[where_]
    shape[where_] = scale_dim(old, count) if isinstance(count, int) and count >= 0 else unknown_size()
    return make_array(a, tuple(shape))


@transfer(np.tile)
def tile(A: Type, reps: Type) -> Type:  # noqa: N803
    shape = known_shape(A)
    if not isinstance(reps, (Scalar, Tuple)):
        return UNKNOWN
    counts = [t.value if isinstance(t, Scalar) else None for t in (reps.items if isinstance(reps, Tuple) else (reps,))]
    rank_ = max(len(shape), len(counts))
    full_shape = (1,) * (rank_ - len(shape)) + shape
    full_counts = [*[1] * (rank_ - len(counts)), *counts]
    return make_array(
        A,
        tuple(
            scale_dim(d, c) if isinstance(c, int) and c >= 0 else unknown_size()
            for d, c in zip(full_shape, full_counts, strict=True)
        ),
    )


@transfer(np.pad)
def pad(array: Type, pad_width: Type, mode: Type = NOTHING, **options: Type) -> Type:
    shape = known_shape(array)
    if not isinstance(array, Array) or not shape:
        return UNKNOWN
    width = static_value(pad_width)
    if isinstance(width, int):
        pairs = [(width, width)] * len(shape)
    elif isinstance(width[0], int):
        pairs = [(width[0], width[-1])] * len(shape)
    else:
        pairs = [(w[0], w[-1]) for w in width]
        pairs = pairs * len(shape) if len(pairs) == 1 else pairs
    return make_array(array, tuple(add_dims(d, sum(p)) for d, p in zip(shape, pairs, strict=True)))


@transfer(np.take)
def take(a: Type, indices: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    inner = shape_of(indices)
    if inner is None or not isinstance(a, Array):
        return UNKNOWN
    if static_value(axis) is None:
        return make(numpy_dtype(a), inner)
    i = range(len(shape))[static_value(axis)]
    return make(numpy_dtype(a), (*shape[:i], *inner, *shape[i + 1 :]))


@transfer(np.split, np.array_split)
def split(ary: Type, indices_or_sections: Type, axis: Type = ZERO) -> Type:
    shape = list(known_shape(ary))
    shape[static_value(axis)] = unknown_size()
    return List(
        Array(numpy_dtype(ary), tuple(shape))
        if indices_or_sections == Scalar("int", 1)
        else Array(numpy_dtype(ary), None)
    )


# ---------------------------------------------------------------------------------- creation


def _created(shape: Type, dtype: Type) -> Type:
    return Array("float64" if dtype == NOTHING else _explicit_dtype(dtype), dims_of(shape))


@transfer(np.zeros, np.ones, np.empty)
def zeros(shape: Type, dtype: Type = NOTHING) -> Type:
    return _created(shape, dtype)


@transfer(np.full)
def full(shape: Type, fill_value: Type, dtype: Type = NOTHING) -> Type:
    if dtype == NOTHING:
        known = isinstance(fill_value, (Scalar, Array))
        return Array(numpy_dtype(fill_value) if known else "?", dims_of(shape))
    return _created(shape, dtype)


@transfer(np.eye, np.identity)
def eye(N: Type, M: Type = NOTHING, k: Type = INT, dtype: Type = NOTHING) -> Type:  # noqa: N803
    rows = dims_of(N)
    return Array("float64" if dtype == NOTHING else "?", rows + (rows if M == NOTHING else dims_of(M)))


@transfer(np.arange)
def arange(start: Type, stop: Type = NOTHING, step: Type = NOTHING, dtype: Type = NOTHING) -> Type:
    given = [t for t in (start, stop, step) if t != NOTHING]
    kinds = {t.dtype if isinstance(t, Scalar) else "?" for t in given}
    if dtype != NOTHING:
        name = _explicit_dtype(dtype)
    elif kinds <= {"int", "int64"}:
        name = "int64"
    else:
        name = "float64" if kinds <= {"int", "int64", "float", "float64"} else "?"
    return Array(name, (_count(start, stop, step) if kinds <= {"int", "int64"} else unknown_size(),))


def _count(start: Type, stop: Type, step: Type) -> Dim:
    """The length of `arange` of whole numbers."""
    first, last = (Scalar("int", 0), start) if stop == NOTHING else (start, stop)
    if step not in (NOTHING, Scalar("int", 1)) or not isinstance(first, Scalar) or not isinstance(last, Scalar):
        return unknown_size()
    if first.value is None or last.value is None:
        return unknown_size()
    return not_negative(add_dims(last.value, scale_dim(first.value, -1)))


@transfer(np.linspace)
def linspace(start: Type, stop: Type, num: Type = FIFTY, *options: Type, **more: Type) -> Type:
    ends = {t.dtype if isinstance(t, Scalar) else "?" for t in (start, stop)}
    if options or more or not ends <= {"int", "float", "float64", "int64"}:
        return UNKNOWN
    return Array("float64", dims_of(num))


@transfer(np.meshgrid)
def meshgrid(*xi: Type, indexing: Type = XY) -> Type:
    if any(len(known_shape(x)) > 1 for x in xi):
        return UNKNOWN
    shape = [product(known_shape(x)) for x in xi]
    if static_value(indexing) == "xy" and len(shape) > 1:
        shape[:2] = shape[1::-1]
    return Tuple(tuple(make_array(x, tuple(shape)) for x in xi))


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
def trace(a: Type, offset: Type = ZERO, axis1: Type = ZERO, axis2: Type = ONE) -> Type:
    shape = known_shape(a)
    axes = [static_value(axis) % max(len(shape), 1) for axis in (axis1, axis2)]
    dtype = numpy_dtype(a)
    dtype = "?" if kind_of(dtype) in ("bool", "int") and dtype != "int64" else dtype
    return make(dtype, tuple(d for i, d in enumerate(shape) if i not in axes)) if len(shape) > 1 else UNKNOWN


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


def _inexact(a: Type) -> str:
    """The dtype in which linear algebra is done."""
    dtype = numpy_dtype(a)
    return "float64" if kind_of(dtype) in ("bool", "int") else dtype


@transfer(np.linalg.solve)
def solve(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    names = (_inexact(a), _inexact(b))
    dtype = "?" if "?" in names else np.result_type(*map(np.dtype, names)).name
    if len(x) < 2 or not y:
        return UNKNOWN
    if len(y) == 1:
        return Array(dtype, (*x[:-2], x[-1]) if len(x) > 2 else y)
    batch = broadcast([x[:-2], y[:-2]])
    assert batch is not None
    return Array(dtype, (*batch, *y[-2:]))


@transfer(np.linalg.inv, np.linalg.cholesky)
def square(a: Type) -> Type:
    return Array(_inexact(a), known_shape(a))


@transfer(np.linalg.matrix_power)
def matrix_power(a: Type, n: Type) -> Type:
    power = static_value(n)
    return Array(numpy_dtype(a) if power >= 0 else _inexact(a), known_shape(a))


@transfer(np.linalg.det)
def det(a: Type) -> Type:
    return make(_inexact(a), known_shape(a)[:-2])


@transfer(np.linalg.slogdet)
def slogdet(a: Type) -> Type:
    part = det(a)
    return UNKNOWN if kind_of(_inexact(a)) not in ("float",) else Tuple((part, part))


@transfer(np.linalg.multi_dot)
def multi_dot(arrays: Type) -> Type:
    if not isinstance(arrays, Tuple):
        return UNKNOWN
    first, last = known_shape(arrays.items[0]), known_shape(arrays.items[-1])
    return make(_joined_dtype(arrays.items), first[:-1] + last[1:])


def any_passive(*types: Any) -> Type:
    """An object that carries no derivative."""
    return Passive("object")


__all__ = ["FLOAT", "join_all"]
