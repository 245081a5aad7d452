"""Seed rules of functions that work element by element."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from copy import copy, deepcopy
from typing import Any

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import IN_PLACE, OPERATORS, canonical, is_math
from adcompile.ir.nodes import Atom, Call, Const, Method
from adcompile.ir.types import PYTHON_NUMBERS, VAGUE, Array, List, Scalar, kind_of
from adcompile.runtime.broadcasting import add, match_dtype, unbroadcast, zeros_like
from adcompile.runtime.seeds import add_seeds, array_of_items, elementwise_seeds, spread_seeds, unbroadcast_seeds
from adcompile.runtime.tangents import spread, zero_tangent
from adcompile.transforms.seed_rules.registry import Carrying, NotCarried, carries

ZERO = Const(0)


@carries(np.ufunc, np.where, np.real, np.imag, of=("operands",), any_type=True)
def elementwise(c: Carrying, call: Call, *operands: Atom) -> Atom:
    """Operands of lower rank get axes behind that of the seeds."""
    fn: Any = call.fn
    if is_math(fn) or getattr(canonical(fn), "nout", 1) != 1 or getattr(canonical(fn), "signature", None):
        raise NotCarried(f"{fn.__name__} is of numbers")
    if fn is np.where and len(operands) != 3:
        raise NotCarried("a question where something is")
    if any(shape_of(c.type_of(a)) is None for a in operands):
        return _of_unknown_ranks(c, call, operands)
    rank = max(map(c.rank_of, operands))
    first = operands[0]
    if fn in IN_PLACE:
        if not isinstance(c.type_of(first), Array):
            fn = IN_PLACE[fn]
        elif not c.is_seeded(first):
            return c.b.make(fn, (c.lifted(first), *(_operand(c, a, rank, call) for a in operands[1:])))
    return c.b.make(fn, [_operand(c, a, rank, call) for a in operands])


def _of_unknown_ranks(c: Carrying, call: Call, operands: Sequence[Atom]) -> Atom:
    fn: Any = canonical(call.fn)
    if call.fn in IN_PLACE:
        raise NotCarried("a change of what is not known")
    seeded = Const(tuple(i for i, a in enumerate(operands) if c.is_seeded(a)))
    given = [c.lifted(a) if c.is_seeded(a) else a for a in operands]
    return c.b.make(elementwise_seeds, (Const(call.fn if call.fn in OPERATORS else fn), seeded, c.seeds, *given))


def _operand(c: Carrying, atom: Atom, rank: int, call: Call) -> Atom:
    """An operand in the rank of the result. A Python number leaves the dtype of arrays what it is,
    and an array of such numbers does not: it takes the result's dtype."""
    if not c.is_seeded(atom):
        return atom
    made = c.aligned(atom, rank)
    given, result = c.type_of(atom), c.type_of(call.result)
    weak = isinstance(given, Scalar) and (given.dtype in PYTHON_NUMBERS or given.dtype in VAGUE)
    if weak and isinstance(result, (Scalar, Array)) and result.dtype not in (*PYTHON_NUMBERS, *VAGUE, "float64"):
        return c.b.make(np.ndarray.astype, (made, Const(np.dtype(result.dtype))))
    return made


@carries(np.copy, np.conjugate, np.zeros_like, np.ones_like, np.empty_like)
@carries(Method("copy"), copy, deepcopy, zeros_like, zero_tangent, any_type=True)
def as_it_is(c: Carrying, call: Call, x: Atom, *more: Atom, **options: Atom) -> Atom:
    """What does the same to every number."""
    if "shape" in options or len(more) > 3:
        raise NotCarried("an array of another shape")
    return c.b.make(call.fn, (c.now(x), *more), tuple(options.items()))


@carries(np.ascontiguousarray)
def in_order(c: Carrying, call: Call, x: Atom) -> Atom:
    """Memory in order; of a number, an array with one axis."""
    made = c.b.make(np.ascontiguousarray, (c.now(x),))
    return made if c.rank_of(x) else c.b.make(operator.getitem, (made, Const((slice(None), None))))


