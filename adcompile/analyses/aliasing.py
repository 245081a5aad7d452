"""Which values of a program may share memory, and which hold others: what its statements do to the classes.

relies on: types.  ensures: `affects(a, b)` is False only where a change of `a` in place
cannot change what reading `b` gives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from adcompile.analyses.effects import EFFECTFUL, is_pure_callable
from adcompile.analyses.memory_classes import ANY, MemoryClasses
from adcompile.analyses.sharing import LISTS, copies, hands_on, holds_arrays_alone, makes_list
from adcompile.ir.callables import FLAT, IN_PLACE, canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    FunctionRef,
    If,
    Loop,
    Method,
    Opaque,
    ReverseBlock,
    Stmt,
    Syntax,
    Through,
    Var,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of
from adcompile.ir.types import STRING, UNKNOWN, Array, Dict, List, Scalar, Static, Tuple, Type, of_constant
from adcompile.runtime import structures, updates

DISPLAYS = (structures.make_tuple, structures.make_list, structures.make_set)
# Of dicts: they give out, in some form, what is in them.
TAKING = (Method("get"), Method("values"), Method("items"))
JOINING = (operator.add, operator.mul, operator.or_)  # of lists, tuples and dicts

OwnResults = Callable[[Call], tuple[bool, ...]]


def own_of_half(call: Call) -> tuple[bool, ...]:
    """Of each result of a function of the same program whether its memory is certainly new."""
    return call.fn.own if isinstance(call.fn, FunctionRef) else ()


class Aliasing(MemoryClasses):
    """The classes of values that may share memory, and what they hold. `own_results` says of each
    result of a call whether its memory is certainly new, where nothing else says so."""

    def __init__(self, body: Block, types: Mapping[Var, Type], own_results: OwnResults = own_of_half) -> None:
        super().__init__(types)
        self._own_results = own_results
        self._iterators: set[Atom] = set()  # `a.flat`
        self._block(body, ())

    def _block(self, block: Block, loops: tuple[Loop, ...]) -> None:
        for stmt in block.stmts:
            self._stmt(stmt, loops)
            inside = (*loops, stmt) if isinstance(stmt, (For, While)) else loops
            for inner in blocks_of(stmt):
                self._block(inner, inside)

    def _stmt(self, stmt: Stmt, loops: tuple[Loop, ...]) -> None:
        if isinstance(stmt, Call):
            self._call(stmt)
            for result in stmt.results:
                self._objects.made(result, loops)
        elif isinstance(stmt, If):
            self._link(stmt.results, stmt.then.yields)
            self._link(stmt.results, stmt.orelse.yields)
        elif isinstance(stmt, (For, While)):
            self._link(stmt.params, stmt.inits)
            self._link(stmt.results, stmt.inits)
            self._link(stmt.results, stmt.body.yields)
            self._link(stmt.params, stmt.body.yields, stmt)
            if isinstance(stmt, For):
                for item, source in zip(stmt.items, stmt.sources, strict=True):
                    if isinstance(source, Each):
                        self._take(item, source.sequence, ANY)
        elif isinstance(stmt, With):
            self._link(stmt.results, stmt.body.yields)
        elif isinstance(stmt, Opaque):
            for _, written in stmt.writes:
                for _, read in stmt.reads:
                    self._mix(written, read)

    # ---------------------------------------------------------------------------------- calls

    def _call(self, call: Call) -> None:
        fn: Any = call.fn
        operands = call.operands
        if isinstance(fn, Syntax) or len(call.results) > 1:
            self._several(call)
            return
        result = call.results[0]
        meant = canonical(fn)
        if fn == FLAT:
            self._iterators.add(result)
        if (own := self._own_results(call)) and all(own):
            self._new.update([result] if len(own) > 1 else ())
        elif isinstance(fn, FunctionRef):
            self._several(call)
        elif fn in DISPLAYS:
            for i, atom in enumerate(operands):
                self._put(result, i if fn is structures.make_tuple else ANY, atom)
        elif fn is structures.make_dict:
            for atom in operands[1::2]:
                self._put(result, ANY, atom)
        elif isinstance(fn, ReverseBlock):
            self._link([result], operands[:1])
        elif isinstance(fn, Through):
            self._link([result], operands[:1])
            if not isinstance(self.types.get(result, UNKNOWN), Array):
                self._mix(result, operands[-1])
        elif isinstance(fn, WriteBack) or fn in EFFECTFUL:
            pass  # it returns nothing
        elif fn is updates.become:
            self._link([result], operands[1:])
        elif fn in (updates.write_back, updates.write_back_items):
            self._link([result], operands[:1])
            if fn is updates.write_back or not holds_arrays_alone(self.types.get(result, UNKNOWN)):
                self._share_items(result, operands[1])
        elif fn in (updates.increment, updates.add_at, updates.without_last):
            self._link([result], operands[:1])
        elif fn in IN_PLACE or fn in (updates.update, updates.append, updates.extend):
            self._link([result], operands[:1])
            if not isinstance(self.types.get(result, UNKNOWN), Array):
                self._put(result, ANY, operands[-1])
                if fn is not updates.append and not (fn is updates.update and self._is_key(operands[1])):
                    self._share_items(result, operands[-1])  # `+=`, and a store into a slice
        elif fn == Method("flatten") or copies(call, self.types):
            pass
        elif fn is copy:
            self._share_items(result, operands[0])
        elif makes_list(call, self.types) and (fn in LISTS or self._holds_parts(operands[1])):
            for operand in operands[: None if fn in LISTS else 1]:
                self._collect(result, operand)
        elif fn == Method("copy"):
            if isinstance(self.types.get(operands[0], UNKNOWN), (List, Tuple, Dict)):  # type: ignore[arg-type]
                self._share_items(result, operands[0])
        elif fn in TAKING:
            for operand in operands:  # with a default
                self._mix(result, operand)
        elif fn in JOINING:
            for operand in operands:
                self._share_items(result, operand)
        elif getattr(fn, "__name__", "") == "getitem":
            key = operands[1].value if isinstance(operands[1], Const) and type(operands[1].value) is int else ANY
            named = self._is_text(operands[1]) and self.types.get(operands[0], UNKNOWN) == UNKNOWN  # type: ignore[arg-type]
            self._take(result, operands[0], ANY if isinstance(key, int) and key < 0 else key, named)
            if not self._is_key(operands[1]):
                self._share_items(result, operands[0])  # `items[1:]`
        elif isinstance(fn, Attribute) and meant is fn:
            self._mix(result, operands[0])
        elif not is_pure_callable(fn) or hands_on(call, self._iterators):
            for operand in operands:
                if isinstance(self.types.get(result, UNKNOWN), Array):
                    self._link([result], [operand])
                else:
                    self._mix(result, operand)

    def _holds_parts(self, of: Atom) -> bool:
        """Whether a list of what an array is made of holds no other list."""
        type_ = self.types.get(of) if isinstance(of, Var) else None
        return isinstance(type_, List) and isinstance(type_.item, (Array, Scalar))

    def _is_key(self, index: Atom) -> bool:
        """Whether a subscript names one item."""
        type_ = of_constant(index.value) if isinstance(index, Const) else self.types.get(index, UNKNOWN)
        return isinstance(type_, Scalar) or self._is_text(index)

    def _is_text(self, index: Atom) -> bool:
        """Whether a subscript is a text."""
        type_ = of_constant(index.value) if isinstance(index, Const) else self.types.get(index, UNKNOWN)
        return type_ == STRING or (isinstance(type_, Static) and type(type_.value) is str)

    def _several(self, call: Call) -> None:
        """A call with several results, or an expression that is kept as it is."""
        own = self._own_results(call)
        for i, result in enumerate(call.results):
            if call.fn is structures.unpack:
                self._take(result, call.operands[0], i)
            elif not (len(own) == len(call.results) and own[i]):
                for operand in call.operands:
                    self._mix(result, operand)
