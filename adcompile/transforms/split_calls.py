"""Split each active call of a user function in two: its value and a residual now, its pullback later.

relies on: activity.  ensures: an active call of a user function is a call of the function's
first half; its second half is named in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.needs import Needs
from adcompile.analyses.ownership import own_results
from adcompile.analyses.shape_reads import read_for_more_in
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import Origin, Refused
from adcompile.frontend.lower import lowered
from adcompile.ir.binding import bind_arguments
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, FunctionRef, Star, Stmt, Var
from adcompile.ir.traverse import map_atoms
from adcompile.ir.types import UNKNOWN, Dict, Tuple, Type
from adcompile.runtime.structures import make_dict, make_tuple
from adcompile.transforms.reverse import Pullback


@dataclass(frozen=True, slots=True)
class Halves:
    """The functions that a call is split in. `given` are the arguments, by position, that the
    second half takes; None if it takes a residual that the first half returns. `has_effect` says
    that the first half does more than compute."""

    forward: FunctionRef
    pullback: FunctionRef
    given: tuple[int, ...] | None = None
    has_effect: bool = True


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
    function: Function, types: Types, active: frozenset[Var], halving: Halving
) -> tuple[Function, dict[Call, Pullback], frozenset[Var]]:
    """The function with its active user calls split, the pullback of each, and the active
    values with those that were made to pack arguments."""
    pullbacks: dict[Call, Pullback] = {}
    packs: set[Var] = set()

    def is_active(atom: Atom | Star) -> bool:
        return isinstance(atom, Var) and atom in active

    def arguments(call: Call, before: list[Stmt]) -> list[Atom]:
        """A call's arguments in the order of the function's parameters, defaults filled in."""

        def packed(fn: Any, items: Sequence[Atom], type_: Type) -> Atom:
            made = Var("", call.origin)
            types[made] = type_
            before.append(Call((made,), fn, tuple(items), origin=call.origin))
            return made

        def pack(rest: Sequence[Atom]) -> Atom:
            return packed(make_tuple, rest, Tuple(tuple(atom_type(types, a) for a in rest)))

        def pack_named(named: Mapping[str, Atom]) -> Atom:
            items = [a for k, v in named.items() for a in (Const(k), v)]
            return packed(make_dict, items, Dict(tuple((k, atom_type(types, a)) for k, a in named.items())))

        positional = [a for a in call.args if not isinstance(a, Star)]
        params = lowered(call.fn).params  # type: ignore[arg-type]  # it is a Python function
        bound = bind_arguments(params, positional, dict(call.kwargs), lambda c: c, pack, pack_named)
        assert bound is not None
        return bound

    def stmt(s: Stmt) -> list[Stmt]:
        if not (isinstance(s, Call) and len(s.results) == 1 and is_active(s.result) and is_user_function(s.fn)):
            return [map_atoms(s, lambda a: a, block)]
        before: list[Stmt] = []
        try:
            args = arguments(s, before)
        except Refused as refused:
            raise refused.called_from(s.origin) from None
        for pack in before:
            assert isinstance(pack, Call)
            if any(map(is_active, pack.operands)):
                packs.add(pack.result)
        mask = tuple(is_active(a) or a in packs for a in args)
        inputs = tuple(atom_type(types, a) for a in args)
        halves = halving(s.fn, inputs, mask, s.origin)
        call = replace(s, fn=halves.forward, args=tuple(args), kwargs=())
        if halves.given is None:
            residual = Var(f"{s.fn.__name__}_residual", s.origin)
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
