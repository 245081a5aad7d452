"""Drop what nobody reads: statements, results of branches, carried values of loops.

relies on: nothing.  ensures: everything that is left is needed or has an effect.
"""

from __future__ import annotations

from dataclasses import replace

from adcompile.analyses.needs import Needs
from adcompile.ir.handed_on import hand_on
from adcompile.ir.nodes import Block, Function


def eliminate_dead(function: Function) -> Function:
    """The function without what is not needed."""
    needs = Needs(function.body)
    return replace(function, body=_block(function.body, needs))


def _block(block: Block, needs: Needs) -> Block:
    stmts = (hand_on(s, needs.found, lambda b: _block(b, needs)) for s in block.stmts if needs.is_needed(s))
    return Block(tuple(stmts), block.yields)
