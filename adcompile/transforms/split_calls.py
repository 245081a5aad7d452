"""Split each active call of a user function in two: its value and a residual now, its pullback later.

A function that only the running program knows is called so that it gives its pullback beside its value.

relies on: activity.  ensures: an active call of a user function is a call of the function's
first half; its second half is named in the result.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.needs import Needs
from adcompile.analyses.ownership import own_results
from adcompile.analyses.run_time_calls import finds_at_run_time
from adcompile.analyses.shape_reads import read_for_more_in
from adcompile.analyses.solutions import Solution, Solutions, check_of
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import Origin
from adcompile.ir.nodes import Atom, Block, Call, Function, FunctionRef, Star, Stmt, Var
from adcompile.ir.traverse import map_atoms, uses_in
from adcompile.ir.types import UNKNOWN, Type
from adcompile.transforms.full_arguments import full_arguments
from adcompile.transforms.reverse import Pullback
from adcompile.transforms.run_time_calls import with_its_pullback


@dataclass(frozen=True, slots=True)
class Halves:
    """The functions that a call is split in. `given` are the arguments, by position, that the
    second half takes; None if it takes a residual that the first half returns. `has_effect` says
    that the first half does more than compute."""

    forward: FunctionRef
    pullback: FunctionRef
    given: tuple[int, ...] | None = None
    has_effect: bool = True


Solving = Callable[[Call, Solution, Types, frozenset[Var]], Pullback | None]
Halving = Callable[[Any, tuple[Type, ...], tuple[bool, ...], Origin | None], Halves]


def halves_of(first: Function, second: Function, given: tuple[int, ...] | None, types: Types) -> Halves:
    """What a caller has to know of the two functions that another was split in."""
    needs = Needs(first.body)
    more = read_for_more_in(second.body)
    shapes = () if given is None else tuple(i for i in range(len(given)) if second.params[i].var not in more)
    has_effect = any(needs.has_effect(s) for s in first.body.stmts)
    forward = FunctionRef(first.name, own=own_results(first, types))
    return Halves(forward, FunctionRef(second.name, shapes, own_results(second, types)), given, has_effect)


def split_calls(
    function: Function, types: Types, active: frozenset[Var], halving: Halving, solving: Solving
) -> tuple[Function, dict[Call, Pullback], frozenset[Var]]:
    """The function with its active user calls split, the pullback of each, and the active
    values with those that were made to pack arguments."""
    pullbacks: dict[Call, Pullback] = {}
    packs: set[Var] = set()
    solutions = Solutions(function)
    read = uses_in(function.body)

    def is_active(atom: Atom | Star) -> bool:
        return isinstance(atom, Var) and atom in active

    def stmt(s: Stmt) -> list[Stmt]:
        if isinstance(s, Call) and s.results[0] in active and (solution := solutions.of(s)) is not None:
            pullback = solving(s, solution, types, active)
            if pullback is None:
                return [s]
            pullbacks[s] = pullback
            return [*check_of(solution), s]
        if isinstance(s, Call) and finds_at_run_time(s, types, active) and s.result in read:
            *before, call = with_its_pullback(s, types, active)
            pullbacks[call] = Pullback(operator.call, call.results[1:], into=tuple(filter(is_active, s.operands[1:])))
            return [*before, call]
        if not (isinstance(s, Call) and len(s.results) == 1 and is_active(s.result) and is_user_function(s.fn)):
            return [map_atoms(s, lambda a: a, block)]
        args, before = full_arguments(s, types)
        for pack in before:
            if any(map(is_active, pack.operands)):
                packs.add(pack.result)
        mask = tuple(is_active(a) or a in packs for a in args)
        inputs = tuple(atom_type(types, a) for a in args)
        halves = halving(s.fn, inputs, mask, s.origin)
        call = replace(s, fn=halves.forward, args=tuple(args), kwargs=())
        if halves.given is None:
            name = s.fn.__name__ if s.fn.__name__.isidentifier() else "function"  # a lambda
            residual = Var(f"{name}_residual", s.origin)
            types[residual] = UNKNOWN
            call = replace(call, results=(s.result, residual))
            given: tuple[Atom, ...] = (residual,)
        else:
            call = replace(call, kept=halves.has_effect)
            given = tuple(args[i] for i in halves.given)
        pullbacks[call] = Pullback(halves.pullback, given, mask)
        return [*before, call]

    def block(b: Block) -> Block:
        return Block(tuple(made for s in b.stmts for made in stmt(s)), b.yields)

    body = block(function.body)
    return replace(function, body=body), pullbacks, active | packs
