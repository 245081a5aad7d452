"""Which inputs' values decide what a program gives, where of some values only the shape is read.

A program of index sets gives the same for all arguments of the same shapes unless a branch, the
number of a loop's trips, a subscript or a size depends on what stands in them. So of each value
that something needs it is found out whether its numbers are needed, or its shape alone.

relies on: infer.  ensures: arguments that agree in the shapes of all, and in the values of those
found here, give equal results.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_pure
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.shape_reads import LIKE, SHAPES
from adcompile.inference.registry import ELEMENTWISE
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Capture,
    Const,
    Each,
    For,
    Function,
    FunctionRef,
    If,
    Loop,
    Opaque,
    Stmt,
    Through,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import blocks_of, source_atoms
from adcompile.ir.types import Array, Dict, List, Scalar, Tuple, kind_of, symbols_of
from adcompile.runtime import broadcasting, index_sets, updates
from adcompile.runtime.structures import make_tuple

# The operands of which these need the shape alone, even where their result's numbers are needed.
BY_SHAPE: dict[Any, int] = {
    **dict.fromkeys((index_sets.join, index_sets.join_all, index_sets.join_along, index_sets.join_items), 0),
    **dict.fromkeys((index_sets.join_product, index_sets.join_weighted, index_sets.join_outer, index_sets.nothing), 0),
    **dict.fromkeys((index_sets.join_broadcast, broadcasting.unbroadcast), 1),
}
STORES = (updates.update, updates.increment, updates.add_at)
# The shapes of their results follow from those of their float arguments and from the others.
OF_SHAPES = frozenset(
    [
        *(np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.broadcast_to),
        *(np.flip, np.roll, np.repeat, np.tile, np.take, np.diagonal, np.diag, np.triu, np.tril, np.pad, np.copy),
        *(np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.cumsum, np.cumprod, np.diff, np.sort),
        *(np.matmul, np.dot, np.outer, np.inner, np.array, np.asarray, np.where, np.clip, np.linalg.norm),
        *(np.linalg.solve, np.linalg.inv, broadcasting.unbroadcast, broadcasting.match_dtype, broadcasting.add),
    ]
)


Called = Callable[[str], tuple[Function, Types] | None]


@dataclass(frozen=True, slots=True)
class Decided:
    """What decides a program's result, besides the shapes of its inputs: the parameters, by their
    positions, and the captures whose values do; not `known` if something else may, too."""

    params: tuple[int, ...]
    captures: tuple[Capture, ...]
    known: bool


def decided_by(function: Function, types: Types, called: Called) -> Decided:
    """What decides the results of a function; `called` gives the functions that it calls."""
    needs = _Needs(types, called, {})
    needs.function(function, None)
    objects = {v for v in needs.shapes if not isinstance(types.get(v), (Array, Scalar, List, Tuple, Dict))}
    params = tuple(i for i, p in enumerate(function.params) if p.var in needs.values | objects)
    captures = tuple(c for c in function.captures if c.var in needs.values or c.var in needs.shapes)
    return Decided(params, captures, needs.known)


class _Needs:
    def __init__(self, types: Types, called: Called, open_: dict[Any, Any]) -> None:
        self.types = types
        self.called = called
        self.open = open_  # functions, and what decides them
        self.values: set[Var] = set()
        self.shapes: set[Var] = set()
        self.known = True

    def function(self, function: Function, by_shape: Sequence[bool] | None) -> None:
        """Find what a function needs if of some of the results in its tuple the shape alone is read."""
        (whole,) = function.body.yields
        made = next((s for s in function.body.stmts if isinstance(s, Call) and whole in s.results), None)
        if by_shape is None or made is None or made.fn is not make_tuple:
            self.value(whole)
        else:
            for part, shape_alone in zip(made.operands, by_shape, strict=True):
                (self.shape if shape_alone else self.value)(part)
        size = -1
        while size != len(self.values) + len(self.shapes):
            size = len(self.values) + len(self.shapes)
            self.block(function.body)

    # ---------------------------------------------------------------------------------- needing

    def value(self, *atoms: Atom) -> None:
        """Note that the numbers of some atoms are needed."""
        self.values.update(a for a in atoms if isinstance(a, Var))

    def shape(self, *atoms: Atom) -> None:
        """Note that the shapes of some atoms are needed, if those of the inputs do not tell them."""
        self.shapes.update(a for a in atoms if isinstance(a, Var) and not self._is_told(a))

    def _is_told(self, var: Var) -> bool:
        type_ = self.types.get(var)
        if isinstance(type_, Array) and type_.shape is not None:
            return all(isinstance(symbol.key, str) for symbol in symbols_of(type_))
        return isinstance(type_, Scalar)

    def wanted(self, *atoms: Atom) -> bool:
        """Whether something of some atoms is needed."""
        return any(a in self.values or a in self.shapes for a in atoms)

    def link(self, pairs: Iterable[tuple[Atom, Atom]]) -> None:
        """Need of the second of each pair what is needed of the first."""
        for wanted, source in pairs:
            if wanted in self.values:
                self.value(source)
            elif wanted in self.shapes:
                self.shape(source)

    # ------------------------------------------------------------------------------- statements

    def block(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if self.wanted(*stmt.results):
                self.call(stmt)
            return
        if isinstance(stmt, If):
            if self.wanted(*stmt.results):
                self.value(stmt.cond)
            self.link(zip(stmt.results, stmt.then.yields, strict=True))
            self.link(zip(stmt.results, stmt.orelse.yields, strict=True))
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, With):
            self.link(zip(stmt.results, stmt.body.yields, strict=True))
        elif isinstance(stmt, Opaque) and self.wanted(*(v for _, v in stmt.writes)):
            self.known = False
        for inner in reversed(blocks_of(stmt)):
            self.block(inner)

    def loop(self, loop: Loop) -> None:
        self.link(zip(loop.results, loop.params, strict=True))
        self.link(zip(loop.params, loop.body.yields, strict=True))
        self.link(zip(loop.params, loop.inits, strict=True))
        if self.wanted(*loop.params, *loop.results):
            if loop.stop is not None:
                self.value(loop.params[loop.stop])
            if isinstance(loop, While):
                self.value(*loop.head.yields)
            else:
                for source in loop.sources:
                    (self.shape if isinstance(source, Each) else self.value)(*source_atoms(source))
        if isinstance(loop, For):
            pairs = zip(loop.items, loop.sources, strict=True)
            self.link((item, source.sequence) for item, source in pairs if isinstance(source, Each))
            counted = (loop.index,) if loop.index else ()
            for item, source in zip(loop.items, loop.sources, strict=True):
                if self.wanted(item, *counted) and not isinstance(source, Each):
                    self.value(*source_atoms(source))

    # ------------------------------------------------------------------------------------ calls

    def call(self, call: Call) -> None:
        if isinstance(call.fn, FunctionRef):
            self.user_call(call)
            return
        of_outside = isinstance(call.fn, Attribute) and isinstance(call.operands[0], Const)
        if not is_pure(call) or of_outside:
            self.known = False
        fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
        meant = canonical(fn)
        try:
            hash(meant)
        except TypeError:  # an unhashable callable of the user's
            fn = meant = None
        if any(r in self.values for r in call.results):
            by_shape = 0 if meant in SHAPES or meant in LIKE else BY_SHAPE.get(fn)
            for i, operand in enumerate(call.operands):
                (self.shape if i == by_shape else self.value)(operand)
        else:
            self.shape_of(call, fn, meant)

    def shape_of(self, call: Call, fn: Any, meant: Any) -> None:
        """Need what decides the shape of a call's result."""
        if fn in STORES:
            self.shape(call.operands[0])
        elif fn is operator.getitem:
            self.shape(call.operands[0])
            self.value(call.operands[1])
        elif isinstance(meant, np.ufunc) or meant in ELEMENTWISE or meant in LIKE or fn in BY_SHAPE:
            self.shape(*call.operands)
        else:
            of_shapes = meant in OF_SHAPES or fn is make_tuple
            for operand in call.operands:
                type_ = atom_type(self.types, operand)
                is_float = isinstance(type_, (Scalar, Array)) and kind_of(type_.dtype) == "float"
                (self.shape if of_shapes and is_float else self.value)(operand)

    def user_call(self, call: Call) -> None:
        """What decides what is read of a function's results decides the arguments that are needed."""
        assert isinstance(call.fn, FunctionRef)
        by_shape = tuple(r not in self.values for r in call.results) if len(call.results) > 1 else None
        key = (call.fn.name, by_shape)
        if key not in self.open:
            self.open[key] = None
            found = self.called(call.fn.name)
            if found is not None:
                inner = _Needs(found[1], self.called, self.open)
                inner.function(found[0], by_shape)
                self.open[key] = (inner, found[0])
        known = self.open[key]
        if known is None:  # it calls itself
            self.value(*call.operands)
            self.known = False
            return
        inner, function = known
        self.known = self.known and inner.known and not any(inner.wanted(c.var) for c in function.captures)
        for param, operand in zip(function.params, call.operands, strict=False):
            if param.var in inner.values:
                self.value(operand)
            elif param.var in inner.shapes:
                self.shape(operand)


__all__ = ["Decided", "decided_by"]
