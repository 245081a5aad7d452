"""Types of interpolated tables, of polynomials, and of what is computed of neighbours along an axis."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import FALSE, LAST, NOTHING, axes_of, inexact, joined_dtype, known_shape, make
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.types import UNKNOWN, Array, Scalar, Type, is_complex, is_real


@transfer(np.interp)
def interp(x: Type, xp: Type, fp: Type, left: Type = NOTHING, right: Type = NOTHING, period: Type = NOTHING) -> Type:
    dtype = "float64" if is_real(fp) else "complex128" if is_complex(fp) else "?"
    return make(dtype, known_shape(x))


@transfer(np.polyval)
def polyval(p: Type, x: Type) -> Type:
    return make(joined_dtype([p, x]), known_shape(x)) if len(known_shape(p)) == 1 else UNKNOWN


@transfer(np.vander)
def vander(x: Type, N: Type = NOTHING, increasing: Type = FALSE) -> Type:  # noqa: N803
    (length,) = known_shape(x)
    columns = length if N == NOTHING else N.value if isinstance(N, Scalar) else None
    dtype = joined_dtype([x, Scalar("int")])
    return Array(dtype, (length, unknown_size() if columns is None else columns))


@transfer(np.trapezoid)
def trapezoid(y: Type, x: Type = NOTHING, dx: Type | None = None, axis: Type = LAST) -> Type:
    shape = known_shape(y)
    (where_,) = axes_of(axis, len(shape))
    if x != NOTHING and len(known_shape(x)) > len(shape):
        return UNKNOWN
    weight = x if x != NOTHING else dx
    weak = weight is None or (isinstance(weight, Scalar) and weight.dtype in ("float", "int"))
    dtype = inexact(y) if weak else inexact(Scalar(joined_dtype([y, weight])))  # type: ignore[list-item]
    if x != NOTHING and len(known_shape(x)) > 1:
        return UNKNOWN
    return make(dtype, tuple(d for i, d in enumerate(shape) if i != where_))
