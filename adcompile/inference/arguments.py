"""What the types of arguments say: dtypes, shapes, axes, numbers of elements, and the defaults of options."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import unknown_size
from adcompile.ir.dims import Affine, Dim, scale_dim, symbol
from adcompile.ir.types import (
    PYTHON_NUMBERS,
    VAGUE,
    Array,
    NotStatic,
    Scalar,
    Static,
    Tuple,
    Type,
    kind_of,
    static_value,
)

NOTHING = Static(None)
FALSE = Scalar("bool", False)
ZERO = Scalar("int", 0)
ONE = Scalar("int", 1)
TWO = Scalar("int", 2)
LAST = Scalar("int", -1)


def numpy_dtype(type_: Type) -> str:
    """The dtype that an array made of a value has."""
    if not isinstance(type_, (Scalar, Array)):
        raise NotStatic("dtype")
    if type_.dtype in VAGUE:
        return "?"
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


def dims_of(shape: Type) -> tuple[Dim, ...]:
    """The sizes that a `shape` argument gives."""
    if isinstance(shape, Scalar) and kind_of(shape.dtype) == "int":
        return (unknown_size() if shape.value is None else shape.value,)
    if isinstance(shape, Tuple):
        return tuple(d for t in shape.items for d in dims_of(t))
    raise NotStatic("shape")


def dims_if_known(shape: Type) -> tuple[Dim, ...] | None:
    """The sizes that a `shape` argument gives; None where not even their number is known."""
    try:
        return dims_of(shape)
    except NotStatic:
        return None


def make_array(a: Type, shape: tuple[Dim, ...]) -> Type:
    """An array of the dtype of `a`."""
    return Array(numpy_dtype(a), shape)


def explicit_dtype(dtype: Type) -> str:
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


def joined_dtype(types: Sequence[Type]) -> str:
    names = [numpy_dtype(t) for t in types]
    return "?" if "?" in names else np.result_type(*map(np.dtype, names)).name


def inexact(a: Type) -> str:
    """The dtype in which linear algebra is done."""
    dtype = numpy_dtype(a)
    return "float64" if kind_of(dtype) in ("bool", "int") else dtype
