"""Types of joined and split arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.arguments import (
    NOTHING,
    ONE,
    TWO,
    ZERO,
    joined_dtype,
    known_shape,
    make_array,
    numpy_dtype,
    product,
)
from adcompile.inference.elementwise import NUMBER_OF, broadcast
from adcompile.inference.registry import SITE, transfer, unknown_size
from adcompile.inference.shaping import atleast_1d, atleast_2d, atleast_3d
from adcompile.ir.dims import EACH, Dim, add_dims, symbol
from adcompile.ir.types import UNKNOWN, VAGUE, Array, List, NotStatic, Scalar, Tuple, Type, static_value


def _parts(arrays: Type) -> tuple[Type, Dim | None]:
    """The join of the types of a sequence's arrays, and their number."""
    if isinstance(arrays, Tuple):
        shapes = [known_shape(t) for t in arrays.items]
        first = shapes[0]
        merged = tuple(
            d if all(len(s) == len(first) and s[i] == d for s in shapes) else unknown_size()
            for i, d in enumerate(first)
        )
        return Array(joined_dtype(arrays.items), merged), len(arrays.items)
    if isinstance(arrays, List):
        return arrays.item, None
    raise NotStatic("arrays")


@transfer(np.stack)
def stack(arrays: Type, axis: Type = ZERO) -> Type:
    item, count = _parts(arrays)
    shape = list(known_shape(item))
    where_ = static_value(axis)
    if not -len(shape) <= where_ + 1 <= len(shape) + 1:
        return UNKNOWN
    shape.insert(where_ if where_ >= 0 else where_ + len(shape) + 1, unknown_size() if count is None else count)
    return Array(numpy_dtype(item), tuple(shape))


@transfer(np.concatenate)
def concatenate(arrays: Type, axis: Type = ZERO) -> Type:
    item, _ = _parts(arrays)
    where_ = static_value(axis)
    if where_ is None:
        if not isinstance(arrays, Tuple):
            return Array(numpy_dtype(item), (unknown_size(),))
        # Python's numbers are weak in promotion here.
        dtype = "?" if any(isinstance(t, Scalar) for t in arrays.items) else numpy_dtype(item)
        return Array(dtype, (_sum_of([product(known_shape(t)) for t in arrays.items]),))
    return _joined(arrays, item, where_)


def _sum_of(sizes: Sequence[Dim]) -> Dim:
    together: Dim = 0
    for one in sizes:
        together = add_dims(together, one)
    return together


def _joined(arrays: Type, item: Type, axis: int) -> Type:
    """The type of arrays that are joined along an axis that they have."""
    shape = list(known_shape(item))
    if not shape:
        return UNKNOWN
    if isinstance(arrays, Tuple):
        shape[axis] = _sum_of([known_shape(t)[axis] for t in arrays.items])
    else:
        shape[axis] = unknown_size()
    return Array(numpy_dtype(item), tuple(shape))


def _each(arrays: Type, change: Any) -> Type:
    """A tuple or list with a change of the type of each array."""
    if isinstance(arrays, Tuple):
        return Tuple(tuple(change(t) for t in arrays.items))
    if isinstance(arrays, List):
        return List(change(arrays.item), arrays.some)
    raise NotStatic("arrays")


@transfer(np.vstack)
def vstack(tup: Type) -> Type:
    sheets = _each(tup, atleast_2d)
    return _joined(sheets, _parts(sheets)[0], 0)


@transfer(np.hstack)
def hstack(tup: Type) -> Type:
    parts = _each(tup, atleast_1d)
    item = _parts(parts)[0]
    return _joined(parts, item, 0 if len(known_shape(item)) == 1 else 1)


@transfer(np.column_stack)
def column_stack(tup: Type) -> Type:
    def column(t: Type) -> Type:
        shape = known_shape(t)
        return t if len(shape) >= 2 else make_array(t, (*(shape or (1,)), 1))

    columns = _each(tup, column)
    return _joined(columns, _parts(columns)[0], 1)


@transfer(np.dstack)
def dstack(tup: Type) -> Type:
    sheets = _each(tup, atleast_3d)
    return _joined(sheets, _parts(sheets)[0], 2)


@transfer(np.append)
def append(arr: Type, values: Type, axis: Type = NOTHING) -> Type:
    if static_value(axis) is None:
        return Array(joined_dtype([arr, values]), (add_dims(product(known_shape(arr)), product(known_shape(values))),))
    return concatenate(Tuple((arr, values)), axis)


@transfer(np.select)
def select(condlist: Type, choicelist: Type, default: Type = ZERO) -> Type:
    if not isinstance(condlist, Tuple) or not isinstance(choicelist, Tuple):
        return UNKNOWN
    parts = [*choicelist.items, default]
    shape = broadcast([*map(known_shape, condlist.items), *map(known_shape, parts)])
    return Array(_selected(parts), shape)


def _selected(parts: Sequence[Type]) -> str:
    """The dtype of one of several values, of which Python's numbers are weak."""
    names = [t.dtype if isinstance(t, (Scalar, Array)) else "?" for t in parts]
    if "?" in names or not {*VAGUE}.isdisjoint(names):
        return "?"
    return np.result_type(*(NUMBER_OF[name] if name in NUMBER_OF else np.dtype(name) for name in names)).name


@transfer(np.hsplit)
def hsplit(ary: Type, indices_or_sections: Type) -> Type:
    return split(ary, indices_or_sections, ZERO if len(known_shape(ary)) == 1 else ONE)


@transfer(np.vsplit)
def vsplit(ary: Type, indices_or_sections: Type) -> Type:
    return split(ary, indices_or_sections)


@transfer(np.dsplit)
def dsplit(ary: Type, indices_or_sections: Type) -> Type:
    return split(ary, indices_or_sections, TWO)


@transfer(np.split)
def split(ary: Type, indices_or_sections: Type, axis: Type = ZERO) -> Type:
    count = indices_or_sections.value if isinstance(indices_or_sections, Scalar) else None
    if not isinstance(count, int) or count < 1:
        return array_split(ary, indices_or_sections, axis)
    shape = list(known_shape(ary))
    along = shape[static_value(axis)]
    # Of a number of sections all have one size, which every such split gives.
    shape[static_value(axis)] = along // count if isinstance(along, int) else symbol(("part", along, count))
    return List(Array(numpy_dtype(ary), tuple(shape)))


@transfer(np.array_split)
def array_split(ary: Type, indices_or_sections: Type, axis: Type = ZERO) -> Type:
    shape = list(known_shape(ary))
    shape[static_value(axis)] = symbol(((EACH, SITE.name), 0))
    return List(Array(numpy_dtype(ary), tuple(shape)))
