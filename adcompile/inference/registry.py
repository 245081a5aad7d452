"""The registry of transfer functions: from the types of a call's arguments to its result's.

A transfer function is written like the NumPy function that it describes, with types for
values. It may raise `NotStatic` where it needs a value that is not known, and return
`UNKNOWN` at any time: Unknown is always right.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from adcompile.ir.callables import IN_PLACE, canonical, is_cmath, is_math, out_place
from adcompile.ir.dims import EACH, Affine, is_one, symbol
from adcompile.ir.nodes import Attribute, Augmented, Method, ReverseBlock, Syntax, Through
from adcompile.ir.types import (
    FLOAT,
    NEVER,
    STRING,
    UNKNOWN,
    Array,
    Dict,
    List,
    NotStatic,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    join,
    kind_of,
    parts_of,
)
from adcompile.runtime import updates

Transfer = Callable[..., Type]
TRANSFERS: dict[Any, Transfer] = {}
DRAWS: dict[Any, Transfer] = {}  # of calls that draw random numbers: each changes its generator
ELEMENTWISE: set[Any] = set()  # functions other than ufuncs that work element by element


def transfer(*functions: Any) -> Callable[[Transfer], Transfer]:
    """Register the transfer function of some callables; each has one."""

    def register(fn: Transfer) -> Transfer:
        for function in functions:
            assert function not in TRANSFERS, function
            TRANSFERS[function] = fn
        return fn

    return register


# Functions that make a new array of whatever they are given.
MAKERS: tuple[Any, ...] = (
    *(np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.arange, np.linspace, np.copy),
    *(np.zeros_like, np.ones_like, np.empty_like, np.full_like),
    *(np.concatenate, np.stack, np.vstack, np.hstack, np.column_stack, np.tile, np.repeat, np.pad),
    *(np.cumsum, np.cumprod, np.outer, np.convolve, np.correlate, np.vander, np.append, np.dstack, np.diagflat),
    *(np.insert, np.delete, np.select, np.ediff1d, np.partition),
)
MOST_TIMES = 100  # so often a tuple is repeated whose items keep types of their own
AN_ARRAY = Array("?", None)


class _Site:
    """The call that is looked at: it names the sizes that only run time knows."""

    def __init__(self) -> None:
        self.name: Any = 0
        self.made = 0

    def enter(self, name: Any) -> None:
        self.name, self.made = name, 0


SITE = _Site()  # one compilation runs at a time, under the compile lock


def unknown_size() -> Affine:
    """A symbol for a size that this call makes and that is not known."""
    SITE.made += 1
    return symbol(("size", SITE.name, SITE.made))


def join_items(types: Iterable[Type]) -> Type:
    """The join of the types of the items of a list that this call makes, each with sizes of its own."""
    least: Type = NEVER
    return reduce(partial(join, fresh=(EACH, SITE.name)), types, least)


def infer_call(fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
    """The type of `fn(*args, **kwargs)`; Unknown where nothing is known."""
    found = _of_call(fn, args, kwargs)
    if found is UNKNOWN and fn in MAKERS and None not in kwargs and "out" not in kwargs:
        return AN_ARRAY
    return found


def _is_text(type_: Type) -> bool:
    return type_ == STRING or (isinstance(type_, Static) and isinstance(type_.value, str))


def _of_call(fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
    for type_ in args:
        if type_ is NEVER:
            return NEVER
    if isinstance(fn, Syntax):
        return STRING if fn.passive else UNKNOWN
    if isinstance(fn, Through):
        return _through(fn, args)
    if isinstance(fn, ReverseBlock):
        return args[0]
    if isinstance(fn, Augmented):
        item = infer_call(operator.getitem, args[:2], {})
        return infer_call(updates.update, [*args[:2], infer_call(fn.op, [item, args[2]], {})], {})
    named = {name: type_ for name, type_ in kwargs.items() if name is not None}
    if len(named) < len(kwargs):
        return UNKNOWN
    place = out_place(fn)
    out = named.get("out", args[place] if place is not None and len(args) > place else None)
    if isinstance(out, Tuple) and len(out.items) == 1:
        out = out.items[0]
    if isinstance(out, Array):
        return out  # what a call of NumPy's gives is the array that it wrote to
    if fn is operator.mod and _is_text(args[0]):
        return STRING
    if isinstance(fn, Attribute) and isinstance(args[0], Tuple) and fn.name in args[0].names:
        return args[0].items[args[0].names.index(fn.name)]
    if len(args) == 2 and fn is operator.mul and isinstance(args[1], (Tuple, List)) and isinstance(args[0], Scalar):
        args = args[::-1]  # `3 * items`
    if isinstance(args[0], (Tuple, List, Dict)) if args else False:
        joined = _sequence(fn, args)
        if joined is not None:
            return joined
    own = _lookup(fn)
    target = own or _numeric(fn, args)
    if target is None:
        return UNKNOWN
    try:
        return target(*args, **named)
    except (NotStatic, TypeError, ValueError, IndexError, KeyError):
        return UNKNOWN


def _through(fn: Through, args: Sequence[Type]) -> Type:
    """The type of an object after a change through views of it."""
    if isinstance(args[0], Array) or not fn.views:
        return args[0] if fn.views else infer_call(fn.fn, args, {})
    view, *others = fn.views
    mine, rest = args[1 : 1 + view.arity], args[1 + view.arity :]
    part = infer_call(view.fn, [args[0], *mine], {})
    changed = _through(Through(fn.fn, tuple(others)), [part, *rest])
    if changed == part or isinstance(args[0], Tuple):
        return args[0] if changed == part else UNKNOWN
    return infer_call(updates.update, [args[0], mine[0], changed], {})


def _sequence(fn: Any, args: Sequence[Type]) -> Type | None:
    """`+` and `*` on lists and tuples, which join and repeat them, and `|` of dicts."""
    plain = IN_PLACE.get(fn, fn) if not isinstance(fn, (Method, Attribute)) else None
    first = args[0]
    if isinstance(first, Dict):
        merged = plain is operator.or_ and isinstance(args[1], Dict)
        return Dict(tuple({**dict(first.items), **dict(args[1].items)}.items())) if merged else None  # type: ignore[attr-defined]
    if plain in (operator.add, operator.mul) and len(args) == 2 and isinstance(args[1], Array):
        return _with_items(first, args[1])
    if plain is operator.add and len(args) == 2:
        if isinstance(first, Tuple) and isinstance(args[1], Tuple):
            return Tuple(first.items + args[1].items)
        if isinstance(first, List) and isinstance(args[1], List):
            return List(join_items([first.item, args[1].item]), first.some or args[1].some)
        return UNKNOWN
    if plain is operator.mul and isinstance(first, Tuple) and len(args) == 2:
        count = args[1].value if isinstance(args[1], Scalar) else None
        return Tuple(first.items * count) if type(count) is int and count <= MOST_TIMES else UNKNOWN
    if plain is operator.mul and isinstance(first, List) and len(args) == 2:
        times = args[1]
        return List(first.item) if isinstance(times, Scalar) and kind_of(times.dtype) in ("int", "bool") else UNKNOWN
    return None


def _with_items(items: Type, array: Array) -> Type:
    """The array that NumPy computes of the items of a list or tuple, which it takes for an array, and one."""
    parts = parts_of(items) if isinstance(items, (Tuple, List)) else ()
    numbers = [part.dtype for part in parts if isinstance(part, Scalar)]
    if array.shape is None or len(numbers) < len(parts):
        return Array("?", None)
    known = array.dtype == "float64" and all(dtype in ("float", "int", "bool", "float64") for dtype in numbers)
    last = array.shape[-1:]
    kept = last if last and is_one(last[0]) is False else (unknown_size(),)
    return Array("float64" if known else "?", (*array.shape[:-1], *kept))


def _lookup(fn: Any) -> Transfer | None:
    try:
        return TRANSFERS.get(fn) or DRAWS.get(fn)
    except TypeError:
        return None


def _numeric(fn: Any, args: Sequence[Type]) -> Transfer | None:
    """The transfer of the NumPy function that `fn` means on arrays and numbers."""
    if not args or isinstance(args[0], (Passive, Static, Dict)):
        return None
    if isinstance(args[0], (Tuple, List)) and (isinstance(fn, (Method, Attribute)) or fn in IN_PLACE):
        return None
    if is_cmath(fn):
        return _lookup(fn) or (lambda *_, **__: Scalar("complex"))
    if is_math(fn):
        return _lookup(fn) or (lambda *_, **__: FLOAT)
    meant = canonical(fn)
    found = _lookup(meant)
    if found is None and (isinstance(meant, np.ufunc) or meant in ELEMENTWISE):
        return lambda *types, **options: TRANSFERS[np.ufunc](fn, meant, types, options)
    return found


def is_known_number(type_: Type) -> bool:
    """Whether a value is certainly a number or an array of numbers."""
    return isinstance(type_, (Scalar, Array))
