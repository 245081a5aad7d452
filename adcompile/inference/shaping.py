"""Types of shapes, and of what moves or orders the elements of an array."""

from __future__ import annotations

import math

import numpy as np

from adcompile.inference.arguments import (
    NOTHING,
    ONE,
    ZERO,
    axes_of,
    dims_of,
    known_shape,
    make_array,
    numpy_dtype,
    product,
)
from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Affine, Dim
from adcompile.ir.types import INT, PYTHON_NUMBERS, UNKNOWN, Array, Scalar, Tuple, Type, static_value

FIRST_TWO = Tuple((ZERO, ONE))


@transfer(np.shape)
def shape_tuple(a: Type) -> Type:
    return Tuple(tuple(Scalar("int", d) for d in known_shape(a)))


@transfer(np.ndim)
def rank(a: Type) -> Type:
    shape = shape_of(a)
    return INT if shape is None else Scalar("int", len(shape))


@transfer(np.size)
def size(a: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    if axis != NOTHING:
        return Scalar("int", shape[static_value(axis)])
    return Scalar("int", product(shape))


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


@transfer(np.flip, np.fliplr, np.flipud, np.roll)
def same(a: Type, *options: Type, **more: Type) -> Type:
    return make_array(a, known_shape(a)) if isinstance(a, Array) and a.shape != () else UNKNOWN


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
