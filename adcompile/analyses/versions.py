"""The values that a caller's object has, one after the other, while a function changes it.

relies on: follow_stores.  ensures: for each object that is written back, all values on the way.
"""

from __future__ import annotations

from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, For, If, Var, While, With, WriteBack
from adcompile.ir.traverse import walk


def versions_of_inputs(body: Block) -> dict[Var, Var]:
    """For each value that an input's object has in turn, the input."""
    return _versions(body)[0]


def written_elsewhere(body: Block) -> set[Var]:
    """The inputs whose last value comes, on some path, from another object, such as a copy."""
    return _versions(body)[1]


def sources_in_trip(body: Block) -> dict[Var, list[Atom]]:
    """What each value takes its memory over from, if updates happen in place: of the start of a
    loop's trip, what it was before the loop."""
    sources: dict[Var, list[Atom]] = {}
    for stmt in walk(body):
        if isinstance(stmt, Call) and is_update(stmt):
            sources[stmt.result] = [stmt.operands[0]]
        elif isinstance(stmt, If):
            for i, result in enumerate(stmt.results):
                sources[result] = [stmt.then.yields[i], stmt.orelse.yields[i]]
        elif isinstance(stmt, (For, While)):
            for i, (param, result) in enumerate(zip(stmt.params, stmt.results, strict=True)):
                sources[param] = [stmt.inits[i]]
                sources[result] = [stmt.inits[i], stmt.body.yields[i]]
        elif isinstance(stmt, With):
            sources.update((r, [a]) for r, a in zip(stmt.results, stmt.body.yields, strict=True))
    return sources


def _versions(body: Block) -> tuple[dict[Var, Var], set[Var]]:
    final = {s.fn.of: s.operands[0] for s in walk(body) if isinstance(s, Call) and isinstance(s.fn, WriteBack)}
    if not final:
        return {}, set()
    sources = sources_in_trip(body)
    for stmt in walk(body):
        if isinstance(stmt, (For, While)):
            for param, result, after in zip(stmt.params, stmt.results, stmt.body.yields, strict=True):
                sources[param].append(after)
                sources[result] = [param]
    found: dict[Var, Var] = {}
    elsewhere: set[Var] = set()
    for start, last in final.items():
        pending = [last]
        while pending:
            atom = pending.pop()
            if isinstance(atom, Var) and atom not in found:
                found[atom] = start
                if atom is not start:
                    pending += sources.get(atom, ())
                    elsewhere.update([] if atom in sources else [start])
    return found, elsewhere
