"""The index sets of what a primitive gives.

What moves elements is applied to the numbers of their sets. An elementwise function joins the sets
of its operands, a reduction those along its axes, and of what is not known here each result
depends on all operands.

relies on: infer, activity.  ensures: as `index_sets`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adcompile.ir.callables import canonical
from adcompile.ir.nodes import NONE, Atom, Call, Const, Method
from adcompile.ir.types import Array
from adcompile.rules.registry import rule_for
from adcompile.runtime import broadcasting, tangents
from adcompile.runtime import index_sets as sets
from adcompile.runtime.placing import along_diagonal, on_diagonal
from adcompile.transforms.bind_rule import BoundRule, bind_rule
from adcompile.transforms.forward_calls import linear
from adcompile.transforms.tangents import Tangents

# What moves elements, and does nothing else to them.
MOVES = frozenset(
    [
        *(np.reshape, np.ravel, np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis),
        *(np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_to),
        *(np.flip, np.fliplr, np.flipud, np.rot90, np.roll, np.repeat, np.tile, np.take, np.take_along_axis),
        *(np.diagonal, np.diag, np.triu, np.tril, on_diagonal, along_diagonal),
        *(np.concatenate, np.stack, np.vstack, np.hstack, np.column_stack, np.split, np.array_split),
        *(broadcasting.items_of, broadcasting.split_like),
    ]
)
# What works element by element, besides functions with partial derivatives.
BY_ELEMENT = frozenset(
    [
        *(np.copy, np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray),
        *(np.ndarray.astype, Method("astype"), np.float64, np.float32, builtins.float),
        *(np.where, np.clip, np.maximum, np.minimum, np.fmax, np.fmin, np.nan_to_num, np.full, np.full_like),
        tangents.spread,
    ]
)
ALONG_AXES = frozenset(
    [
        *(np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.ptp, np.median, np.linalg.norm),
        *(np.nansum, np.nanmean, np.nanmax, np.nanmin),
    ]
)
CHANGE_NUMBERS = ("dtype", "out", "where")  # options by which what moves elements does more


def meant_by(fn: Any) -> Any:
    """The function that a callable means; None for one that is no key."""
    try:
        meant = canonical(fn)
        hash(meant)
    except TypeError:
        return None
    return meant


def sets_by_rule(sweep: Tangents, call: Call) -> Atom | None:
    """The sets of what a function with a rule gives."""
    rule = rule_for(call.fn)
    if rule is None or rule.kind in ("zero", "implicit"):
        sweep.refuse_call(call)
        return None
    bound = bind_rule(sweep, rule, call)
    if bound is None:
        return None
    meant = meant_by(call.fn)
    if rule.kind == "partials" or meant in BY_ELEMENT:
        return _by_element(sweep, bound)
    if meant in MOVES and not any(name in CHANGE_NUMBERS for name, _ in call.kwargs):
        return linear(sweep, rule, call)
    special = SPECIAL.get(meant) or (_along_axes if meant in ALONG_AXES else None)
    made = special(sweep, call, bound.arguments, bound.options) if special is not None else None
    return _dense(sweep, call) if made is None else made


Named = Mapping[str, Atom]
Special = Callable[[Tangents, Call, Named, Named], Atom | None]


def _by_element(sweep: Tangents, bound: BoundRule) -> Atom:
    """The sets of what an elementwise function gives."""
    linear, positional = bound.rule.linear, bound.positional
    if linear and linear != ("*",):
        positional = [bound.arguments[name] for name in linear]
    return sweep.b.call(sets.join, bound.call.result, *(sweep.dot(a) for a in positional if sweep.is_active(a)))


def _dense(sweep: Tangents, call: Call) -> Atom:
    """The sets of what depends on all that goes into a call."""
    moving = dict.fromkeys(a for a in call.operands if sweep.is_active(a))
    return sweep.b.call(sets.join_all, call.result, *map(sweep.dot, moving))


def _along_axes(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    a = next(iter(named.values()))
    if any(sweep.is_active(other) for other in call.operands if other is not a):
        return None
    return sweep.b.call(sets.join_along, call.result, sweep.dot(a), options.get("axis", NONE))


def _running(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    return sweep.b.call(sets.join_running, sweep.dot(named["a"]), options["axis"])


def _neighbours(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    if any(not (isinstance(a, Const) and a.value is None) for a in (named["prepend"], named["append"])):
        return None
    return sweep.b.call(sets.join_neighbours, sweep.dot(named["a"]), options["n"], options["axis"])


def _product(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    a, b = named.values()
    types = [sweep.b.type_of(atom) for atom in (a, b)]
    plain = all(isinstance(t, Array) and t.shape is not None and len(t.shape) in (1, 2) for t in types)
    if plain and not (sweep.is_active(a) and sweep.is_active(b)):
        weights, moving = (b, a) if sweep.is_active(a) else (a, b)
        return sweep.b.call(sets.join_weighted, call.result, weights, sweep.dot(moving), Const(weights is a))
    if canonical(call.fn) is np.dot and not plain:  # of more dimensions it is no product of matrices
        return None
    return sweep.b.call(sets.join_product, call.result, sweep.dot(a), sweep.dot(b))


def _outer(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    return sweep.b.call(sets.join_outer, call.result, *map(sweep.dot, named.values()))


def _padded(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    mode = options["mode"]
    if not isinstance(mode, Const) or mode.value not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        return None
    return sweep.b.call(np.pad, sweep.dot(named["array"]), options["pad_width"], mode)


def _items(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom | None:
    return sweep.b.call(sets.join_items, call.result, sweep.dot(named["iterable"]))


def _unbroadcast(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom:
    return sweep.b.call(sets.join_broadcast, sweep.dot(named["g"]), named["x"])


def _same(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom:
    return sweep.dot(named["g"])


def _structures(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom:
    return sweep.b.call(sets.join_structures, *map(sweep.dot, named.values()))


def _item_added(sweep: Tangents, call: Call, named: Named, options: Named) -> Atom:
    return sweep.b.call(sets.join_item, sweep.dot(named["g"]), named["index"], sweep.dot(named["value"]))


SPECIAL: dict[Any, Special] = {
    np.cumsum: _running,
    np.cumprod: _running,
    np.diff: _neighbours,
    np.matmul: _product,
    np.dot: _product,
    np.outer: _outer,
    np.pad: _padded,
    builtins.sum: _items,
    broadcasting.unbroadcast: _unbroadcast,
    broadcasting.match_dtype: _same,
    broadcasting.add: _structures,
    broadcasting.add_item: _item_added,
}
