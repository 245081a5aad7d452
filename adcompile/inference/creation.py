"""Types of arrays that are made: from values, copies, shapes, ranges."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import (
    NOTHING,
    dims_if_known,
    dims_of,
    explicit_dtype,
    joined_dtype,
    known_shape,
    make_array,
    numpy_dtype,
    product,
)
from adcompile.inference.elementwise import shape_of
from adcompile.inference.indexing import not_negative
from adcompile.inference.python import element_of
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims, scale_dim
from adcompile.ir.nodes import Method
from adcompile.ir.types import INT, UNKNOWN, VAGUE, Array, List, Scalar, Static, Tuple, Type, static_value

FIFTY = Scalar("int", 50)
XY = Static("xy")
NOT_GIVEN = Static(None)


@transfer(np.copy)
def copy(a: Type, order: Type = NOTHING) -> Type:
    return a if isinstance(a, Array) else Array("?", None)


@transfer(np.ascontiguousarray)
def ascontiguousarray(a: Type) -> Type:
    return make_array(a, known_shape(a)) if isinstance(a, Array) and a.shape != () else UNKNOWN


@transfer(np.ndarray.astype, Method("astype"))
def astype(a: Type, dtype: Type, *options: Type, **more: Type) -> Type:
    if not isinstance(a, (Scalar, Array)):
        return UNKNOWN
    name = explicit_dtype(dtype)
    return Scalar(name) if isinstance(a, Scalar) else Array(name, a.shape)


@transfer(np.asarray, np.asanyarray, np.array)
def array(a: Type, dtype: Type = NOTHING, **options: Type) -> Type:
    if not set(options) <= {"copy", "order"}:
        return UNKNOWN
    given = None if dtype == NOTHING else explicit_dtype(dtype)
    if isinstance(a, (Scalar, Array)):
        return Array(given or numpy_dtype(a), shape_of(a))
    if isinstance(a, Tuple) and a.items:
        parts = [array(t) for t in a.items]
        if not all(isinstance(part, Array) for part in parts):
            return UNKNOWN
        shapes = [shape_of(part) for part in parts]
        # Items of other shapes than the first have make no array, and raise.
        return Array(given or joined_dtype(parts), None if None in shapes else (len(parts), *(shapes[0] or ())))
    item = element_of(a)
    if isinstance(item, List):
        item = array(item)
    if isinstance(a, List) and isinstance(item, Scalar):
        # An empty list makes an array of float64.
        made = given or numpy_dtype(item)
        return Array(made if given or made == "float64" else "?", (unknown_size(),))
    if isinstance(a, List) and isinstance(item, Array):
        shape = (unknown_size(), *item.shape) if a.some and item.shape is not None else None  # of none it is (0,)
        return Array(given or ("float64" if item.dtype == "float64" else "?"), shape)
    return UNKNOWN


def _created(shape: Type, dtype: Type) -> Type:
    return Array("float64" if dtype == NOTHING else explicit_dtype(dtype), dims_if_known(shape))


@transfer(np.zeros, np.ones, np.empty)
def zeros(shape: Type, dtype: Type = NOTHING) -> Type:
    return _created(shape, dtype)


@transfer(np.full)
def full(shape: Type, fill_value: Type, dtype: Type = NOTHING) -> Type:
    if dtype == NOTHING:
        known = isinstance(fill_value, (Scalar, Array))
        return Array(numpy_dtype(fill_value) if known else "?", dims_if_known(shape))
    return _created(shape, dtype)


@transfer(np.eye, np.identity)
def eye(N: Type, M: Type = NOTHING, k: Type = INT, dtype: Type = NOTHING) -> Type:  # noqa: N803
    rows = dims_of(N)
    name = "float64" if dtype == NOTHING else explicit_dtype(dtype)
    return Array(name, rows + (rows if M == NOTHING else dims_of(M)))


@transfer(np.arange)
def arange(start: Type, stop: Type = NOTHING, step: Type = NOTHING, dtype: Type = NOTHING) -> Type:
    given = [t for t in (start, stop, step) if t != NOTHING]
    kinds = {t.dtype if isinstance(t, Scalar) else "?" for t in given}
    if dtype != NOTHING:
        name = explicit_dtype(dtype)
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


@transfer(np.zeros_like, np.ones_like, np.empty_like)
def like(a: Type, dtype: Type = NOTHING) -> Type:
    if isinstance(a, (Tuple, List)):
        a = array(a)
    if isinstance(a, Scalar):
        a = Array(np.dtype(a.dtype).name if a.dtype not in VAGUE else "?", ())
    if isinstance(a, Array) and dtype not in (NOTHING, NOT_GIVEN):
        return Array(explicit_dtype(dtype), a.shape)
    return a if isinstance(a, Array) else UNKNOWN


@transfer(np.full_like)
def full_like(a: Type, fill_value: Type, dtype: Type = NOTHING) -> Type:
    return like(a, dtype)


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
