"""Types of tangents and cotangents: as the value's, with floats for every number."""

from __future__ import annotations

from dataclasses import replace

from adcompile.inference.python import element_of
from adcompile.inference.registry import transfer
from adcompile.ir.types import (
    FLOAT,
    SOME_COMPLEX,
    SOME_FLOAT,
    UNKNOWN,
    Array,
    Dict,
    List,
    Never,
    Scalar,
    Tuple,
    Type,
    kind_of,
)
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
    """The type of a cotangent as its value is: an array of that shape, or a number."""
    kind = kind_of(x.dtype) if isinstance(x, (Scalar, Array)) else "?"
    if isinstance(x, Scalar) and kind in ("float", "complex"):
        some = SOME_FLOAT if kind == "float" else SOME_COMPLEX
        return x if isinstance(g, Scalar) and g.dtype == x.dtype else Scalar(some)
    if isinstance(x, Array) and x.shape:
        return x if kind in ("float", "complex") else Array("?", x.shape)
    return UNKNOWN


@transfer(tangents.spread)
def spread(tangent: Type, x: Type) -> Type:
    if isinstance(x, (Scalar, Array)) and kind_of(x.dtype) in ("float", "complex"):
        return x
    return Array("?", x.shape) if isinstance(x, Array) else UNKNOWN


@transfer(broadcasting.zeros_like, broadcasting.add, broadcasting.add_item)
def cotangent(like: Type, *others: Type) -> Type:
    """Cotangents have the type of the value, numbers as floats."""
    if isinstance(like, Scalar) and kind_of(like.dtype) != "float":
        return FLOAT
    return like


@transfer(broadcasting.match_dtype)
def match_dtype(g: Type, x: Type) -> Type:
    if isinstance(x, (List, Tuple, Dict)):
        return x
    return x if isinstance(x, (Scalar, Array)) and kind_of(x.dtype) == "float" else UNKNOWN


@transfer(broadcasting.items_of)
def items_of(g: Type, x: Type) -> Type:
    """The parts of an array have the shapes of the items that it was made of, and its dtype."""
    if isinstance(x, List):
        return List(items_of(element_of(g), x.item), x.some)
    if isinstance(x, Tuple):
        return Tuple(tuple(items_of(element_of(g), item) for item in x.items))
    dtype = g.dtype if isinstance(g, (Array, Scalar)) else "?"
    if isinstance(x, Array):
        return Array(dtype, x.shape)
    return Scalar(dtype) if isinstance(x, Scalar) else UNKNOWN


@transfer(broadcasting.split_like)
def split_like(g: Type, arrays: Type, axis: Type) -> Type:
    """A list of arrays that have the shapes of those that were joined, and the dtype of the whole."""
    item = element_of(arrays)
    dtype = g.dtype if isinstance(g, Array) else "?"
    return List(Array(dtype, item.shape if isinstance(item, Array) else None))
