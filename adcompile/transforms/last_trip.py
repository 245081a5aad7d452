"""What can hold in the last trip of a loop only: the conditions of `break` and `return`.

Going through the trips backwards, such a condition needs no record. Whether it held in the
last trip is known after the loop, and in all other trips it did not hold.

relies on: nothing.  ensures: a set of values, each false in every trip but the last.
"""

from __future__ import annotations

from adcompile.ir.nodes import TRUE, UNDEF, Atom, Block, For, If, Loop, Var, While, same_atom
from adcompile.ir.traverse import results_of


def last_trip_conditions(loop: Loop) -> set[Var]:
    """The flag that ends a loop, and the conditions that make it true."""
    if loop.stop is None:
        return set()
    found: set[Var] = set()
    _add(loop.body, loop.body.yields[loop.stop], found)
    return found


def _add(block: Block, flag: Atom, found: set[Var]) -> None:
    """Add a flag that a block computes, and what makes it true whenever the block runs."""
    if not isinstance(flag, Var) or not any(flag in results_of(s) for s in block.stmts):
        return
    found.add(flag)
    for stmt in block.stmts:
        if not isinstance(stmt, If) or flag not in stmt.results:
            continue
        position = stmt.results.index(flag)
        if same_atom(stmt.then.yields[position], TRUE):
            _add(block, stmt.cond, found)
        for side in (stmt.then, stmt.orelse):
            _add(side, side.yields[position], found)


def is_set_last(loop: Loop, position: int) -> bool:
    """Whether a carried value is set in the last trip only, as by a `return` in a loop.

    If it has no value before the loop, its cotangent may stay what it is all through the
    reverse loop, as only the first trip of that reads it."""
    if loop.stop is None:
        return False
    conditions, param = last_trip_conditions(loop), loop.params[position]

    def passes(atom: Atom, block: Block) -> bool:
        """Whether a block hands the value on as it was, unless the trip is the last."""
        if atom is param or atom is UNDEF:
            return True
        made = next((s for s in block.stmts if atom in results_of(s)), None)
        if isinstance(made, (For, While)):
            i = made.results.index(atom)
            ends = made.stop is not None and made.results[made.stop] in conditions
            return ends and made.inits[i] is UNDEF and is_set_last(made, i)
        if not isinstance(made, If):
            return False
        i = made.results.index(atom)
        sides = (made.orelse,) if made.cond in conditions else (made.then, made.orelse)
        return all(passes(side.yields[i], side) for side in sides)

    return passes(loop.body.yields[position], loop.body)


__all__ = ["is_set_last", "last_trip_conditions"]
