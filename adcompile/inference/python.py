"""Types of Python's own structures and builtins."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from copy import copy as shallow_copy
from copy import deepcopy
from functools import reduce

import numpy as np

from adcompile.inference.arguments import NOTHING
from adcompile.inference.registry import TRANSFERS, join_items, transfer
from adcompile.ir.dims import Affine
from adcompile.ir.nodes import Attribute, Method
from adcompile.ir.types import (
    BOOL,
    FLOAT,
    INT,
    NEVER,
    STRING,
    UNKNOWN,
    Array,
    Dict,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    join,
    join_all,
    kind_of,
    static_value,
)
from adcompile.runtime import structures, updates
from adcompile.runtime.markers import detach


@transfer(structures.make_tuple)
def make_tuple(*items: Type) -> Type:
    return Tuple(items)


@transfer(structures.make_list)
def make_list(*items: Type) -> Type:
    return List(join_items(items), bool(items))


@transfer(structures.make_dict)
def make_dict(*pairs: Type) -> Type:
    return Dict(tuple(zip(map(static_value, pairs[::2]), pairs[1::2], strict=True)))


@transfer(updates.append)
def append(sequence: Type, value: Type) -> Type:
    return List(join_items([sequence.item, value]), True) if isinstance(sequence, List) else UNKNOWN


@transfer(updates.become, updates.write_back, updates.write_back_items)
def become(a: Type, value: Type) -> Type:
    return value


@transfer(updates.extend)
def extend(sequence: Type, values: Type) -> Type:
    if isinstance(sequence, List) and isinstance(values, List):
        return List(join_items([sequence.item, values.item]), sequence.some or values.some)
    return UNKNOWN


@transfer(updates.merge)
def merge(mapping: Type, *others: Type, **named: Type) -> Type:
    """What `mapping.update(...)` makes of a dict whose keys are known; another object stays what it is."""
    if not isinstance(mapping, Dict):
        return mapping
    if not all(isinstance(other, Dict) for other in others):
        return UNKNOWN
    given = [dict(other.items) for other in others if isinstance(other, Dict)]
    return Dict(tuple(reduce(operator.or_, [dict(mapping.items), *given, named]).items()))


@transfer(updates.without_last)
def without_last(sequence: Type) -> Type:
    return List(sequence.item) if isinstance(sequence, List) else UNKNOWN


@transfer(structures.contains, structures.not_contains, builtins.callable, builtins.hasattr)
def truth(*types: Type) -> Type:
    return BOOL


@transfer(builtins.bool)
def to_bool(x: Type) -> Type:
    return BOOL


@transfer(builtins.len)
def length(x: Type) -> Type:
    if isinstance(x, Array) and x.shape:
        return Scalar("int", x.shape[0])
    if isinstance(x, Tuple):
        return Scalar("int", len(x.items))
    if isinstance(x, Dict):
        return Scalar("int", len(x.items))
    return INT


@transfer(builtins.float)
def to_float(x: Type | None = None) -> Type:
    return FLOAT


@transfer(builtins.int)
def to_int(x: Type | None = None, base: Type | None = None) -> Type:
    return x if isinstance(x, Scalar) and x.dtype == "int" else INT


@transfer(builtins.str, builtins.repr, builtins.format, Method("format"), Method("join"))
def to_string(*types: Type) -> Type:
    return STRING


@transfer(builtins.print)
def to_none(*types: Type, **options: Type) -> Type:
    return Static(None)


@transfer(builtins.range)
def make_range(*bounds: Type) -> Type:
    return List(INT)


@transfer(builtins.zip, builtins.enumerate, builtins.reversed)
def iterator(*iterables: Type, **options: Type) -> Type:
    return UNKNOWN


@transfer(builtins.tuple)
def to_tuple(x: Type) -> Type:
    return x if isinstance(x, Tuple) else UNKNOWN


@transfer(builtins.list)
def to_list(x: Type | None = None) -> Type:
    if x is None:
        return List(NEVER)
    if isinstance(x, Tuple):
        return List(join_items(x.items), bool(x.items))
    return List(element_of(x), has_items(x))


@transfer(builtins.sorted)
def to_sorted(x: Type, key: Type = NOTHING, reverse: Type = NOTHING) -> Type:
    return List(element_of(x))


@transfer(structures.sorted_places, structures.places_of_item)
def places(items: Type, key: Type, option: Type) -> Type:
    return List(INT)


@transfer(builtins.dict)
def to_dict(x: Type = NOTHING, **named: Type) -> Type:
    held = dict(x.items) if isinstance(x, Dict) else {}
    return Dict(tuple({**held, **named}.items())) if isinstance(x, Dict) or x == NOTHING else UNKNOWN


@transfer(Method("copy"), shallow_copy, deepcopy)
def copied(x: Type, *options: Type, **named: Type) -> Type:
    if isinstance(x, (List, Dict, Tuple, Scalar)):
        return x
    return x if isinstance(x, Array) and x.shape is not None else UNKNOWN


@transfer(builtins.abs)
def absolute(x: Type) -> Type:
    if isinstance(x, Scalar) and x.dtype in ("int", "float"):
        return Scalar(x.dtype)
    return TRANSFERS[np.ufunc](abs, np.absolute, (x,), {})


@transfer(builtins.sum)
def total(iterable: Type, start: Type = INT) -> Type:
    item = element_of(iterable)
    plain = isinstance(item, Scalar) and kind_of(item.dtype) == "float" and start == INT
    return Scalar(item.dtype) if plain else UNKNOWN  # type: ignore[attr-defined]


@transfer(builtins.min, builtins.max)
def extreme(*items: Type, key: Type = NOTHING, default: Type = NEVER) -> Type:
    if len(items) == 1:
        item = join(element_of(items[0]), default)
        return Scalar(item.dtype) if isinstance(item, Scalar) else UNKNOWN
    joined = join_all(items)
    return Scalar(joined.dtype) if isinstance(joined, Scalar) else UNKNOWN


@transfer(builtins.round)
def rounded(x: Type, digits: Type | None = None) -> Type:
    return INT if digits is None else UNKNOWN


@transfer(detach)
def detached(x: Type) -> Type:
    return x


@transfer(Method("item"))
def item(x: Type, *index: Type) -> Type:
    return Scalar(kind_of(x.dtype)) if isinstance(x, (Array, Scalar)) else UNKNOWN


@transfer(Attribute("dtype"))
def dtype(x: Type) -> Type:
    if isinstance(x, Array) and x.dtype != "?":
        return Static(np.dtype(x.dtype))
    return Passive("dtype")


def element_of(sequence: Type) -> Type:
    """The type of the elements that iterating a sequence gives."""
    if isinstance(sequence, List):
        return sequence.item
    if isinstance(sequence, Tuple):
        return join_all(sequence.items)
    if isinstance(sequence, Array) and sequence.shape:
        rest = sequence.shape[1:]
        return Array(sequence.dtype, rest) if rest else Scalar(sequence.dtype)
    if isinstance(sequence, Dict):
        return Passive("key")
    return UNKNOWN


def has_items(sequence: Type) -> bool:
    """Whether iterating a sequence certainly gives an element."""
    if isinstance(sequence, List):
        return sequence.some
    if isinstance(sequence, Array) and sequence.shape:
        first = sequence.shape[0]
        return (first.least or 0) > 0 if isinstance(first, Affine) else first > 0
    return isinstance(sequence, Tuple) and bool(sequence.items)


def unpacked(value: Type, count: int) -> Sequence[Type]:
    """The types of the names that a value is unpacked to."""
    if isinstance(value, Tuple) and len(value.items) == count:
        return value.items
    return [element_of(value)] * count


def unpacked_star(value: Type, before: int, after: int) -> Sequence[Type]:
    """The same for `a, *b, c = value`."""
    if isinstance(value, Tuple) and len(value.items) >= before + after:
        end = len(value.items) - after
        middle = List(join_items(value.items[before:end]))
        return [*value.items[:before], middle, *value.items[end:]]
    item_ = element_of(value)
    return [item_] * before + [List(item_)] + [item_] * after


@transfer(np.isscalar)
def is_scalar(value: Type) -> Type:
    """Whether a value is a number: so says its type, where that is known."""
    known = isinstance(value, (Scalar, Array, List, Tuple, Dict))
    return Scalar("bool", isinstance(value, Scalar)) if known else BOOL


@transfer(builtins.isinstance)
def is_instance(value: Type, classes: Type) -> Type:
    """Whether a value is an array, list, tuple or dict: its type says so."""
    asked = static_value(classes)
    asked = asked if isinstance(asked, tuple) else (asked,)
    kinds = {Array: np.ndarray, List: list, Tuple: tuple, Dict: dict, Scalar: None}
    if type(value) not in kinds or any(c not in (np.ndarray, list, tuple, dict) for c in asked):
        return Scalar("bool")
    return Scalar("bool", kinds[type(value)] in asked)
