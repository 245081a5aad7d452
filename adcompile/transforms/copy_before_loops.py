"""Copy arrays before the loops that change them.

Where a loop updates a value that is not its own before the first trip, one copy before the loop
makes it so. What some path leaves unbound is copied under the condition under which the loop reads
it; where no condition says so, None is copied on the paths that do not need it.

relies on: unbound.  ensures: the loops start with copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy as shallow_copy
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.unbound import Unbound
from adcompile.ir.nodes import UNDEF, Atom, Block, Call, For, If, Loop, Stmt, Var, While
from adcompile.ir.traverse import blocks_of, map_atoms, walk
from adcompile.ir.types import UNKNOWN, Array, List, Type
from adcompile.transforms.bind_none import bind_none


def outermost(copies: Mapping[Loop, Sequence[int]]) -> dict[Loop, Sequence[int]]:
    """The loops that stand in no other one: a copy before it may be enough for those inside."""
    inside = {s for loop in copies for b in blocks_of(loop) for s in walk(b)}
    return {loop: positions for loop, positions in copies.items() if loop not in inside}


def copy_before_loops(
    body: Block, copies: Mapping[Loop, Sequence[int]], types: Types, owned: list[Call]
) -> Block:
    """A body with copies of loops' inits, given by their positions, before each loop; `owned`
    receives them."""
    pairs = [(loop, i) for loop, positions in copies.items() for i in positions]
    unbound = Unbound(body, types)
    unset = {loop.params[i]: unbound.read_under(loop, i) for loop, i in pairs if loop.inits[i] in unbound.maybe}

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            if isinstance(stmt, (For, While)):
                assert isinstance(new, (For, While))
                inits = list(new.inits)
                for i in copies.get(stmt, ()):
                    made = copy(inits[i], stmt, stmt.params[i])
                    stmts.append(made)
                    inits[i] = made.results[0]
                new = replace(new, inits=tuple(inits))
            stmts.append(new)
        return Block(tuple(stmts), b.yields)

    def like(init: Var) -> Var:
        copied = Var(init.name, init.origin)
        types[copied] = types.get(init, UNKNOWN)
        return copied

    def copy(init: Atom, loop: Loop, param: Var) -> Call | If:
        assert isinstance(init, Var)
        copied, condition = like(init), unset.get(param)
        is_sure = param not in unset or condition is not None
        fn = copier(types[copied]) if is_sure else shallow_copy
        owned.append(Call((copied,), fn, (init,), origin=loop.origin))
        if condition is None:
            return owned[-1]
        made, nothing = Block((owned[-1],), (copied,)), Block((), (UNDEF,))
        cond, wanted = condition
        then, orelse = (made, nothing) if wanted else (nothing, made)
        return If(cond, then, orelse, (like(init),), loop.origin)

    made = block(body)
    missing = [loop.inits[i] for loop, i in pairs if loop.params[i] in unset and unset[loop.params[i]] is None]
    return bind_none(made, [a for a in missing if isinstance(a, Var)], Unbound(made, types)) if missing else made


def copier(type_: Type) -> Any:
    """The function that copies a value of a type."""
    if isinstance(type_, List):
        return list
    if isinstance(type_, Array):
        return np.copy
    return shallow_copy
