"""Give the reverse sweep arrays where the program has `a.flat`.

`a.flat` is an iterator, which NumPy's functions take for the array of its elements: the program's
own statements keep it. The rules are written for arrays, and read `np.ravel(a)` for it; an element
of it is read as it is, whatever the size and the order of the memory of `a`.

relies on: reverse.  ensures: an iterator is read for its elements alone.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.ir.callables import FLAT
from adcompile.ir.nodes import Atom, Block, Call, Stmt, Var
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import UNKNOWN


def flat_arrays(backward: Block, forward: Sequence[Stmt], types: Types) -> Block:
    """The reverse sweep `backward` of `forward`, with arrays for iterators."""
    stmts = (s for b in (Block(tuple(forward)), backward) for s in walk(b))
    flat = {s.result: s.operands[0] for s in stmts if isinstance(s, Call) and s.fn == FLAT}
    return _Arrays(flat, types).block(backward) if flat else backward


class _Arrays:
    """One walk over the reverse sweep; `flat` are the iterators, with what they go over."""

    def __init__(self, flat: dict[Var, Atom], types: Types) -> None:
        self.flat = flat
        self.types = types

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            made: list[Stmt] = []

            def array(atom: Atom, made: list[Stmt] = made) -> Atom:
                if not isinstance(atom, Var) or atom not in self.flat:
                    return atom
                value = Var("", atom.origin)
                self.types[value] = self.types.get(atom, UNKNOWN)
                made.append(Call((value,), np.ravel, (self.flat[atom],), origin=atom.origin))
                return value

            if isinstance(stmt, Call) and stmt.fn is operator.getitem and stmt.operands[0] in self.flat:
                new: Stmt = replace(stmt, args=(stmt.operands[0], array(stmt.operands[1])))
            else:
                new = map_atoms(stmt, array, self.block)
            stmts += [*made, new]
        return Block(tuple(stmts), block.yields)
