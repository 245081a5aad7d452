"""Seed rules of functions that give values other shapes, or put values together."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.ir.dims import is_one
from adcompile.ir.nodes import NONE, Atom, Attribute, Call, Const, Method, Star
from adcompile.ir.types import Array, List, Scalar, Tuple, kind_of
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.seed_rules.reductions import moved, moved_axes
from adcompile.transforms.seed_rules.registry import Carrying, NotCarried, carries

ZERO = Const(0)
ONE = Const(1)
CONSTANT = Const("constant")


def with_seeds(c: Carrying, shape: Atom) -> Atom:
    """A shape, given as a size or a tuple of sizes, with the seeds' axis before the others."""
    type_ = c.type_of(shape)
    if isinstance(type_, Scalar) and kind_of(type_.dtype) == "int":
        return c.b.make(make_tuple, (c.seeds, shape))
    if not isinstance(type_, Tuple):
        raise NotCarried("a shape that is not known")
    if isinstance(shape, Const):
        return c.b.make(make_tuple, (c.seeds, *map(Const, shape.value)))
    return c.b.make(make_tuple, (c.seeds, Star(shape)))


@carries(np.reshape)
def reshaped(c: Carrying, call: Call, x: Atom, *sizes: Atom, **options: Atom) -> Atom:
    """`x.reshape(seeds, ...)`."""
    if not set(options) <= {"shape", "newshape"}:
        raise NotCarried("a reshape in another order")
    given = (*sizes, *options.values())
    if call.fn is np.reshape and len(given) > 1:
        raise NotCarried("a reshape in an order that is named by its place")
    if len(given) > 1:
        return c.b.make(np.reshape, (c.now(x), c.b.make(make_tuple, (c.seeds, *given))))
    return c.b.make(np.reshape, (c.now(x), with_seeds(c, given[0])))


@carries(np.ravel, Method("flatten"))
def ravelled(c: Carrying, call: Call, x: Atom) -> Atom:
    """Each seed's value in one axis."""
    if c.rank_of(x) == 1:
        return c.b.make(np.copy, (c.now(x),)) if call.fn == Method("flatten") else c.now(x)
    flat = c.b.make(np.reshape, (c.now(x), c.b.make(make_tuple, (c.seeds, Const(-1)))))
    return c.b.make(np.copy, (flat,)) if call.fn == Method("flatten") else flat


@carries(np.transpose)
def transposed(c: Carrying, call: Call, x: Atom, *axes: Atom, **named: Atom) -> Atom:
    """The seeds' axis stays first."""
    rank = c.rank_of(x)
    given: Any = [c.static(a) for a in (*axes, *named.values())]
    given = given[0] if len(given) == 1 and not isinstance(given[0], int) else given
    order = tuple(reversed(range(rank))) if not given else tuple(a % rank for a in given)
    if order == tuple(range(rank)):
        return c.now(x)
    if order == (1, 0):
        return c.b.make(np.swapaxes, (c.now(x), Const(1), Const(2)))
    return c.b.make(np.transpose, (c.now(x), Const((0, *(a + 1 for a in order)))))


@carries(np.matrix_transpose)
def matrices_transposed(c: Carrying, call: Call, x: Atom) -> Atom:
    """The last two axes."""
    return c.b.make(np.swapaxes, (c.now(x), Const(-2), Const(-1)))


@carries(np.swapaxes, np.moveaxis)
def axes_moved(c: Carrying, call: Call, x: Atom, first: Atom, second: Atom) -> Atom:
    """Two axes, both behind that of the seeds."""
    places = [Const(moved_axes(c, a, 0)) for a in (first, second)]
    return c.b.make(call.fn, (c.now(x), *places))


@carries(np.expand_dims)
def expanded(c: Carrying, call: Call, x: Atom, axis: Atom) -> Atom:
    """New axes behind that of the seeds."""
    return c.b.make(np.expand_dims, (c.now(x), Const(moved_axes(c, axis, 0))))


@carries(np.squeeze)
def squeezed(c: Carrying, call: Call, x: Atom, axis: Atom = NONE) -> Atom:
    """Axes of size 1, but never that of the seeds."""
    given = c.static(axis)
    if not c.rank_of(x):
        return c.now(x)
    if given is None:
        ones = [is_one(size) for size in shape_of(c.type_of(x)) or ()]
        if None in ones or shape_of(c.type_of(x)) is None:
            raise NotCarried("a squeeze of sizes that are not known")
        given = tuple(i for i, one in enumerate(ones) if one)
    axes = tuple(map(moved, given)) if isinstance(given, tuple) else moved(given)
    return c.b.make(np.squeeze, (c.now(x), Const(axes)))


@carries(np.broadcast_to)
def broadcast(c: Carrying, call: Call, x: Atom, shape: Atom) -> Atom:
    """Each seed's value in a larger shape."""
    return c.b.make(np.broadcast_to, (c.aligned(x, c.rank_of(call.result)), with_seeds(c, shape)))


