"""Write loops over a reversed sequence as loops over its indices, last first.

    for a, b in reversed(tape):         for k in range(len(tape) - 1, -1, -1):
                                            a, b = tape[k]

relies on: place_residuals.  ensures: no source is backwards.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import Atom, Block, Call, Const, Each, For, Function, Range, Source, Stmt, Var
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import INT
from adcompile.transforms.build import Builder


def count_down(function: Function, types: Types) -> Function:
    """The function with every loop over something reversed counting down."""
    ranges = {s.result: s.args for s in walk(function.body) if isinstance(s, Call) and s.fn is range}

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            if isinstance(new, For) and any(isinstance(s, Each) and s.backwards for s in new.sources):
                stmts += counting(new)
            else:
                stmts.append(new)
        return Block(tuple(stmts), b.yields)

    def counting(loop: For) -> list[Stmt]:
        before, inside = Builder(types, "count"), Builder(types, "count")
        before.origin = inside.origin = loop.origin
        items: list[Var] = []
        sources: list[Source] = []
        reads: list[Stmt] = []
        for item, source in zip(loop.items, loop.sources, strict=True):
            if not (isinstance(source, Each) and source.backwards):
                items.append(item)
                sources.append(source)
                continue
            bounds = bounds_of(source.sequence)
            if bounds is not None:
                items.append(item)
                sources.append(backwards(source.sequence, bounds, before))
                continue
            items.append(inside.new("k", INT))
            reads.append(Call((item,), operator.getitem, (source.sequence, items[-1]), origin=loop.origin))
            stop = before.call(len, source.sequence)
            sources.append(Range(before.call(operator.sub, stop, Const(1)), Const(-1), Const(-1)))
        body = Block((*reads, *loop.body.stmts), loop.body.yields)
        return [*before.stmts, replace(loop, items=tuple(items), sources=tuple(sources), body=body)]

    def bounds_of(sequence: Atom) -> Sequence[Any] | None:
        """The arguments of `range`, if a sequence is one."""
        if isinstance(sequence, Var):
            return ranges.get(sequence)
        known = sequence.value
        return tuple(map(Const, (known.start, known.stop, known.step))) if isinstance(known, range) else None

    return replace(function, body=block(function.body))


def backwards(whole: Atom, bounds: Sequence[Any], b: Builder) -> Range:
    """A range of these bounds, backwards."""
    start = bounds[0] if len(bounds) > 1 else Const(0)
    stop = bounds[1] if len(bounds) > 1 else bounds[0]
    if len(bounds) < 3 or (isinstance(bounds[2], Const) and bounds[2].value == 1):
        return Range(b.call(operator.sub, stop, Const(1)), b.call(operator.sub, start, Const(1)), Const(-1))
    step = bounds[2]
    trips = b.call(operator.sub, b.call(len, whole), Const(1))
    last = b.call(operator.add, start, b.call(operator.mul, trips, step))
    return Range(last, b.call(operator.sub, start, step), b.call(operator.neg, step))
