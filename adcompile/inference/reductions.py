"""Types of reductions, of what runs along an axis, and of searches."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import FALSE, NOTHING, axes_of, known_shape, make, numpy_dtype, product
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims
from adcompile.ir.types import INT, UNKNOWN, Array, Scalar, Static, Tuple, Type, kind_of, real_dtype, static_value

LINEAR = Static("linear")


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


@transfer(np.max, np.min, np.ptp, np.nanmax, np.nanmin)
def extreme(
    a: Type,
    axis: Type = NOTHING,
    out: Type = NOTHING,
    keepdims: Type = FALSE,
    initial: Type = NOTHING,
    where: Type = NOTHING,
) -> Type:
    dtype = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    return _reduction(a, axis, keepdims, dtype) if out == NOTHING else UNKNOWN


def _summed(a: Type) -> str:
    """The dtype of a sum or product: small integers are added as large ones."""
    of = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    if kind_of(of) not in ("bool", "int"):
        return of
    return "uint64" if np.dtype(of).kind == "u" else "int64"


@transfer(np.sum, np.prod, np.nansum, np.nanprod)
def total(a: Type, axis: Type = NOTHING, dtype: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE) -> Type:
    if dtype != NOTHING or out != NOTHING:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _summed(a))


@transfer(np.mean, np.nanmean)
def mean(a: Type, axis: Type = NOTHING, dtype: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE) -> Type:
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
    keepdims: Type = FALSE,
    correction: Type | None = None,
) -> Type:
    if dtype != NOTHING or out != NOTHING:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _real(_averaged(a)))


@transfer(np.median)
def median(
    a: Type, axis: Type = NOTHING, out: Type = NOTHING, overwrite_input: Type = FALSE, keepdims: Type = FALSE
) -> Type:
    if keepdims != FALSE and not known_shape(a):
        return UNKNOWN
    return mean(a, axis, NOTHING, out, keepdims)


@transfer(np.quantile, np.percentile)
def quantile(
    a: Type,
    q: Type,
    axis: Type = NOTHING,
    out: Type = NOTHING,
    overwrite_input: Type = FALSE,
    method: Type = LINEAR,
    keepdims: Type = FALSE,
    *,
    weights: Type = NOTHING,
) -> Type:
    if out != NOTHING:
        return UNKNOWN
    dtype = "float64" if isinstance(a, (Scalar, Array)) and a.dtype == "float64" else "?"
    return make(dtype, (*known_shape(q), *_reduced_shape(a, axis, keepdims)))


@transfer(np.average)
def average(
    a: Type, axis: Type = NOTHING, weights: Type = NOTHING, returned: Type = FALSE, keepdims: Type = FALSE
) -> Type:
    if returned != FALSE:
        return UNKNOWN
    return _reduction(a, axis, keepdims, _averaged(a) if weights == NOTHING else "?")


def _real(dtype: str) -> str:
    """The dtype of the size of numbers."""
    return real_dtype(dtype) if dtype != "?" else dtype


def _averaged(a: Type) -> str:
    dtype = numpy_dtype(a) if isinstance(a, (Scalar, Array)) else "?"
    return "float64" if kind_of(dtype) in ("bool", "int") else dtype


@transfer(np.any, np.all)
def truth(a: Type, axis: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE) -> Type:
    return _reduction(a, axis, keepdims, "bool")


@transfer(np.argmax, np.argmin)
def position(a: Type, axis: Type = NOTHING, out: Type = NOTHING, keepdims: Type = FALSE) -> Type:
    return _reduction(a, axis, keepdims, "int64")


@transfer(np.argsort)
def order(a: Type, axis: Type = INT, kind: Type = NOTHING) -> Type:
    shape = known_shape(a)
    flat = not isinstance(axis, Scalar)
    return Array("int64", (product(shape),) if flat else shape) if shape else UNKNOWN


@transfer(np.count_nonzero)
def count_nonzero(a: Type, axis: Type = NOTHING, *, keepdims: Type = FALSE) -> Type:
    if axis == NOTHING:
        return Scalar("?") if keepdims == FALSE else UNKNOWN  # an int of Python's or of NumPy's
    return _reduction(a, axis, keepdims, "int64")


@transfer(np.nonzero)
def nonzero(a: Type) -> Type:
    return Tuple((Array("int64", (unknown_size(),)),) * len(known_shape(a)))


@transfer(np.ix_)
def open_mesh(*args: Type) -> Type:
    items = []
    for i, one in enumerate(args):
        if not isinstance(one, Array) or kind_of(one.dtype) != "int" or len(known_shape(one)) != 1:
            return UNKNOWN
        items.append(Array(one.dtype, (*(1,) * i, *known_shape(one), *(1,) * (len(args) - i - 1))))
    return Tuple(tuple(items))


@transfer(np.flatnonzero)
def flatnonzero(a: Type) -> Type:
    return Array("int64", (unknown_size(),))


@transfer(np.searchsorted)
def searchsorted(a: Type, v: Type, *options: Type, **more: Type) -> Type:
    return make("int64", known_shape(v))


@transfer(np.linalg.norm)
def norm(x: Type, ord: Type = NOTHING, axis: Type = NOTHING, keepdims: Type = FALSE) -> Type:
    return _reduction(x, axis, keepdims, _real(_averaged(x)))


@transfer(np.cumsum, np.cumprod)
def cumulative(a: Type, axis: Type = NOTHING) -> Type:
    shape = known_shape(a)
    dtype = _summed(a)
    if not shape or (static_value(axis) is None and len(shape) != 1):
        return Array(dtype, (product(shape),))
    return Array(dtype, shape)


if hasattr(np, "cumulative_sum"):

    @transfer(np.cumulative_sum)
    def cumulative_sum(x: Type, *, axis: Type = NOTHING, include_initial: Type = FALSE) -> Type:
        shape = list(known_shape(x))
        along = 0 if static_value(axis) is None and len(shape) == 1 else static_value(axis)
        shape[along] = add_dims(shape[along], int(static_value(include_initial)))
        return Array(_summed(x), tuple(shape))
