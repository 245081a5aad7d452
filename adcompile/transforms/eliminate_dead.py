"""Drop what nobody reads: statements, results of branches, carried values of loops.

relies on: nothing.  ensures: everything that is left is needed or has an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from adcompile.analyses.needs import Needs
from adcompile.ir.nodes import Block, For, Function, If, Loop, Stmt, While, With

T = TypeVar("T")


def eliminate_dead(function: Function) -> Function:
    """The function without what is not needed."""
    needs = Needs(function.body)
    return replace(function, body=_block(function.body, needs))


def _block(block: Block, needs: Needs) -> Block:
    stmts = []
    for stmt in block.stmts:
        if needs.is_needed(stmt):
            stmts.append(_stmt(stmt, needs))
    return Block(tuple(stmts), block.yields)


def _stmt(stmt: Stmt, needs: Needs) -> Stmt:
    if isinstance(stmt, If):
        keep = [r in needs.found for r in stmt.results]
        sides = [
            Block(_block(b, needs).stmts, _kept(b.yields, keep)) for b in (stmt.then, stmt.orelse)
        ]
        return replace(stmt, then=sides[0], orelse=sides[1], results=_kept(stmt.results, keep))
    if isinstance(stmt, (For, While)):
        return _loop(stmt, needs)
    if isinstance(stmt, With):
        keep = [r in needs.found for r in stmt.results]
        body = Block(_block(stmt.body, needs).stmts, _kept(stmt.body.yields, keep))
        return replace(stmt, body=body, results=_kept(stmt.results, keep))
    return stmt


def _loop(loop: Loop, needs: Needs) -> Loop:
    keep = [
        p in needs.found or r in needs.found or i == loop.stop
        for i, (p, r) in enumerate(zip(loop.params, loop.results, strict=True))
    ]
    stop = None if loop.stop is None else sum(keep[: loop.stop])
    body = Block(_block(loop.body, needs).stmts, _kept(loop.body.yields, keep))
    new = replace(
        loop,
        params=_kept(loop.params, keep),
        inits=_kept(loop.inits, keep),
        results=_kept(loop.results, keep),
        body=body,
        stop=stop,
    )
    if isinstance(new, While):
        return replace(new, head=_block(new.head, needs))
    return new


def _kept(items: Sequence[T], keep: Sequence[bool]) -> tuple[T, ...]:
    return tuple(item for item, kept in zip(items, keep, strict=True) if kept)
