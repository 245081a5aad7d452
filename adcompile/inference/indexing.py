"""Types of subscripts."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from adcompile.inference.elementwise import broadcast
from adcompile.inference.registry import infer_call, join_items, transfer, unknown_size
from adcompile.ir.dims import Affine, Dim, add_dims, scale_dim, symbol
from adcompile.ir.types import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Dict,
    List,
    NotStatic,
    Scalar,
    Slice,
    Static,
    Tuple,
    Type,
    join_all,
    kind_of,
    of_constant,
    static_value,
)
from adcompile.runtime import updates

NOTHING = Static(None)


@transfer(slice)
def make_slice(first: Type, second: Type | None = None, step: Type = NOTHING) -> Type:
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
        try:
            key = static_value(index)
        except NotStatic:
            return join_all(t for _, t in value.items)
        return next((t for k, t in value.items if k == key and type(k) is type(key)), UNKNOWN)
    if isinstance(value, Tuple):
        if _is_int(index) and not (isinstance(index, Scalar) and isinstance(index.value, int)):
            return join_all(value.items)
        key = static_value(index)
        items = value.items[key]
        return Tuple(items) if isinstance(key, slice) else items
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


def is_mask(index: Type) -> bool:
    """Whether a subscript is an array of truths."""
    return isinstance(index, Array) and kind_of(index.dtype) == "bool"


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
    if any(isinstance(p, Array) and not p.shape for p in parts):
        return UNKNOWN  # an index that may be 0-d, or a mask of any rank
    shape: list[Dim] = []
    rest = list(value.shape)
    gathered: list[tuple[Dim, ...] | None] = []
    first: int | None = None  # where in `shape` the gathered axes stand
    last = -1  # the number of the last part that gathers
    apart = False
    if sum(_axes_of(p) for p in parts) > len(rest):
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
            if not _is_int(part):
                gathered.append(_gathered(part))
            # Numbers count as indices where there are arrays of indices too.
            apart = apart or (first is not None and last != i - 1)
            first, last = len(shape) if first is None else first, i
            del rest[: _axes_of(part)]
    shape += rest
    if not gathered:
        return Array(value.dtype, tuple(shape)) if shape or _has_ellipsis(parts) else Scalar(value.dtype)
    together = broadcast(gathered)
    if together is None:
        return Array(value.dtype, None)
    at = 0 if apart or first is None else first
    return Array(value.dtype, (*shape[:at], *together, *shape[at:]))


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
    """The shape of the indices that an array or list in a subscript means."""
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
    low, high = _low(size, start), _high(size, stop)
    if step not in (None, 1) or low is None or high is None:
        return symbol(("slice", size, start, stop, step))
    return not_negative(add_dims(high, scale_dim(low, -1)))


def not_negative(length: Dim) -> Dim:
    """The larger of an affine form and 0: a symbol for it, where the form may be negative."""
    if isinstance(length, int):
        return max(length, 0)
    if length.least is not None and length.least >= 0:
        return length
    return symbol(("at least 0", length))


def _bound(part: Type) -> Dim | Type | None:
    if isinstance(part, Static) and part.value is None:
        return None
    if isinstance(part, Scalar) and part.value is not None and part.dtype != "bool":
        return part.value
    return UNKNOWN


def _is_proven(dim: Dim) -> bool:
    """Whether a dim is certainly not negative."""
    least = dim if isinstance(dim, int) else dim.least
    return least is not None and least >= 0


def _low(size: Dim, start: Dim | Type | None) -> Dim | None:
    """Where a slice begins, if it may be taken to be there: beyond the end it is empty."""
    if start is None:
        return 0
    assert isinstance(start, (int, Affine))
    if isinstance(start, int) and start < 0:
        begin = add_dims(size, start)
        return begin if _is_proven(begin) else None
    return start if _is_proven(start) else None


def _high(size: Dim, stop: Dim | Type | None) -> Dim | None:
    """Where a slice ends, if it may be taken to be there: at most at the end of the axis."""
    if stop is None:
        return size
    assert isinstance(stop, (int, Affine))
    if isinstance(stop, int) and stop < 0:
        return add_dims(size, stop)
    return stop if _is_proven(stop) and _is_proven(add_dims(size, scale_dim(stop, -1))) else None


@transfer(updates.increment)
def increased(a: Type, index: Type, value: Type) -> Type:
    if isinstance(a, (List, Dict)):  # an array in it stays what it is; a number becomes the sum
        old = getitem(a, index)
        value = old if isinstance(old, Array) else infer_call(operator.add, (old, value), {})
    return changed(a, index, value)


@transfer(updates.update, updates.put_back, updates.add_at)
def changed(a: Type, index: Type, value: Type) -> Type:
    if isinstance(a, Array):
        return a
    if isinstance(a, List):
        several = isinstance(index, Slice) or (isinstance(index, Static) and isinstance(index.value, slice))
        if several and isinstance(value, List):
            return List(join_items([a.item, value.item]))
        return List(UNKNOWN) if several else List(join_items([a.item, value]), True)
    if isinstance(a, Dict):
        key = static_value(index)
        items = dict(a.items)
        items[key] = value
        return Dict(tuple(items.items()))
    return UNKNOWN


@transfer(updates.where_replaced)
def where_replaced(a: Type, index: Type, count: Type) -> Type:
    return Slice(INT, INT, Static(None))


@transfer(updates.written_last)
def written_last(a: Type, index: Type) -> Type:
    taken = getitem(a, index)
    if isinstance(taken, Scalar):
        return BOOL
    return Array("bool", taken.shape) if isinstance(taken, Array) else UNKNOWN


__all__ = ["getitem", "is_basic_index", "not_negative", "slice_size"]
