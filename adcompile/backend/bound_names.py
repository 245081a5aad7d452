"""Which names are bound to None where their values are not there yet.

A value that some path does not define may be handed on to one of another name all the same: then
that is an assignment, and Python reads a name that may never have been bound. Nothing computes
with what is read there.

relies on: names.  ensures: an assignment that hands a value on finds its name bound.
"""

from __future__ import annotations

from adcompile.analyses.infer import Types
from adcompile.analyses.unbound import Unbound
from adcompile.backend.names import Names
from adcompile.ir.nodes import UNDEF, Atom, For, Function, If, Var, While, With
from adcompile.ir.traverse import walk


def names_to_bind(function: Function, types: Types, names: Names) -> frozenset[str]:
    """The names that hold None on the paths that do not define their values."""
    handed_on: dict[Var, tuple[Atom, ...]] = {}  # to each value by what comes before it
    taken: list[tuple[Var, Var]] = []  # by a trip, from the name that is carried
    for stmt in walk(function.body):
        if isinstance(stmt, If):
            sides = [b for b in (stmt.then, stmt.orelse) if not b.leaves]
            handed_on |= {r: tuple(b.yields[i] for b in sides) for i, r in enumerate(stmt.results)}
        elif isinstance(stmt, (For, While)):
            handed_on |= dict(zip(stmt.results, zip(stmt.inits, stmt.body.yields, strict=True), strict=True))
            taken += zip(stmt.params, stmt.results, strict=True)
        elif isinstance(stmt, With):
            handed_on |= {r: (a,) for r, a in zip(stmt.results, stmt.body.yields, strict=True)}
    if not any(a is UNDEF for atoms in handed_on.values() for a in atoms):
        return frozenset()
    unbound = Unbound(function.body, types)
    maybe = unbound.maybe
    found: set[Var] = set()
    pending = [r for p, r in taken if p in maybe and renamed(names, p, r)]
    result_of = dict(taken)
    for use in unbound.uses:
        into = None if use.into is None else result_of.get(use.into, use.into)
        if into is not None and renamed(names, into, use.atom) and not unbound.is_bound(use.atom, use.known):
            pending.append(use.atom)
    while pending:
        var = pending.pop()
        if var not in found:
            found.add(var)
            pending += [a for a in handed_on.get(var, ()) if isinstance(a, Var) and a in maybe]
    return frozenset(names[v] for v in found)


def renamed(names: Names, to: Var, atom: Atom) -> bool:
    """Whether what is handed on has another name there."""
    return isinstance(atom, Var) and atom in names and to in names and names[to] != names[atom]
