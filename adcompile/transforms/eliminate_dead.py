"""Drop what nobody reads: statements, results of branches, carried values of loops.

relies on: nothing.  ensures: everything that is left is needed or has an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from adcompile.analyses.needs import has_effect, needed_values
from adcompile.ir.nodes import Block, For, Function, If, Loop, Stmt, Var, While, With
from adcompile.ir.traverse import results_of

T = TypeVar("T")


def eliminate_dead(function: Function) -> Function:
    """The function without what is not needed."""
    needed = needed_values(function.body)
    return replace(function, body=_block(function.body, needed))


def _block(block: Block, needed: set[Var]) -> Block:
    stmts = []
    for stmt in block.stmts:
        if any(v in needed for v in results_of(stmt)) or has_effect(stmt):
            stmts.append(_stmt(stmt, needed))
    return Block(tuple(stmts), block.yields)


def _stmt(stmt: Stmt, needed: set[Var]) -> Stmt:
    if isinstance(stmt, If):
        keep = [r in needed for r in stmt.results]
        sides = [
            Block(_block(b, needed).stmts, _kept(b.yields, keep)) for b in (stmt.then, stmt.orelse)
        ]
        return replace(stmt, then=sides[0], orelse=sides[1], results=_kept(stmt.results, keep))
    if isinstance(stmt, (For, While)):
        return _loop(stmt, needed)
    if isinstance(stmt, With):
        keep = [r in needed for r in stmt.results]
        body = Block(_block(stmt.body, needed).stmts, _kept(stmt.body.yields, keep))
        return replace(stmt, body=body, results=_kept(stmt.results, keep))
    return stmt


def _loop(loop: Loop, needed: set[Var]) -> Loop:
    keep = [
        p in needed or r in needed or i == loop.stop
        for i, (p, r) in enumerate(zip(loop.params, loop.results, strict=True))
    ]
    stop = None if loop.stop is None else sum(keep[: loop.stop])
    body = Block(_block(loop.body, needed).stmts, _kept(loop.body.yields, keep))
    new = replace(
        loop,
        params=_kept(loop.params, keep),
        inits=_kept(loop.inits, keep),
        results=_kept(loop.results, keep),
        body=body,
        stop=stop,
    )
    if isinstance(new, While):
        return replace(new, head=_block(new.head, needed))
    return new


def _kept(items: Sequence[T], keep: Sequence[bool]) -> tuple[T, ...]:
    return tuple(item for item, kept in zip(items, keep, strict=True) if kept)
