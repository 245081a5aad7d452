"""Simplify the program before it is differentiated, exactly: no result changes by a bit.

What is known at compile time is computed, branches that cannot be taken go, the same
computation is made once, and an in-place operator on a value that is not shared is the
plain operator (`total += x` is `total = total + x`).

relies on: infer.  ensures: the same values, with the same names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import IN_PLACE
from adcompile.ir.nodes import (
    FALSE,
    TRUE,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Method,
    Opaque,
    Star,
    Stmt,
    Syntax,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import map_source, substitute
from adcompile.ir.types import Array, Scalar, kind_of
from adcompile.ir.visitor import Visitor
from adcompile.runtime.checks import require_shape
from adcompile.runtime.structures import make_tuple, unpack
from adcompile.transforms.build import Builder
from adcompile.transforms.eliminate_dead import eliminate_dead


def simplify(function: Function, types: Types) -> Function:
    """The simplified function; `types` receives the types of new values."""
    simplifier = _Simplifier(types)
    body = simplifier.block(function.body)
    return eliminate_dead(replace(function, body=body))


class _Simplifier(Visitor):
    def __init__(self, types: Types) -> None:
        self.b = Builder(types, "simplify")
        self.b.in_order = True
        self.values: dict[Var, Atom] = {}
        self.decided: dict[Var, Atom] = {}  # the conditions of the branches that are looked at

    def atom(self, atom: Atom) -> Atom:
        return self.values.get(atom, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block) -> Block:
        with self.b.nested() as stmts:
            for stmt in block.stmts:
                self.stmt(stmt)
            yields = tuple(self.flag(self.atom(a)) for a in block.yields)
        return Block(tuple(stmts), yields)

    def flag(self, atom: Atom) -> Atom:
        """What a condition is known to be within its own branch."""
        return self.decided.get(atom, atom) if isinstance(atom, Var) else atom

    def side(self, block: Block, cond: Atom, holds: Atom) -> Block:
        """A side of a branch, in which a flag is known to hold, or not to."""
        if not isinstance(cond, Var) or self.b.type_of(cond) != Scalar("bool"):
            return self.block(block)
        before, self.decided = self.decided, {**self.decided, cond: holds}
        try:
            return self.block(block)
        finally:
            self.decided = before

    def inline(self, block: Block) -> tuple[Atom, ...]:
        for stmt in block.stmts:
            self.stmt(stmt)
        return tuple(map(self.atom, block.yields))

    def stmt(self, stmt: Stmt) -> None:
        self.b.origin = stmt.origin
        super().stmt(stmt)

    def region(self, stmt: With) -> None:
        self.b.emit(replace(stmt, context=self.atom(stmt.context), body=self.block(stmt.body)))

    def opaque(self, stmt: Opaque) -> None:
        self.b.emit(replace(stmt, reads=tuple((n, self.atom(a)) for n, a in stmt.reads)))

    def are_alike(self, a: Atom, b: Atom) -> bool:
        """Whether two values certainly have one shape."""
        shape = shape_of(self.b.type_of(a))
        return same_atom(a, b) or (shape is not None and shape == shape_of(self.b.type_of(b)))

    def call(self, call: Call) -> None:
        args = tuple(Star(self.atom(a.value)) if isinstance(a, Star) else self.atom(a) for a in call.args)
        kwargs = tuple((k, self.atom(a)) for k, a in call.kwargs)
        if call.fn is unpack and isinstance(args[0], Var):
            made = self.b.definition(args[0], make_tuple)
            if made is not None and len(made.args) == len(call.results):
                self.values.update(zip(call.results, made.operands, strict=True))
                return
        if call.fn is require_shape and self.are_alike(*map(self.atom, call.operands)):
            return
        if len(call.results) != 1 or call.kept:
            self.b.emit(replace(call, args=args, kwargs=kwargs))
            return
        fn = call.fn
        if not isinstance(fn, (Syntax, Method, Attribute)) and fn in IN_PLACE and self.is_plain(fn, call):
            fn = IN_PLACE[fn]
        before = len(self.b.stmts)
        value = self.b.call(fn, *args, kwargs=kwargs)
        last = self.b.stmts[-1] if len(self.b.stmts) > before else None
        if isinstance(last, Call) and last.results[0] is value:
            self.b.keep(last, call.result)
        else:
            self.values[call.result] = value
            if isinstance(value, Const):
                self.b.types.pop(call.result, None)

    def is_plain(self, fn: Any, call: Call) -> bool:
        """Whether an in-place operator gives what the plain one gives."""
        operands = [self.b.type_of(self.atom(a)) for a in call.operands]
        before, after = operands[0], infer_call(IN_PLACE[fn], operands, {})
        if isinstance(before, Scalar):
            return True
        return isinstance(before, Array) and before == after and "?" not in before.dtype and before.shape is not None

    def branch(self, stmt: If) -> None:
        cond = self.flag(self.atom(stmt.cond))
        truth = self.b.truth(cond)
        if truth is not None:
            taken = self.inline(stmt.then if truth else stmt.orelse)
            self.values.update(zip(stmt.results, taken, strict=True))
            return
        then, orelse = self.side(stmt.then, cond, TRUE), self.side(stmt.orelse, cond, FALSE)
        is_flag = isinstance(self.b.type_of(cond), Scalar) and kind_of(self.b.type_of(cond).dtype) == "bool"  # type: ignore[attr-defined]
        keep: list[int] = []
        for i, result in enumerate(stmt.results):
            if same_atom(then.yields[i], orelse.yields[i]):
                self.values[result] = then.yields[i]
                continue
            if is_flag and same_atom(then.yields[i], TRUE) and same_atom(orelse.yields[i], FALSE):
                self.values[result] = cond
                continue
            twin = next((j for j in keep if _alike(then, i, j) and _alike(orelse, i, j)), None)
            if twin is None:
                keep.append(i)
            else:
                self.values[result] = stmt.results[twin]
        then = Block(then.stmts, tuple(then.yields[i] for i in keep))
        orelse = Block(orelse.stmts, tuple(orelse.yields[i] for i in keep))
        if len(keep) == 1:  # `a or b` and `a and b` stay so
            given = (self.atom(side.yields[keep[0]]) for side in (stmt.then, stmt.orelse))
            sides = zip((then, orelse), given, strict=True)
            then, orelse = (replace(b, yields=(cond,)) if a is cond and not b.stmts else b for b, a in sides)
        results = tuple(stmt.results[i] for i in keep)
        self.b.emit(replace(stmt, cond=cond, then=then, orelse=orelse, results=results))

    def loop(self, loop: For | While) -> None:
        # A carried value that no trip changes is the value from before the loop.
        keep = [i for i, p in enumerate(loop.params) if loop.body.yields[i] is not p or i == loop.stop]
        for i, param in enumerate(loop.params):
            if i not in keep:
                self.values[param] = self.values[loop.results[i]] = self.atom(loop.inits[i])
        stop = None if loop.stop is None else keep.index(loop.stop)
        inits = tuple(self.atom(loop.inits[i]) for i in keep)
        params, results = tuple(loop.params[i] for i in keep), tuple(loop.results[i] for i in keep)
        kept = Block(loop.body.stmts, tuple(loop.body.yields[i] for i in keep))
        if isinstance(loop, While):
            head, body = self.block(loop.head), self.block(kept)
            new: For | While = replace(
                loop, head=head, body=body, inits=inits, params=params, results=results, stop=stop
            )
        else:
            sources = tuple(map_source(s, self.atom) for s in loop.sources)
            body = self.block(kept)
            new = replace(loop, sources=sources, body=body, inits=inits, params=params, results=results, stop=stop)
        self.b.emit(self.without_twins(new))

    def without_twins(self, loop: For | While) -> For | While:
        """Carried values that begin alike and go on alike are one (a flag for return, one for stop)."""
        keep: list[int] = []
        merged: dict[Var, Atom] = {}
        for i, param in enumerate(loop.params):
            twin = next((j for j in keep if same_atom(loop.inits[i], loop.inits[j]) and _alike(loop.body, i, j)), None)
            if twin is None or i == loop.stop:
                keep.append(i)
            else:
                merged[param] = loop.params[twin]
                self.values[loop.results[i]] = loop.results[twin]
        if not merged:
            return loop
        body = substitute(Block(loop.body.stmts, tuple(loop.body.yields[i] for i in keep)), merged)
        parts = {
            "params": tuple(loop.params[i] for i in keep),
            "inits": tuple(loop.inits[i] for i in keep),
            "results": tuple(loop.results[i] for i in keep),
            "stop": None if loop.stop is None else keep.index(loop.stop),
            "body": body,
        }
        if isinstance(loop, While):
            return replace(loop, head=substitute(loop.head, merged), **parts)  # type: ignore[arg-type]
        return replace(loop, **parts)  # type: ignore[arg-type]


def _alike(block: Block, i: int, j: int) -> bool:
    return same_atom(block.yields[i], block.yields[j])
