"""Leave a name unbound where it holds None and nothing reads it.

    y = None                          `y` is None on the one path, and is read on the other
    if first:                         alone: what is known of the array is known of `y`
        y = x * w
    ...
    if first:
        total += np.sum(y)

Of a value that is an array or None nothing is known. Programs have such values, the emitted ones
more than others: Python keeps and copies names on paths that do not need them.

relies on: unbound, types.  ensures: None stays where something may read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from adcompile.analyses.infer import Types
from adcompile.analyses.unbound import Unbound
from adcompile.ir.nodes import UNDEF, Atom, Block, Const, For, Function, If, Stmt, Var, While
from adcompile.ir.traverse import map_atoms, walk


def forget_none(function: Function, types: Types) -> Function:
    """The function without the Nones that nobody reads; the function itself, if there are none."""
    handed_on = (pair for stmt in walk(function.body) for pair in _handed_on(stmt))
    if not any(_is_none(a) for _, atoms in handed_on for a in atoms):
        return function
    bare = _without_none(function.body, frozenset())
    read = _read_unbound(Unbound(bare, types, are_values=False))
    return replace(function, body=_without_none(function.body, read))


def _read_unbound(unbound: Unbound) -> Set[Var]:
    """The values that something computes with where they may be unbound, and those that come to be them."""
    found: set[Var] = set()
    pending: list[Atom] = [u.atom for u in unbound.uses if u.into is None and not unbound.is_bound(u.atom, u.known)]
    while pending:
        one = pending.pop()
        choice = unbound.choices.get(one) if isinstance(one, Var) else None
        if choice is not None and one not in found:
            found.add(one)  # type: ignore[arg-type]
            ends = zip(choice.sources, choice.known, strict=True)
            pending += [a for a, known in ends if not unbound.is_bound(a, known)]
    return found


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def _handed_on(stmt: Stmt) -> Iterator[tuple[Sequence[Var], Sequence[Atom]]]:
    """What a branch or a loop hands on: the values that receive it, and what they receive."""
    if isinstance(stmt, If):
        yield from (((r,), ends) for r, *ends in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True))
    elif isinstance(stmt, (For, While)):
        both = zip(stmt.params, stmt.results, strict=True)
        yield from zip(both, zip(stmt.inits, stmt.body.yields, strict=True), strict=True)


def _without_none(body: Block, read: Set[Var]) -> Block:
    """A body that hands on None to the values in `read` alone."""

    def kept(atoms: Sequence[Atom], *receivers: Sequence[Var]) -> tuple[Atom, ...]:
        groups = zip(atoms, *receivers, strict=True)
        return tuple(UNDEF if _is_none(a) and read.isdisjoint(into) else a for a, *into in groups)

    def block(b: Block) -> Block:
        return Block(tuple(map(statement, b.stmts)), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        new = map_atoms(stmt, lambda a: a, block)
        if isinstance(new, If):
            sides = [b if b.leaves else replace(b, yields=kept(b.yields, new.results)) for b in (new.then, new.orelse)]
            return replace(new, then=sides[0], orelse=sides[1])
        if isinstance(new, (For, While)):
            after = replace(new.body, yields=kept(new.body.yields, new.params, new.results))
            return replace(new, inits=kept(new.inits, new.params, new.results), body=after)
        return new

    return block(body)
