"""Bind names to None where a path leaves them unbound and something reads them before it is known
that they are bound.

A copy that stands before a loop is made on every path; the program itself reads the name on the
paths that bind it.

relies on: unbound.  ensures: the values that were asked for are bound on every path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adcompile.analyses.unbound import Unbound
from adcompile.ir.nodes import NONE, UNDEF, Atom, Block, For, If, Stmt, Var, While
from adcompile.ir.traverse import map_atoms


def bind_none(body: Block, variables: Iterable[Var], unbound: Unbound) -> Block:
    """A body in which `variables`, of which `unbound` knows how they come about, are always bound."""
    places: dict[Stmt, set[int]] = {}
    pending: list[Atom] = list(variables)
    while pending:
        atom = pending.pop()
        choice = unbound.choices.get(atom) if isinstance(atom, Var) else None
        if choice is not None and choice.place not in places.setdefault(choice.stmt, set()):
            places[choice.stmt].add(choice.place)
            pending += choice.sources

    def bound(atoms: tuple[Atom, ...], stmt: Stmt) -> tuple[Atom, ...]:
        mine = places.get(stmt, set())
        return tuple(NONE if a is UNDEF and i in mine else a for i, a in enumerate(atoms))

    def block(b: Block) -> Block:
        return Block(tuple(map(statement, b.stmts)), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        new = map_atoms(stmt, lambda a: a, block)
        if isinstance(new, If):
            sides = [b if b.leaves else replace(b, yields=bound(b.yields, stmt)) for b in (new.then, new.orelse)]
            return replace(new, then=sides[0], orelse=sides[1])
        if isinstance(new, (For, While)):
            return replace(new, inits=bound(new.inits, stmt))
        return new

    return block(body)
