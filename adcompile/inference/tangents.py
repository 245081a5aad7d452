"""Types of tangents: as the value's, with floats for every number."""

from __future__ import annotations

from dataclasses import replace

from adcompile.inference.registry import transfer
from adcompile.ir.types import FLOAT, UNKNOWN, Array, Dict, List, Never, Scalar, Tuple, Type, kind_of
from adcompile.runtime import broadcasting, tangents


@transfer(tangents.zero_tangent)
def tangent_type(type_: Type) -> Type:
    """The type of the tangent of a value of some type."""
    if isinstance(type_, Scalar):
        return Scalar(type_.dtype) if kind_of(type_.dtype) in ("float", "complex", "?") else FLOAT
    if isinstance(type_, Array):
        return type_ if kind_of(type_.dtype) in ("float", "complex", "?") else replace(type_, dtype="float64")
    if isinstance(type_, Tuple):
        return Tuple(tuple(map(tangent_type, type_.items)))
    if isinstance(type_, List):
        return List(tangent_type(type_.item), type_.some)
    if isinstance(type_, Dict):
        return Dict(tuple((key, tangent_type(item)) for key, item in type_.items))
    return type_ if isinstance(type_, Never) else UNKNOWN


@transfer(broadcasting.unbroadcast)
def unbroadcast(g: Type, x: Type) -> Type:
    """The type of a cotangent as its value is: where that has an axis, an array like it."""
    known = isinstance(x, Array) and x.shape and kind_of(x.dtype) in ("float", "complex")
    return x if known else UNKNOWN


@transfer(tangents.spread)
def spread(tangent: Type, x: Type) -> Type:
    if isinstance(x, (Scalar, Array)) and kind_of(x.dtype) in ("float", "complex"):
        return x
    return Array("?", x.shape) if isinstance(x, Array) else UNKNOWN
