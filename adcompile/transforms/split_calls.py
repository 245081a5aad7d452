"""Split each active call of a user function in two: its value and a residual now, its pullback later.

relies on: activity.  ensures: an active call of a user function is a call of the function's
first half; its second half is named in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, FunctionRef, Star, Stmt, Var
from adcompile.ir.traverse import map_atoms
from adcompile.ir.types import UNKNOWN, Type
from adcompile.transforms.reverse import Pullback

Halves = Callable[[Any, tuple[Type, ...], tuple[bool, ...]], tuple[FunctionRef, FunctionRef]]


def split_calls(
    function: Function, types: Types, active: frozenset[Var], halves: Halves
) -> tuple[Function, dict[Call, Pullback]]:
    """The function with its active user calls split, and the pullback of each."""
    from adcompile.pipeline import is_user_function, lowered

    pullbacks: dict[Call, Pullback] = {}

    def is_active(atom: Atom | Star) -> bool:
        return isinstance(atom, Var) and atom in active

    def arguments(call: Call) -> list[Atom]:
        """A call's arguments in the order of the function's parameters, defaults filled in."""
        params = lowered(call.fn).params  # type: ignore[arg-type]
        given: dict[str | None, Atom] = {}
        given.update((p.var.name, a) for p, a in zip(params, call.operands[: len(call.args)], strict=False))
        given.update(call.kwargs)
        return [given[p.var.name] if p.var.name in given else p.default or Const(None) for p in params]

    def stmt(s: Stmt) -> Stmt:
        if not (isinstance(s, Call) and len(s.results) == 1 and is_active(s.result) and is_user_function(s.fn)):
            return map_atoms(s, lambda a: a, block)
        args = arguments(s)
        mask = tuple(map(is_active, args))
        inputs = tuple(atom_type(types, a) for a in args)
        forward, pullback = halves(s.fn, inputs, mask)
        residual = Var(f"{s.fn.__name__}_residual", s.origin)
        types[residual] = UNKNOWN
        call = replace(s, results=(s.result, residual), fn=forward, args=tuple(args), kwargs=())
        pullbacks[call] = Pullback(pullback, residual, mask)
        return call

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    return replace(function, body=block(function.body)), pullbacks
