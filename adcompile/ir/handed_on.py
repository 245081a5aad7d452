"""What branches and loops hand on, to what follows them and from trip to trip.

relies on: nothing.  ensures: `without_unread` leaves no value that is handed on and never read.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import TypeVar

from adcompile.ir.nodes import Atom, Block, For, Function, If, Loop, Stmt, Var, While, With
from adcompile.ir.traverse import atoms_of, blocks_of, source_atoms, walk

T = TypeVar("T")


def without_unread(function: Function) -> Function:
    """The function with all its statements, which hand on only what is read somewhere.

    A name that is bound in a loop is carried by it, whether the next trip reads the name or not.
    Until it is known that nobody does, its last value counts as read behind the loop, and in the
    way of a store that it may see.
    """
    stmts = list(walk(function.body))
    owners = [s for s in stmts if isinstance(s, (If, For, While, With)) and s.results]
    if not owners:
        return function
    read = _read(function.body, stmts, owners)
    if all(r in read for s in owners for r in s.results):
        return function

    def rebuild(block: Block) -> Block:
        return Block(tuple(hand_on(s, read, rebuild) if blocks_of(s) else s for s in block.stmts), block.yields)

    return replace(function, body=rebuild(function.body))


def _read(body: Block, stmts: Sequence[Stmt], owners: Sequence[Stmt]) -> set[Var]:
    """The values that something reads which is more than handing them on."""
    found: set[Var] = set()

    def add(atoms: Sequence[Atom]) -> None:
        found.update(a for a in atoms if isinstance(a, Var))

    add(body.yields)
    for stmt in stmts:
        if isinstance(stmt, For):
            add([a for s in stmt.sources for a in source_atoms(s)])
        elif not isinstance(stmt, While):
            add(atoms_of(stmt))
        else:
            add(stmt.head.yields)
    size = -1
    while size != len(found):
        size = len(found)
        for stmt in reversed(owners):
            for i in _handed_on(stmt, found):
                if isinstance(stmt, (For, While)):
                    add([stmt.params[i], stmt.results[i], stmt.inits[i], stmt.body.yields[i]])
                else:
                    add([b.yields[i] for b in blocks_of(stmt)])
    return found


def _handed_on(stmt: Stmt, read: Container[Var]) -> list[int]:
    """The positions of what a statement hands on to something that is in `read`."""
    if isinstance(stmt, (For, While)):
        pairs = enumerate(zip(stmt.params, stmt.results, strict=True))
        return [i for i, (p, r) in pairs if p in read or r in read or i == stmt.stop]
    return [i for i, r in enumerate(stmt.results) if r in read] if isinstance(stmt, (If, With)) else []


def hand_on(stmt: Stmt, read: Container[Var], block: Callable[[Block], Block]) -> Stmt:
    """A statement with its blocks rebuilt, which hands on only what is in `read`."""
    kept = _handed_on(stmt, read)
    if isinstance(stmt, If):
        then, orelse = (Block(block(b).stmts, _at(kept, b.yields)) for b in (stmt.then, stmt.orelse))
        return replace(stmt, then=then, orelse=orelse, results=_at(kept, stmt.results))
    if isinstance(stmt, With):
        body = Block(block(stmt.body).stmts, _at(kept, stmt.body.yields))
        return replace(stmt, body=body, results=_at(kept, stmt.results))
    return _loop(stmt, kept, block) if isinstance(stmt, (For, While)) else stmt


def _loop(loop: Loop, kept: Sequence[int], block: Callable[[Block], Block]) -> Loop:
    new: Loop = replace(
        loop,
        params=_at(kept, loop.params),
        inits=_at(kept, loop.inits),
        results=_at(kept, loop.results),
        body=Block(block(loop.body).stmts, _at(kept, loop.body.yields)),
        stop=None if loop.stop is None else kept.index(loop.stop),
    )
    return replace(new, head=block(new.head)) if isinstance(new, While) else new


def _at(positions: Sequence[int], items: Sequence[T]) -> tuple[T, ...]:
    return tuple(items[i] for i in positions)
