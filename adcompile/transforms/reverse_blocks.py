"""The blocks of `with grad_of(h) as g:` on their way into the reverse sweep.

In the user's program such a block is a call that hands `h` on and takes what the block reads. `take_blocks`
leaves `h` alone to it, `run_block` puts the block where the cotangent passes, and `without_blocks` drops the
call at last.

relies on: infer.  ensures: of `take_blocks`: what a block reads is read by the reverse sweep alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types
from adcompile.analyses.places import Places
from adcompile.errors import DiagnosticList
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, For, Function, ReverseBlock, Stmt, Var, While, WriteBack
from adcompile.ir.traverse import clone, defined_in, map_atoms, results_of, substitute, walk
from adcompile.ir.types import UNKNOWN, Array, Scalar, Type
from adcompile.runtime.checks import require_apart, require_shape
from adcompile.transforms.cotangents import Cotangents


@dataclass(frozen=True, slots=True)
class Taken:
    """A block: its function, and what it reads beside the cotangent. `body` is that function, ready to
    stand in the reverse sweep."""

    function: Any
    reads: tuple[Atom, ...]
    body: Function | None = None


Blocks = Mapping[ReverseBlock, Taken]


def blocks_in(function: Function) -> list[Call]:
    """The calls that stand for the blocks."""
    return [s for s in walk(function.body) if isinstance(s, Call) and isinstance(s.fn, ReverseBlock)]


def take_blocks(function: Function) -> tuple[Function, dict[ReverseBlock, Taken]]:
    """The function with nothing but the value left to each such call, and the blocks."""
    taken: dict[ReverseBlock, Taken] = {}
    if not blocks_in(function):
        return function, taken

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call) and isinstance(s.fn, ReverseBlock):
            fn = ReverseBlock(s.fn.function)  # each call its own: a function may stand in several places
            taken[fn] = Taken(s.fn.function, s.operands[1:])
            return replace(s, fn=fn, args=s.args[:1], kept=False)
        return map_atoms(s, lambda a: a, block)

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    return replace(function, body=block(function.body)), taken


def check_blocks(function: Function, types: Types, found: DiagnosticList) -> None:
    """Refuse a block of an object that changes behind it: its cotangent would be that of two objects."""
    calls = blocks_in(function)
    if not calls:
        return
    aliasing, places = Aliasing(function.body, types), Places(function.body, types)
    order = list(walk(function.body))
    loops = [s for s in order if isinstance(s, (For, While))]
    updates = [s for s in order if isinstance(s, Call) and is_update(s) and isinstance(s.operands[0], Var)]
    for call in calls:
        if isinstance(types.get(call.result, UNKNOWN), Scalar):
            continue
        place = places.place(call.operands[0])
        again: set[Stmt] = set()
        for loop in loops:
            inside = list(walk(loop.body))
            if call in inside and (place is None or place.root not in defined_in(loop.body)):
                again.update(inside)
        for update in updates:
            behind = order.index(update) > order.index(call) or update in again
            if behind and aliasing.may_share(update.operands[0], call.result):  # type: ignore[arg-type]
                name = call.result.name
                found.add(
                    f"'{name}' is changed in place behind its 'with grad_of' block", update.origin,
                    "the block would see the cotangent of the changed object",
                    f"compute a new value: {name} = {name} + ...",
                )


def check_block(body: Function, call: Call, found: DiagnosticList) -> None:
    """Refuse a block that changes an object of the function around it: the reverse sweep would read that."""
    changed = {s.fn.of for s in walk(body.body) if isinstance(s, Call) and isinstance(s.fn, WriteBack)}
    for param in body.params[1:]:
        if param.var in changed:
            found.add(
                f"a 'with grad_of' block changes '{param.var.name}'", call.origin,
                "what the reverse sweep reads behind the block would be changed",
                f"work on a copy: {param.var.name}.copy()",
            )


def run_block(sweep: Cotangents, call: Call, bar: Atom, taken: Taken) -> None:
    """Put a block where the cotangent of its value passes; what it gives goes on."""
    function = taken.body
    assert function is not None
    given = dict(zip((p.var for p in function.params), (bar, *taken.reads), strict=True))
    mapping: dict[Var, Atom] = dict(given)
    body = clone(function.body, mapping)
    for old, new in mapping.items():
        if old not in given and isinstance(new, Var) and old in sweep.types:
            sweep.types[new] = sweep.types[old]
    for stmt in body.stmts:
        if not (isinstance(stmt, Call) and (isinstance(stmt.fn, WriteBack) or stmt.fn is require_apart)):
            sweep.b.stmts.append(stmt)
    sweep.accumulate(call.operands[0], _in_form(sweep, call, body.yields[0], bar))


def _in_form(sweep: Cotangents, call: Call, made: Atom, bar: Atom) -> Atom:
    """What a block gives, in the form of the cotangent that it was given."""
    want, have = sweep.b.type_of(bar), sweep.b.type_of(made)
    if isinstance(want, Array) and isinstance(have, Scalar):
        return sweep.b.call(np.full_like, bar, made)
    if _fits(have, want):
        return made
    if isinstance(have, (Scalar, Array)) or have is UNKNOWN:
        sweep.b.emit(Call((Var(),), require_shape, (made, bar), origin=call.origin))
        return made
    sweep.found.add(
        f"a 'with grad_of' block gives a cotangent that is {have}, for a value whose is {want}", call.origin,
        "what goes on has the form of what arrived", "let the block give an array of the same shape",
    )
    return made


def _fits(have: Type, want: Type) -> bool:
    if isinstance(have, (Scalar, Array)) and isinstance(want, (Scalar, Array)):
        return shape_of(have) is not None and shape_of(have) == shape_of(want)
    return have == want and have is not UNKNOWN


def handed_on(body: Block) -> dict[Var, Atom]:
    """For each value that such a call hands on, the value itself."""
    values: dict[Var, Atom] = {}
    for stmt in walk(body):
        if isinstance(stmt, Call) and isinstance(stmt.fn, ReverseBlock):
            value = stmt.operands[0]
            values[stmt.result] = values.get(value, value) if isinstance(value, Var) else value
    return values


def without_blocks(function: Function) -> Function:
    """The function without the calls that hand a value on."""
    values = handed_on(function.body)
    if not values:
        return function

    def block(b: Block) -> Block:
        stmts = (s for s in b.stmts if not any(r in values for r in results_of(s)))
        return Block(tuple(map_atoms(s, lambda a: a, block) for s in stmts), b.yields)

    return replace(function, body=substitute(block(function.body), values))
