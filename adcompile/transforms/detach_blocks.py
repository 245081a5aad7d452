"""Take what a block of `with no_grad():` computes, and what it stores, as constant.

Whatever the block's calls read is detached, so what they make carries no derivative. A store
changes a part of an object: the new part is constant, and the others keep their derivative. The
`with` itself is gone afterwards.

relies on: follow_stores.  ensures: no `with no_grad()`.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import DiagnosticList
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import IN_PLACE, is_update
from adcompile.ir.nodes import Atom, Block, Call, Const, For, Function, Stmt, Through, Var, While, With
from adcompile.ir.traverse import map_atoms, map_source, walk
from adcompile.ir.types import Type, may_carry_derivative
from adcompile.runtime import updates
from adcompile.runtime.markers import detach, no_grad


def is_detached(stmt: Stmt) -> bool:
    """Whether a statement is `with no_grad()`."""
    return isinstance(stmt, With) and isinstance(stmt.context, Const) and stmt.context.value is no_grad


def detach_blocks(function: Function, types: Types, found: DiagnosticList) -> Function:
    """The function without its `with no_grad()`; `types` receives the types of new values."""
    if not any(map(is_detached, walk(function.body))):
        return function
    return replace(function, body=_Detaching(types, found).block(function.body, inside=False))


class _Detaching:
    """One walk over the function, in and out of the blocks."""

    def __init__(self, types: Types, found: DiagnosticList) -> None:
        self.types = types
        self.found = found
        self.stands_for: dict[Atom, Atom] = {}  # the results of the statements that are gone

    def atom(self, atom: Atom) -> Atom:
        return self.stands_for.get(atom, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block, inside: bool) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if is_detached(stmt):
                assert isinstance(stmt, With)
                body = self.block(stmt.body, inside=True)
                stmts += body.stmts
                self.stands_for.update(zip(stmt.results, body.yields, strict=True))
            else:
                mapped = map_atoms(stmt, self.atom, lambda b: self.block(b, inside))
                stmts += self.detached(mapped) if inside else [mapped]
        return Block(tuple(stmts), tuple(map(self.atom, block.yields)))

    def detached(self, stmt: Stmt) -> list[Stmt]:
        """A statement of a block, with what it reads detached before it. What a loop carries, and
        what a store changes, is no more than another name for what it was."""
        made: list[Stmt] = []
        if isinstance(stmt, Call) and is_update(stmt) and stmt.fn not in IN_PLACE:
            return self.update(stmt)
        if isinstance(stmt, For):
            sources = tuple(map_source(s, lambda a: self.constant(a, made)) for s in stmt.sources)
            return [*made, replace(stmt, sources=sources)]
        if isinstance(stmt, While):
            return [stmt]
        new = map_atoms(stmt, lambda a: self.constant(a, made), lambda b: b)
        return [*made, new]

    def constant(self, atom: Atom, made: list[Stmt]) -> Atom:
        """A value without its derivative; `made` receives the call."""
        if not isinstance(atom, Var) or not may_carry_derivative(atom_type(self.types, atom)):
            return atom
        return self.make(detach, (atom,), made, atom_type(self.types, atom))

    def update(self, call: Call) -> list[Stmt]:
        """A store: what is stored is constant, and so is the sum of it and what stood there."""
        made: list[Stmt] = []
        whole, *rest = call.operands
        rest = [self.constant(a, made) for a in rest]
        fn: Any = call.fn
        fn, views = (fn.fn, fn.views) if isinstance(fn, Through) else (fn, ())
        if fn is updates.add_at:
            self.found.add(
                "elements are added to in no_grad() by indices that may repeat", call.origin,
                "what of their sum is constant is not known", "compute the array as a whole: a = a + np.bincount(...)",
            )
        if fn is updates.increment:
            part = whole
            for view, operands in Through(fn, views).parts((whole, *rest))[1]:
                args, kwargs = view.split(operands)
                part = self.make(view.fn, (part, *args), made, kwargs=kwargs)
            part = self.make(operator.getitem, (part, rest[-2]), made)
            rest[-1] = self.constant(self.make(operator.add, (part, rest[-1]), made), made)
            fn = updates.update
        return [*made, replace(call, fn=Through(fn, views) if views else fn, args=(whole, *rest), kwargs=())]

    def make(
        self, fn: Any, args: tuple[Atom, ...], made: list[Stmt], type_: Type | None = None,
        kwargs: tuple[tuple[str, Atom], ...] = (),
    ) -> Var:
        """A new value by one more call."""
        result = Var("", next((a.origin for a in args if isinstance(a, Var)), None))
        made.append(Call((result,), fn, args, kwargs, result.origin))
        given = [atom_type(self.types, a) for a in args]
        self.types[result] = type_ or infer_call(fn, given, {k: atom_type(self.types, a) for k, a in kwargs})
        return result
