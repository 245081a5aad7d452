"""Types of subscripts."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adcompile.inference.elementwise import broadcast
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.types import (
    INT,
    UNKNOWN,
    Affine,
    Array,
    Dict,
    Dim,
    List,
    Scalar,
    Slice,
    Static,
    Tuple,
    Type,
    add_dims,
    join_all,
    kind_of,
    of_constant,
    scale_dim,
    static_value,
    symbol,
)
from adcompile.runtime import updates


@transfer(slice)
def make_slice(first: Type, second: Type | None = None, step: Type = Static(None)) -> Type:
    if second is None:
        return Slice(Static(None), first, Static(None))
    return Slice(first, second, step)


@transfer(operator.getitem)
def getitem(value: Type, index: Type) -> Type:
    if isinstance(value, Array):
        return _array_item(value, index)
    if isinstance(value, List):
        return value.item if _is_int(index) else value if _is_slice(index) else UNKNOWN
    if isinstance(value, Dict):
        key = static_value(index)
        return next((t for k, t in value.items if k == key and type(k) is type(key)), UNKNOWN)
    if isinstance(value, Tuple):
        if _is_int(index) and not (isinstance(index, Scalar) and isinstance(index.value, int)):
            return join_all(value.items)
        key = static_value(index)
        items = value.items[key]
        return Tuple(items) if isinstance(key, slice) else items  # type: ignore[return-value,arg-type]
    return UNKNOWN


def _is_int(type_: Type) -> bool:
    return isinstance(type_, Scalar) and kind_of(type_.dtype) == "int"


def _is_slice(type_: Type) -> bool:
    return isinstance(type_, Slice) or (isinstance(type_, Static) and isinstance(type_.value, slice))


def is_basic_index(index: Type) -> bool | None:
    """Whether a subscript makes a view (ints, slices, None, Ellipsis) rather than gathers;
    None where that is not known."""
    answers = [_is_basic(part) for part in (index.items if isinstance(index, Tuple) else (index,))]
    if any(a is False for a in answers):
        return False
    return None if None in answers else True


def _is_basic(part: Type) -> bool | None:
    if _is_int(part) or _is_slice(part):
        return True
    if isinstance(part, Static):
        return part.value is None or part.value is Ellipsis
    if isinstance(part, (Array, List)):
        return False
    return None


def _array_item(value: Array, index: Type) -> Type:
    parts: Sequence[Type] = index.items if isinstance(index, Tuple) else (index,)
    if value.shape is None or any(_is_basic(p) is None for p in parts):
        return _unranked_item(value, parts)
    shape: list[Dim] = []
    rest = list(value.shape)
    gathered: list[tuple[Dim, ...] | None] = []
    position: int | None = None
    apart = False
    eaten = sum(_axes_of(p) for p in parts)
    if eaten > len(rest):
        return UNKNOWN
    for i, part in enumerate(parts):
        if isinstance(part, Static) and part.value is None:
            shape.append(1)
        elif isinstance(part, Static) and part.value is Ellipsis:
            keep = len(rest) - sum(_axes_of(p) for p in parts[i + 1 :])
            shape += rest[:keep]
            del rest[:keep]
        elif _is_slice(part):
            shape.append(slice_size(rest.pop(0), part))
        else:
            gather = _gathered(part)
            if isinstance(part, Array) or not isinstance(gather, tuple) or gather != ():
                apart = apart or (position is not None and len(shape) != position)
                position = len(shape) if position is None else position
                gathered.append(gather)
            del rest[: _axes_of(part)]
    shape += rest
    if not gathered:
        return Array(value.dtype, tuple(shape)) if shape or _has_ellipsis(parts) else Scalar(value.dtype)
    if apart or any(_is_int(p) for p in parts):
        together = broadcast(gathered)
        rank = None if together is None else len(together) + len(shape)
        return Array(value.dtype, None if rank is None else tuple(unknown_size() for _ in range(rank)))
    together = broadcast(gathered)
    assert position is not None
    return Array(value.dtype, None if together is None else (*shape[:position], *together, *shape[position:]))


def _has_ellipsis(parts: Sequence[Type]) -> bool:
    return any(isinstance(p, Static) and p.value is Ellipsis for p in parts)


def _axes_of(part: Type) -> int:
    """How many axes of the array one part of a subscript takes."""
    if isinstance(part, Static) and not isinstance(part.value, slice):
        return 0
    if isinstance(part, Array) and kind_of(part.dtype) == "bool":
        return len(part.shape or ())
    return 1


def _gathered(part: Type) -> tuple[Dim, ...] | None:
    if isinstance(part, Scalar):
        return ()
    if isinstance(part, Array) and kind_of(part.dtype) == "bool":
        return (unknown_size(),)
    if isinstance(part, Array) and part.dtype != "?":
        return part.shape
    return (unknown_size(),) if isinstance(part, List) and isinstance(part.item, Scalar) else None


def _unranked_item(value: Array, parts: Sequence[Type]) -> Type:
    only_slices = all(_is_slice(p) for p in parts)
    return Array(value.dtype, None) if only_slices else UNKNOWN


def slice_size(size: Dim, part: Type) -> Dim:
    """The size of an axis of `size` elements after a slice."""
    if isinstance(part, Static):
        s = part.value
        part = Slice(of_constant(s.start), of_constant(s.stop), of_constant(s.step))
    assert isinstance(part, Slice)
    start, stop, step = (_bound(p) for p in (part.start, part.stop, part.step))
    if step is UNKNOWN or start is UNKNOWN or stop is UNKNOWN:
        return unknown_size()
    if isinstance(size, int) and all(v is None or isinstance(v, int) for v in (start, stop, step)):
        return len(range(*slice(start, stop, step).indices(size)))
    if step == -1 and start is None and stop is None:
        return size
    if step not in (None, 1):
        return symbol(("slice", str(size), str(start), str(stop), str(step)))
    low = _position(size, start, 0)
    high = _position(size, stop, size)
    if low is None or high is None:
        return symbol(("slice", str(size), str(start), str(stop), "1"))
    length = add_dims(high, scale_dim(low, -1))
    if isinstance(length, int):
        return max(length, 0)
    return length


def _bound(part: Type) -> Dim | Type | None:
    if isinstance(part, Static) and part.value is None:
        return None
    if isinstance(part, Scalar) and part.value is not None:
        return part.value
    return UNKNOWN


def _position(size: Dim, bound: Dim | Type | None, default: Dim) -> Dim | None:
    """Where a slice's bound lies on an axis, where that can be told."""
    if bound is None:
        return default
    if isinstance(bound, int) and bound < 0:
        return add_dims(size, bound)
    assert isinstance(bound, (int, Affine))
    room = add_dims(size, scale_dim(bound, -1))
    least = room if isinstance(room, int) else room.least
    low = bound if isinstance(bound, int) else bound.least
    if low is None or low < 0:
        return None
    if default == 0:  # a start: `x[k:]` has n - k elements, none if k exceeds n
        return bound
    return bound if least is not None and least >= 0 else None


@transfer(updates.update, updates.increment, updates.add_at)
def changed(a: Type, index: Type, value: Type) -> Type:
    if isinstance(a, Array):
        return a
    if isinstance(a, List):
        return List(join_all([a.item, value]))
    if isinstance(a, Dict):
        key = static_value(index)
        items = dict(a.items)
        items[key] = value
        return Dict(tuple(items.items()))
    return UNKNOWN


__all__ = ["INT", "getitem", "is_basic_index", "np", "slice_size"]
