"""Compute with what was taken from a part of an array before a store changes the part.

The reverse sweep of a store takes the part's cotangent, stores zeros, and computes with what it
took. The store goes behind the calls that do: no copy of the part is needed, and no name.

    g = a_bar[i]; a_bar[i] = 0.0; s_bar = g / t        s_bar = a_bar[i] / t; a_bar[i] = 0.0

relies on: nothing.  ensures: the same values; a store moves down, over pure calls of its line.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TypeGuard

from adcompile.analyses.effects import is_pure
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Block, Call, Function, Stmt, Var
from adcompile.ir.traverse import map_atoms, walk
from adcompile.runtime.broadcasting import unbroadcast


def read_before_store(function: Function) -> Function:
    """The function with each store behind what reads the part that it changes."""
    if not any(_is_store(s) for s in walk(function.body)):
        return function
    return replace(function, body=_block(function.body))


def _block(block: Block) -> Block:
    stmts = [map_atoms(s, lambda a: a, _block) for s in block.stmts]
    for at in range(len(stmts) - 1, -1, -1):
        stmt = stmts[at]
        if _is_store(stmt):
            end = _last_reader(stmt, stmts, at)
            stmts[at : end + 1] = [*stmts[at + 1 : end + 1], stmt]
    return Block(tuple(stmts), block.yields)


def _is_store(stmt: Stmt) -> TypeGuard[Call]:
    """Whether a statement is a store of the reverse sweep."""
    return isinstance(stmt, Call) and is_update(stmt) and _line(stmt) is not None


def _last_reader(store: Call, stmts: list[Stmt], at: int) -> int:
    """The position of the last call of the store's line that reads what was taken before it,
    if the store may go there; else the store's own."""
    target = store.operands[0]
    taken: set[Var] = set()
    for stmt in stmts[:at]:
        if not isinstance(stmt, Call):
            continue
        is_part = stmt.fn is operator.getitem and stmt.operands[0] is target
        if is_part or (stmt.fn is unbroadcast and stmt.operands[0] in taken):
            taken.update(stmt.results)
    last = at
    for position, stmt in enumerate(stmts[at + 1 :], at + 1):
        if not isinstance(stmt, Call) or not is_pure(stmt) or is_update(stmt) or store.result in stmt.operands:
            break
        if _line(stmt) != _line(store):
            break
        if not taken.isdisjoint(stmt.operands):
            taken.update(stmt.results)
            last = position
    return last


def _line(call: Call) -> tuple[str, int] | None:
    """The line that a call of the reverse sweep reverses."""
    origin = call.origin
    return (origin.file, origin.line) if origin is not None and origin.reverse else None
