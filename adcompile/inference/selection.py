"""Types of what repeats, pads or picks the elements of an array."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import (
    NOTHING,
    ONE,
    ZERO,
    dims_if_known,
    known_shape,
    make,
    make_array,
    numpy_dtype,
    product,
)
from adcompile.inference.elementwise import broadcast, shape_of
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims, scale_dim
from adcompile.ir.nodes import Method
from adcompile.ir.types import UNKNOWN, Array, Scalar, Tuple, Type, kind_of, static_value
from adcompile.runtime import placing


@transfer(np.broadcast_to)
def broadcast_to(array: Type, shape: Type) -> Type:
    return Array(numpy_dtype(array), dims_if_known(shape))


@transfer(np.broadcast_arrays)
def broadcast_arrays(*args: Type) -> Type:
    shape = broadcast([known_shape(x) for x in args])
    return Tuple(tuple(Array(numpy_dtype(x), shape) for x in args))


@transfer(placing.on_diagonal, placing.along_diagonal, placing.put_back, placing.put_along_axis)
def placed(values: Type, shape: Type, *where: Type) -> Type:
    dtype = numpy_dtype(values) if isinstance(values, (Scalar, Array)) else "?"
    return Array(dtype, dims_if_known(shape))


@transfer(np.triu, np.tril)
def triangle(m: Type, k: Type = ZERO) -> Type:
    shape = known_shape(m)
    return make_array(m, shape * 2 if len(shape) == 1 else shape) if shape else UNKNOWN


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


@transfer(np.diagflat)
def diagflat(v: Type, k: Type = ZERO) -> Type:
    side = add_dims(product(known_shape(v)), abs(static_value(k)))
    return make_array(v, (side, side))


@transfer(np.delete)
def delete(arr: Type, obj: Type, axis: Type = NOTHING) -> Type:
    shape = list(known_shape(arr))
    if static_value(axis) is None:
        shape, where_ = [product(shape)], 0
    else:
        where_ = static_value(axis)
    size = shape[where_]
    one = isinstance(obj, Scalar) and kind_of(obj.dtype) == "int"
    shape[where_] = add_dims(size, -1) if one else unknown_size()
    return make_array(arr, tuple(shape))


@transfer(np.compress)
def compress(condition: Type, a: Type, axis: Type = NOTHING) -> Type:
    return make_array(a, _of_other_length(a, axis))


@transfer(Method("compress"))
def compress_method(a: Type, condition: Type, axis: Type = NOTHING) -> Type:
    return compress(condition, a, axis)


@transfer(np.extract)
def extract(condition: Type, arr: Type) -> Type:
    return make_array(arr, (unknown_size(),))


@transfer(np.insert)
def insert(arr: Type, obj: Type, values: Type, axis: Type = NOTHING) -> Type:
    return make_array(arr, _of_other_length(arr, axis))


def _of_other_length(a: Type, axis: Type) -> tuple[Dim, ...]:
    """The shape of an array with another length along an axis; without an axis, of a vector."""
    where_ = static_value(axis)
    if where_ is None:
        return (unknown_size(),)
    places = range(len(known_shape(a)))
    return tuple(unknown_size() if i == places[where_] else d for i, d in enumerate(known_shape(a)))
