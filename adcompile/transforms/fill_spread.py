"""Fill an array with a number that is spread over a shape.

While the reverse sweep is built, a spread cotangent stays a number as long as broadcasting does
the same (`algebra`). What is left is needed as an array. `np.full` makes one faster than
`np.broadcast_to` makes a view, and what it makes may be changed in place.

    np.broadcast_to(s, x.shape)        np.full(x.shape, s)

relies on: arrange.  ensures: the same cotangents.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import Block, Call, Stmt, Var
from adcompile.ir.traverse import map_atoms
from adcompile.ir.types import Scalar


def fill_spread(block: Block, types: Types) -> Block:
    """A block in which numbers are not broadcast to arrays, but fill them."""

    def stmt(s: Stmt) -> Stmt:
        if not isinstance(s, Call):
            return map_atoms(s, lambda a: a, lambda b: fill_spread(b, types))
        if s.fn is not np.broadcast_to or len(s.operands) != 2 or s.kwargs:
            return s
        value, shape = s.operands
        known = isinstance(types.get(value), Scalar) if isinstance(value, Var) else type(value.value) in (int, float)
        return replace(s, fn=np.full, args=(shape, value)) if known else s

    return Block(tuple(map(stmt, block.stmts)), block.yields)
