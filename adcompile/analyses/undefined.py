"""On which side of a branch a value is not defined.

relies on: nothing.  ensures: nothing computes with a value where it is said to be undefined.
"""

from __future__ import annotations

from adcompile.ir.callables import is_update
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, If, Var
from adcompile.ir.traverse import walk

Side = tuple[Atom, bool]


def undefined_sides(body: Block) -> dict[Var, set[Side]]:
    """For each value that some side of a branch leaves undefined: the conditions, and whether it
    is so where they are true."""
    found: dict[Var, set[Side]] = {}
    for stmt in walk(body):
        if isinstance(stmt, Call) and is_update(stmt):
            found[stmt.result] = found.get(stmt.operands[0], set())  # type: ignore[arg-type]
        elif isinstance(stmt, If):
            for i, result in enumerate(stmt.results):
                ends = (stmt.then.yields[i], True), (stmt.orelse.yields[i], False)
                sides = {(stmt.cond, side) for end, side in ends if end is UNDEF}
                for end, side in ends:
                    known = found.get(end, set()) if isinstance(end, Var) else set()
                    sides |= known & {(stmt.cond, side)}
                found[result] = sides
    return {var: sides for var, sides in found.items() if sides}
