"""Read what a loop carries before its name is given to what the next trip has.

    x_bar = x_bar_in @ F                          F_bar += np.outer(x_bar, x)
    F_bar += np.outer(x_bar_in, x)                x_bar = x_bar @ F

The next value goes behind the calls of its line that read the one before: no second name is needed.

relies on: nothing.  ensures: the same values; pure calls move down, over calls of their line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from adcompile.analyses.effects import is_pure
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, For, Function, Stmt, Var, While
from adcompile.ir.traverse import count_uses, map_atoms, walk


def read_before_next(function: Function) -> Function:
    """The function with each next value behind what reads the one before it."""
    if not any(isinstance(s, (For, While)) for s in walk(function.body)):
        return function
    uses = count_uses(function.body)

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def stmt(s: Stmt) -> Stmt:
        new = map_atoms(s, lambda a: a, block)
        if isinstance(new, (For, While)):
            stmts = list(new.body.stmts)
            for param, after in zip(new.params, new.body.yields, strict=True):
                if isinstance(after, Var) and param.name and after.name == param.name:
                    _move(stmts, after, uses)
            return replace(new, body=Block(tuple(stmts), new.body.yields))
        return new

    return replace(function, body=block(function.body))


def _move(stmts: list[Stmt], after: Var, uses: dict[Var, int]) -> None:
    """Move the call that makes the next value, with the temporaries that it alone reads."""
    at = next((i for i, s in enumerate(stmts) if _computes(s) and s.result is after), None)
    if at is None:
        return
    start, read = at, set(stmts[at].operands)  # type: ignore[union-attr]
    while start and _is_temporary(one := stmts[start - 1], uses) and one.result in read:
        start, read = start - 1, read | set(one.operands)
    end = _last_reader(stmts, at, after, read)
    stmts[start : end + 1] = [*stmts[at + 1 : end + 1], *stmts[start : at + 1]]


def _computes(stmt: Stmt) -> TypeGuard[Call]:
    """Whether a statement is a call of the reverse sweep that computes one value."""
    reverse = isinstance(stmt, Call) and stmt.origin is not None and stmt.origin.reverse
    return reverse and len(stmt.results) == 1 and is_pure(stmt) and not is_update(stmt)  # type: ignore[arg-type, union-attr]


def _is_temporary(stmt: Stmt, uses: dict[Var, int]) -> TypeGuard[Call]:
    return _computes(stmt) and not stmt.result.name and uses.get(stmt.result) == 1


def _last_reader(stmts: list[Stmt], at: int, after: Var, read: set[Atom]) -> int:
    """The position of the last call of the line that reads a value of the name before, or what was computed of
    it, if the calls at `at` may go behind it; else that position itself. They read `read`, which no call
    between may write its result over."""
    made = stmts[at]
    last, of_it = at, set[Var]()

    def reads(call: Call) -> bool:
        return any(a in of_it or (isinstance(a, Var) and a.name == after.name) for a in call.operands)

    for stmt in stmts[:at]:
        if isinstance(stmt, Call) and read.isdisjoint(stmt.results) and reads(stmt):
            of_it.update(v for v in stmt.results if not v.name)
    for position, stmt in enumerate(stmts[at + 1 :], at + 1):
        if not isinstance(stmt, Call) or not is_pure(stmt) or stmt.origin is None or made.origin is None:
            break
        if stmt.origin.line != made.origin.line or after in stmt.operands:
            break
        if stmt.operands and stmt.operands[0] in read and (is_update(stmt) or stmt.result.name):
            break
        if reads(stmt):
            last = position
            of_it.update(v for v in stmt.results if not v.name)
    return last
