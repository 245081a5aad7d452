"""Compute from an item of a cotangent before the item is cleared.

    g = x_bar[1:-1]                              g = x_bar[1:-1] / 3
    x_bar[1:-1] = 0.0                            x_bar[1:-1] = 0.0
    h = g / 3

A view that is read after the store would have to be a copy. What is computed from it alone,
or with what is there already, is computed at once.

relies on: reverse.  ensures: the same values.
"""

from __future__ import annotations

import operator

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.inference.registry import ELEMENTWISE
from adcompile.ir.callables import canonical, is_update
from adcompile.ir.nodes import Attribute, Block, Call, Method, Stmt, Syntax, Var
from adcompile.ir.traverse import atoms_of, blocks_of, map_atoms, results_of, uses_of, walk
from adcompile.ir.types import Scalar


def read_before_stores(block: Block, types: Types) -> Block:
    """The block with what reads an item of an updated value moved before the update."""
    counts: dict[Var, int] = {}
    yields = [a for s in walk(block) for b in blocks_of(s) for a in b.yields]
    for atom in (*(a for s in walk(block) for a in atoms_of(s)), *yields, *block.yields):
        if isinstance(atom, Var):
            counts[atom] = counts.get(atom, 0) + 1

    once = {v for v, n in counts.items() if n == 1 and not isinstance(types.get(v), Scalar)}

    def moved(b: Block) -> Block:
        stmts = [map_atoms(s, lambda a: a, moved) for s in b.stmts]
        position = 0
        while position < len(stmts):
            stmt = stmts[position]
            if isinstance(stmt, Call) and is_update(stmt):
                position += _bring_up(stmts, position, stmt, once)
            position += 1
        return Block(tuple(stmts), b.yields)

    return moved(block)


def _bring_up(stmts: list[Stmt], position: int, store: Call, once: set[Var]) -> int:
    """Move what may be computed before a store; how many statements were. `once` are the values
    that may be views, and that one statement reads."""
    views = [
        s.result
        for s in stmts[:position]
        if isinstance(s, Call)
        and s.fn is operator.getitem
        and s.operands[0] is store.operands[0]
        and s.result in once
    ]
    brought = 0
    for view in views:
        reader = next((i for i in range(position + 1, len(stmts)) if view in uses_of(stmts[i])), None)
        if reader is None or not _computes(stmts[reader]):
            continue
        between = {v for s in stmts[position:reader] for v in results_of(s)}
        if between.isdisjoint(uses_of(stmts[reader])):
            stmts.insert(position, stmts.pop(reader))
            position += 1
            brought += 1
    return brought


def _computes(stmt: Stmt) -> bool:
    """Whether a statement is arithmetic, whose result has memory of its own."""
    if not isinstance(stmt, Call) or isinstance(stmt.fn, (Method, Attribute, Syntax)):
        return False
    meant = canonical(stmt.fn)
    return isinstance(meant, np.ufunc) or meant in ELEMENTWISE


__all__ = ["read_before_stores"]
