"""Which operands a call asks for their shape and dtype, and for nothing else.

relies on: nothing.  ensures: what is read of such an operand is the same for any other value
of its shape and dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Block, Call, FunctionRef, Syntax, Var
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.runtime import broadcasting, tangents

SHAPES = frozenset([np.shape, np.size, np.ndim, len])  # the dtype does not matter
LIKE = frozenset(
    [np.zeros_like, np.ones_like, np.empty_like, np.full_like, broadcasting.zeros_like, tangents.zero_tangent]
)
LIKE_SECOND = frozenset([broadcasting.unbroadcast, broadcasting.match_dtype, tangents.spread])


def asked_for_shape(call: Call) -> tuple[int, ...]:
    """The positions of the operands that a call asks for their shape or dtype alone."""
    fn: Any = call.fn
    if isinstance(fn, FunctionRef):
        return fn.shapes
    if isinstance(fn, (Syntax, type)) or not call.operands:
        return ()
    try:
        meant = canonical(fn)
        if fn in LIKE_SECOND:
            return (1,)
        return (0,) if meant in SHAPES or meant in LIKE else ()
    except TypeError:  # an unhashable callable of the user's
        return ()


def asks_dtype(call: Call) -> bool:
    """Whether a call that asks for a shape asks for the dtype as well."""
    return canonical(call.fn) not in SHAPES


def read_for_more_in(block: Block) -> set[Var]:
    """The values of which a block reads more than the shape."""
    found = {a for a in block.yields if isinstance(a, Var)}
    for stmt in walk(block):
        asked = asked_for_shape(stmt) if isinstance(stmt, Call) else ()
        found.update(a for i, a in enumerate(atoms_of(stmt)) if isinstance(a, Var) and i not in asked)
        found.update(a for inner in blocks_of(stmt) for a in inner.yields if isinstance(a, Var))
    return found


__all__ = ["asked_for_shape", "asks_dtype", "read_for_more_in"]
