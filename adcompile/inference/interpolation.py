"""Types of interpolated tables, of polynomials, and of what is computed of neighbours along an axis."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import FALSE, NOTHING, joined_dtype, known_shape, make
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