@carries(np.tril, np.triu)
def triangle(c: Carrying, call: Call, x: Atom, k: Atom = ZERO) -> Atom:
    """A triangle of the last two axes."""
    if c.rank_of(x) < 2:
        raise NotCarried("a triangle of what has one axis")
    return c.b.make(call.fn, (c.now(x), k))


@carries(np.ndarray.astype, Method("astype"), np.asarray, np.array, np.asanyarray, any_type=True)
def in_dtype(c: Carrying, call: Call, x: Atom, *more: Atom, **options: Atom) -> Atom:
    """Numbers and arrays in another dtype; of lists, `np.array` is a rule of its own."""
    if not isinstance(c.type_of(x), (Scalar, Array)):
        return _array_of_list(c, call, x, *more, **options)
    if "ndmin" in options:
        raise NotCarried("an array of more axes")
    return as_it_is(c, call, x, *more, **options)


def _array_of_list(c: Carrying, call: Call, x: Atom, *more: Atom, **options: Atom) -> Atom:
    """`np.array([a, b])`: the items become the axis behind that of the seeds."""
    if more or set(options) - {"dtype"}:
        raise NotCarried("an array of a list, with options")
    items, type_ = c.items_of(x), c.type_of(x)
    ranks = {c.rank_of(item) for item in items or ()}
    if items is None and isinstance(type_, List) and not options and shape_of(type_.item) == ():
        return c.b.make(array_of_items, (c.lifted(x), c.seeds))
    if len(ranks) != 1:
        raise NotCarried("an array of a list that is not known")
    return c.b.make(np.stack, (c.lifted(x),), (("axis", Const(1)), *options.items()))


@carries(builtins.float, Method("item"))
def number(c: Carrying, call: Call, x: Atom) -> Atom:
    """A number for each seed is an array of them."""
    made = c.now(x)
    if shape_of(c.type_of(x)) not in ((), None) or kind_of(getattr(c.type_of(x), "dtype", "?")) != "float":
        raise NotCarried("float() of what may have axes")
    return c.b.make(np.ndarray.astype, (made, Const(np.dtype(float))))


@carries(match_dtype, of=("g", "x"), any_type=True)
def matched(c: Carrying, call: Call, g: Atom, x: Atom) -> Atom:
    """A cotangent in the dtype of its value."""
    return c.b.make(match_dtype, (c.lifted(g), c.now(x)))


@carries(add, of=("a", "b"), any_type=True)
def added(c: Carrying, call: Call, a: Atom, b: Atom) -> Atom:
    """Two cotangents of one value; of an array's, one may be a number."""
    ranks = [shape_of(c.type_of(x)) for x in (a, b)]
    is_one = None not in ranks and len(ranks[0] or ()) == len(ranks[1] or ())
    return c.b.make(operator.add if is_one else add_seeds, (c.lifted(a), c.lifted(b)))


@carries(unbroadcast, of=("g", "x"))
def unbroadcasted(c: Carrying, call: Call, g: Atom, x: Atom) -> Atom:
    """The sum over axes that only run time knows."""
    return c.b.make(unbroadcast_seeds, (c.lifted(g), _of_one_seed(c, x)))


@carries(spread, of=("tangent", "x"))
def spreaded(c: Carrying, call: Call, tangent: Atom, x: Atom) -> Atom:
    """The tangent of a broadcast result, of a shape that only run time knows."""
    return c.b.make(spread_seeds, (c.lifted(tangent), _of_one_seed(c, x)))


def _of_one_seed(c: Carrying, x: Atom) -> Atom:
    """A value that is asked for its shape."""
    if not c.is_seeded(x):
        return x
    if not isinstance(c.type_of(x), (Scalar, Array)):
        raise NotCarried("the shape of what is not known")
    return c.b.make(operator.getitem, (c.now(x), ZERO))
