"""Take out of the reverse loops what is the same in every trip.

    for x in reversed(xs):                       g = 2 * s_bar
        x_bar = s_bar * 2 * x * x_bar            for x in reversed(xs):
                                                     x_bar = g * x * x_bar

A cotangent that a loop only carries is not carried. Arithmetic whose operands do not change
goes before the loop: of arrays always, of numbers where the loop computes with numbers only,
so that the work is worth a name.

relies on: reverse, with storage still abstract.  ensures: the same values.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scope, Scopes
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, For, If, Loop, Stmt, Syntax, Unwind, Var, With
from adcompile.ir.traverse import defined_in, map_atoms, substitute, walk
from adcompile.ir.types import Array, Scalar

TOTAL = frozenset([operator.add, operator.sub, operator.mul, operator.neg])  # these never fail


def hoist(backward: Block, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types) -> Block:
    """The reverse sweep with what does not change taken out of its loops, the innermost first."""
    return _Hoisting(Scopes(forward, inputs), types).block(backward)


class _Hoisting:
    def __init__(self, scopes: Scopes, types: Types) -> None:
        self.scopes = scopes
        self.types = types

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        renamed: dict[Var, Atom] = {}
        for stmt in block.stmts:
            if renamed:
                (stmt,) = substitute(Block((stmt,)), renamed).stmts
            source = stmt.sources[0] if isinstance(stmt, For) else None
            if isinstance(stmt, For) and isinstance(source, Unwind):
                stmt, unchanged = self.without_unchanged(stmt)
                renamed |= unchanged
                before, stmt = self.split(replace(stmt, body=self.block(stmt.body)), source.loop)
                stmts += before
            elif isinstance(stmt, (If, With, For)):
                stmt = map_atoms(stmt, lambda a: a, self.block)
            stmts.append(stmt)
        return Block(tuple(stmts), substitute(Block((), block.yields), renamed).yields)

    @staticmethod
    def without_unchanged(loop: For) -> tuple[For, dict[Var, Atom]]:
        """A loop without the carried values that no trip changes, and what they are after it."""
        keep = [after is not param for param, after in zip(loop.params, loop.body.yields, strict=True)]
        gone = [i for i, kept in enumerate(keep) if not kept]
        if not gone:
            return loop, {}
        inside = {loop.params[i]: loop.inits[i] for i in gone}
        body = substitute(loop.body, inside)

        def kept(items: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(item for item, is_kept in zip(items, keep, strict=True) if is_kept)

        new = replace(
            loop,
            params=kept(loop.params),
            inits=kept(loop.inits),
            results=kept(loop.results),
            body=Block(body.stmts, kept(body.yields)),
        )
        return new, {loop.results[i]: loop.inits[i] for i in gone}

    def split(self, backward: For, forward: Loop) -> tuple[list[Stmt], For]:
        """What goes before a reverse loop, and the loop without it."""
        changing = defined_in(backward.body) | set(backward.params)
        calls = [s for s in walk(backward.body) if isinstance(s, Call) and not is_update(s)]
        numbers_only = not any(isinstance(self.types.get(v), Array) for s in calls for v in s.results)
        before: list[Stmt] = []
        rest: list[Stmt] = []
        for stmt in backward.body.stmts:
            if isinstance(stmt, Call) and self.is_worth(stmt, numbers_only) and self.stays(stmt, changing, forward):
                before.append(stmt)
                changing -= set(stmt.results)
            else:
                rest.append(stmt)
        if not before:
            return [], backward
        return before, replace(backward, body=Block(tuple(rest), backward.body.yields))

    def is_worth(self, call: Call, numbers_only: bool) -> bool:
        """Whether a call may be made before a loop, and should be."""
        if isinstance(call.fn, (Syntax, type)) or call.fn not in TOTAL or len(call.results) != 1:
            return False
        type_ = self.types.get(call.result)
        return isinstance(type_, Array) or (numbers_only and isinstance(type_, Scalar))

    def stays(self, call: Call, changing: set[Var], forward: Loop) -> bool:
        """Whether no operand of a call changes from trip to trip."""
        return not any(a in changing or self.is_of_trip(a, forward) for a in call.operands if isinstance(a, Var))

    def is_of_trip(self, var: Var, loop: Loop) -> bool:
        """Whether a value of the forward sweep belongs to a loop's trips."""
        scope: Scope | None = self.scopes.of.get(var)
        while scope is not None:
            if scope.owner is loop:
                return True
            scope = scope.parent
        return False