@carries(np.full, of=("value",))
def filled(c: Carrying, call: Call, shape: Atom, value: Atom, dtype: Atom | None = None) -> Atom:
    """A new array for each seed's value, of that value's dtype."""
    options = () if dtype is None else (("dtype", dtype),)
    return c.b.make(np.full, (with_seeds(c, shape), c.aligned(value, c.rank_of(call.result))), options)


@carries(np.full_like, of=("x", "value"))
def filled_like(c: Carrying, call: Call, x: Atom, value: Atom) -> Atom:
    """A new array for each seed's value, of the dtype of an array."""
    result = c.type_of(call.result)
    if not isinstance(result, Array) or result.dtype == "?":
        raise NotCarried("an array whose dtype is not known")
    made = c.aligned(value, c.rank_of(call.result)) if c.is_seeded(value) else value
    shape = c.b.make(Attribute("shape"), (c.now(x),))
    shape = shape if c.is_seeded(x) else with_seeds(c, shape)
    return c.b.make(np.full, (shape, made), (("dtype", Const(np.dtype(result.dtype))),))


@carries(np.concatenate, of=("parts",), any_type=True)
def concatenated(c: Carrying, call: Call, parts: Atom, axis: Atom = ZERO) -> Atom:
    """Arrays in a row."""
    if c.static(axis) is None:
        raise NotCarried("a concatenation of flat arrays")
    return c.b.make(np.concatenate, (_listed(c, parts),), (("axis", Const(moved(c.static(axis)))),))


@carries(np.stack, of=("parts",), any_type=True)
def stacked(c: Carrying, call: Call, parts: Atom, axis: Atom = ZERO) -> Atom:
    """Arrays along a new axis, or numbers along the only one."""
    return c.b.make(np.stack, (_listed(c, parts),), (("axis", Const(moved(c.static(axis)))),))


def _listed(c: Carrying, parts: Atom) -> Atom:
    """A list or tuple of arrays; an array's first axis would be that of the seeds, and of a list in
    it each item would have one."""
    type_, shown = c.type_of(parts), c.items_of(parts)
    if not isinstance(type_, (List, Tuple)):
        raise NotCarried("arrays that are not in a list")
    items = type_.items if isinstance(type_, Tuple) else (type_.item,)
    if not all(isinstance(item, (Scalar, Array)) for item in (items if shown is None else map(c.type_of, shown))):
        raise NotCarried("what may be lists that stand for arrays")
    return c.lifted(parts)


@carries(np.vstack, np.hstack, of=("parts",), any_type=True)
def stacked_along(c: Carrying, call: Call, parts: Atom) -> Atom:
    """Arrays in rows or columns, of a rank that makes them concatenations."""
    type_ = c.type_of(parts)
    items = type_.items if isinstance(type_, Tuple) else (type_.item,) if isinstance(type_, List) else ()
    shown = c.items_of(parts)
    if shown is not None:
        items = tuple(map(c.type_of, shown))
    ranks = {None if shape_of(item) is None else len(shape_of(item) or ()) for item in items}
    if len(ranks) != 1 or None in ranks:
        raise NotCarried("arrays of ranks that are not known")
    (rank,) = ranks
    axis = 1 if call.fn is np.hstack and rank != 1 else 0
    if rank == 0 or (rank == 1 and call.fn is np.vstack):
        return c.b.make(np.stack, (c.lifted(parts),), (("axis", Const(1)),))
    return c.b.make(np.concatenate, (c.lifted(parts),), (("axis", Const(axis + 1)),))


@carries(np.diagonal)
def diagonals(
    c: Carrying, call: Call, x: Atom, offset: Atom = ZERO, axis1: Atom = ZERO, axis2: Atom = ONE
) -> Atom:
    """The diagonals of two axes behind that of the seeds."""
    axes = [Const(moved(c.static(a))) for a in (axis1, axis2)]
    return c.b.make(np.diagonal, (c.now(x), offset, *axes))


@carries(np.trace)
def traces(
    c: Carrying, call: Call, x: Atom, offset: Atom = ZERO, axis1: Atom = ZERO, axis2: Atom = ONE
) -> Atom:
    """The sums along these diagonals."""
    axes = [Const(moved(c.static(a))) for a in (axis1, axis2)]
    return c.b.make(np.trace, (c.now(x), offset, *axes))


@carries(np.pad)
def padded(c: Carrying, call: Call, x: Atom, widths: Atom, mode: Atom = CONSTANT) -> Atom:
    """Margins around each seed's value."""
    given = c.static(widths)
    if not isinstance(given, (int, tuple)):
        raise NotCarried("margins that are not known")
    pairs = np.broadcast_to(given, (c.rank_of(x), 2)).tolist()
    return c.b.make(np.pad, (c.lifted(x), Const(((0, 0), *map(tuple, pairs))), mode))
