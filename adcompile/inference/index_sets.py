"""Types of set numbers: as the value's whose sets they are, all in float64."""

from __future__ import annotations

from adcompile.inference.registry import transfer
from adcompile.ir.types import FLOAT, UNKNOWN, Array, Dict, List, Scalar, Tuple, Type
from adcompile.runtime import index_sets as sets


@transfer(sets.nothing)
def sets_type(type_: Type) -> Type:
    """The type of the set numbers of a value of some type."""
    if isinstance(type_, Scalar):
        return FLOAT
    if isinstance(type_, Array):
        return Array("float64", type_.shape)
    if isinstance(type_, Tuple):
        return Tuple(tuple(map(sets_type, type_.items)))
    if isinstance(type_, List):
        return List(sets_type(type_.item), type_.some)
    if isinstance(type_, Dict):
        return Dict(tuple((key, sets_type(item)) for key, item in type_.items))
    return UNKNOWN


@transfer(sets.join, sets.join_all, sets.join_along, sets.join_items)
@transfer(sets.join_product, sets.join_weighted, sets.join_outer)
def joined(like: Type, *operands: Type, axis: Type | None = None) -> Type:
    return sets_type(like)


@transfer(sets.join_broadcast)
def joined_broadcast(operand: Type, like: Type) -> Type:
    return sets_type(like)


@transfer(sets.join_at, sets.join_item)
def joined_at(operand: Type, index: Type, more: Type) -> Type:
    return operand


@transfer(sets.join_running, sets.join_neighbours, sets.join_structures)
def joined_somehow(*operands: Type) -> Type:
    return UNKNOWN
