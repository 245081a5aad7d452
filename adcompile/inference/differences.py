"""Types of differences, slopes and areas."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import (
    LAST,
    NOTHING,
    ONE,
    axes_of,
    inexact,
    joined_dtype,
    known_shape,
    make,
    numpy_dtype,
    product,
)
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims
from adcompile.ir.types import UNKNOWN, Array, Scalar, Tuple, Type, kind_of, static_value
from adcompile.runtime.slopes import transposed_gradient


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
    size = shape[where_]
    parts = [a, *(t for t in (prepend, append) if t is not None)]
    for part in parts[1:]:
        size = add_dims(size, known_shape(part)[where_] if known_shape(part) else 1)
    shape[where_] = _shorter(size, static_value(n))
    return Array(joined_dtype(parts), tuple(shape))


def _shorter(size: Dim, less: int) -> Dim:
    """A size less a number, but not less than none."""
    least = size if isinstance(size, int) else size.least
    return add_dims(size, -less) if least is not None and least >= less else unknown_size()


@transfer(np.ediff1d)
def ediff1d(ary: Type, to_end: Type = NOTHING, to_begin: Type = NOTHING) -> Type:
    size = _shorter(product(known_shape(ary)), 1)
    for part in (to_end, to_begin):
        if part != NOTHING:
            size = add_dims(size, product(known_shape(part)))
    return Array(numpy_dtype(ary), (size,))


@transfer(np.gradient)
def gradient(f: Type, *spacings: Type, axis: Type = NOTHING, edge_order: Type = ONE) -> Type:
    shape = known_shape(f)
    dtype = numpy_dtype(f)
    slope = Array("float64" if kind_of(dtype) in ("int", "bool") else dtype, shape)
    count = len(axes_of(axis, len(shape)))
    return slope if count == 1 else Tuple((slope,) * count)


@transfer(transposed_gradient)
def transposed(g: Type, spacing: Type, axis: Type, edge_order: Type) -> Type:
    return Array(numpy_dtype(g), known_shape(g))


@transfer(np.trapezoid)
def trapezoid(y: Type, x: Type = NOTHING, dx: Type | None = None, axis: Type = LAST) -> Type:
    shape = known_shape(y)
    (where_,) = axes_of(axis, len(shape))
    steps = x if x != NOTHING else dx
    if x != NOTHING and len(known_shape(x)) > 1:
        return UNKNOWN
    weak = steps is None or (isinstance(steps, Scalar) and steps.dtype in ("float", "int"))
    dtype = inexact(y if weak or steps is None else Scalar(joined_dtype([y, steps])))
    return make(dtype, tuple(d for i, d in enumerate(shape) if i != where_))
