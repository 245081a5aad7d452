"""Seed rules of functions that go along axes and keep their order: sums, and what is cumulative."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from adcompile.inference.elementwise import shape_of
from adcompile.ir.nodes import NONE, Atom, Call, Const, Method
from adcompile.ir.types import Array, List, Tuple
from adcompile.transforms.seed_rules.registry import Carrying, NotCarried, carries

ONE = Const(1)
LAST = Const(-1)


def moved(axis: int) -> int:
    """Where an axis is when that of the seeds stands before it."""
    return axis + 1 if axis >= 0 else axis


def moved_axes(c: Carrying, axis: Atom, rank: int) -> Any:
    """One axis or several, of a value of `rank`; None means all of them."""
    given = c.static(axis)
    if given is None:
        return tuple(range(1, rank + 1)) if rank != 1 else 1
    return tuple(map(moved, given)) if isinstance(given, tuple) else moved(given)


@carries(np.sum, np.mean)
def reduction(c: Carrying, call: Call, x: Atom, axis: Atom = NONE, *, keepdims: Atom | None = None) -> Atom:
    """Sums along the axes of each seed's value."""
    rank = c.rank_of(x)
    if not rank:
        return c.now(x)
    options: list[tuple[str, Atom]] = [("axis", Const(moved_axes(c, axis, rank)))]
    if keepdims is not None:
        options.append(("keepdims", keepdims))
    fn = call.fn if isinstance(call.fn, Method) else Method(call.fn.__name__)
    return c.b.make(fn, (c.lifted(x),), options)


@carries(builtins.sum, any_type=True)
def sum_of_items(c: Carrying, call: Call, x: Atom, start: Atom | None = None) -> Atom:
    """Python's `sum`: of a list whose items have one rank, or over the first axis of an array."""
    type_, more = c.type_of(x), () if start is None else (start,)
    if start is not None and (c.is_seeded(start) or shape_of(c.type_of(start)) != ()):
        raise NotCarried("a sum that starts with an array")
    if isinstance(type_, Array):
        return c.b.make(call.fn, (c.b.make(np.swapaxes, (c.now(x), Const(0), Const(1))), *more))
    items = type_.items if isinstance(type_, Tuple) else (type_.item,) if isinstance(type_, List) else ()
    shapes = [shape_of(item) for item in items]
    if None in shapes or len({len(shape or ()) for shape in shapes}) != 1:
        raise NotCarried("a sum of items of ranks that are not known")
    return c.b.make(call.fn, (c.lifted(x), *more))


@carries(np.cumsum)
def cumulative(c: Carrying, call: Call, x: Atom, axis: Atom = NONE) -> Atom:
    """Cumulative sums, of an array without axes named if it has one."""
    given = c.static(axis)
    if not c.rank_of(x) or (given is None and c.rank_of(x) != 1):
        raise NotCarried("a cumulative sum over several axes, or of a number")
    return c.b.make(call.fn, (c.lifted(x),), (("axis", Const(1 if given is None else moved(given))),))


@carries(np.diff)
def difference(c: Carrying, call: Call, x: Atom, n: Atom = ONE, axis: Atom = LAST) -> Atom:
    """Differences along an axis."""
    return c.b.make(np.diff, (c.lifted(x), n), (("axis", Const(moved(c.static(axis)))),))


@carries(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft)
def transformed(
    c: Carrying, call: Call, x: Atom, n: Atom | None = None, axis: Atom | None = None, norm: Atom | None = None
) -> Atom:
    """Spectra along an axis, which is the last one if none is named."""
    at = None if axis is None else Const(moved(c.static(axis)))
    options = [(key, value) for key, value in (("n", n), ("axis", at), ("norm", norm)) if value is not None]
    return c.b.make(call.fn, (c.lifted(x),), options)


@carries(np.flip)
def flipped(c: Carrying, call: Call, x: Atom, axis: Atom = NONE) -> Atom:
    """Axes backwards."""
    return c.b.make(np.flip, (c.lifted(x),), (("axis", Const(moved_axes(c, axis, c.rank_of(x)))),))


@carries(np.roll)
def rolled(c: Carrying, call: Call, x: Atom, shift: Atom, axis: Atom = NONE) -> Atom:
    """Elements moved along axes."""
    if c.static(axis) is None and c.rank_of(x) != 1:
        raise NotCarried("a roll over several axes")
    return c.b.make(np.roll, (c.lifted(x), shift), (("axis", Const(moved_axes(c, axis, c.rank_of(x)))),))


@carries(np.repeat)
def repeated(c: Carrying, call: Call, x: Atom, repeats: Atom, axis: Atom = NONE) -> Atom:
    """Elements several times."""
    if not c.rank_of(x) or (c.static(axis) is None and c.rank_of(x) != 1):
        raise NotCarried("a repeat over several axes, or of a number")
    return c.b.make(np.repeat, (c.lifted(x), repeats), (("axis", Const(moved_axes(c, axis, c.rank_of(x)))),))
