"""Types of solutions, inverses, factors and determinants."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import inexact, known_shape, make, numpy_dtype
from adcompile.inference.elementwise import broadcast
from adcompile.inference.registry import transfer
from adcompile.ir.types import UNKNOWN, Array, Tuple, Type, kind_of, static_value


@transfer(np.linalg.solve)
def solve(a: Type, b: Type) -> Type:
    x, y = known_shape(a), known_shape(b)
    names = (inexact(a), inexact(b))
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
    return Array(inexact(a), known_shape(a))


@transfer(np.linalg.matrix_power)
def matrix_power(a: Type, n: Type) -> Type:
    power = static_value(n)
    return Array(numpy_dtype(a) if power >= 0 else inexact(a), known_shape(a))


@transfer(np.linalg.det)
def det(a: Type) -> Type:
    return make(inexact(a), known_shape(a)[:-2])


@transfer(np.linalg.slogdet)
def slogdet(a: Type) -> Type:
    part = det(a)
    return UNKNOWN if kind_of(inexact(a)) not in ("float",) else Tuple((part, part), ("sign", "logabsdet"))
