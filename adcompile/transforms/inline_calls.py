"""Put the body of a function that changes what it is given in the place of its call.

Then its stores are stores of the program's own objects, and `follow_stores` sees them all.

relies on: infer, resolve_calls.  ensures: what a user's function does to its arguments stands
in the program itself, where that function can be put there.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import Origin, Refused, SourceError
from adcompile.frontend.lower import lowered
from adcompile.frontend.transformations import stands_between
from adcompile.ir.binding import bind_arguments
from adcompile.ir.nodes import Atom, Block, Call, Capture, Const, Function, Star, Stmt, Var
from adcompile.ir.traverse import clone, inner_of, map_atoms, results_of, substitute, walk
from adcompile.runtime.structures import make_dict, make_tuple

Wanted = Callable[[Call], bool]


def inline_calls(function: Function, wanted: Wanted) -> Function:
    """The function with each call that is `wanted` replaced by the body of what it calls."""
    inliner = _Inliner(function, wanted)
    body = inliner.block(function.body)
    if not inliner.renamed:
        return function
    return replace(function, body=substitute(body, inliner.final()), captures=tuple(inliner.captures.values()))


def can_stand_in(fn: types.FunctionType, holder: types.FunctionType) -> bool:
    """Whether a function's body means the same in another one: it does not call itself, and
    reads no variables but those that the other can read by the same names."""
    captures = lowered(fn).captures
    ours = all(c.holder.__globals__ is holder.__globals__ and c.name not in fn.__code__.co_freevars for c in captures)
    return ours and not _calls(fn, fn, set())


def _calls(fn: Any, wanted: Any, seen: set[Any]) -> bool:
    """Whether a user's function calls another one, itself or through others."""
    seen.add(fn)
    try:
        called = [s.fn for s in walk(lowered(fn).body) if isinstance(s, Call) and is_user_function(s.fn)]
    except (Refused, SourceError):
        return False
    return wanted in called or any(_calls(one, wanted, seen) for one in called if one not in seen)


def _placed(block: Block, origin: Origin | None) -> Block:
    """A block whose statements have another place in the source."""
    stmts = [replace(map_atoms(s, lambda a: a, lambda b: _placed(b, origin)), origin=origin) for s in block.stmts]
    for stmt in stmts:
        for var in (*results_of(stmt), *inner_of(stmt)):
            var.origin = origin
    return Block(tuple(stmts), block.yields)


class _Inliner:
    def __init__(self, function: Function, wanted: Wanted) -> None:
        self.wanted = wanted
        self.renamed: dict[Var, Atom] = {}  # the result of a call, and what its body yields
        self.captures = {(c.name, c.holder): c for c in function.captures}

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Call) and self.wanted(stmt):
                stmts += self.body_of(stmt)
            else:
                stmts.append(map_atoms(stmt, lambda a: a, self.block))
        return Block(tuple(stmts), block.yields)

    def body_of(self, call: Call) -> Sequence[Stmt]:
        callee = lowered(call.fn)  # type: ignore[arg-type]
        packed: list[Stmt] = []
        mapping: dict[Var, Atom] = dict(
            zip((p.var for p in callee.params), self.arguments(call, callee, packed), strict=True)
        )
        for capture in callee.captures:
            key = capture.name, capture.holder
            mapping[capture.var] = self.captures.setdefault(key, Capture(Var(capture.name), *key)).var
        body = clone(callee.body, mapping)
        if stands_between(call.fn):
            body = _placed(body, call.origin)
        self.renamed[call.result] = body.yields[0]
        return [*packed, *body.stmts]

    def arguments(self, call: Call, callee: Function, packed: list[Stmt]) -> Sequence[Atom]:
        """The atoms that the callee's parameters stand for."""

        def made(fn: Any, items: Sequence[Atom]) -> Atom:
            value = Var("", call.origin)
            packed.append(Call((value,), fn, tuple(items), origin=call.origin))
            return value

        def pack(rest: Sequence[Atom]) -> Atom:
            return made(make_tuple, rest)

        def pack_named(named: Mapping[str, Atom]) -> Atom:
            return made(make_dict, [a for k, v in named.items() for a in (Const(k), v)])

        positional = [a for a in call.args if not isinstance(a, Star)]
        bound = bind_arguments(callee.params, positional, dict(call.kwargs), lambda c: c, pack, pack_named)
        assert bound is not None
        return bound

    def final(self) -> Mapping[Var, Atom]:
        """What each replaced result stands for: never another replaced one."""
        found: dict[Var, Atom] = {}
        for var, atom in self.renamed.items():
            while isinstance(atom, Var) and atom in self.renamed:
                atom = self.renamed[atom]
            found[var] = atom
        return found
