"""Make what functions take from outside parameters of theirs, for a backend that would read it once
and for all.

A function of the program that calls another one hands on what that one needs.

ensures: no function has captures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import Block, Call, Capture, Function, FunctionRef, Param, Stmt, Var
from adcompile.ir.traverse import map_atoms, substitute, walk
from adcompile.ir.types import UNKNOWN

Typed = tuple[Function, Types]
Outside = tuple[Any, str]  # the function that reads a name from outside, and the name


def pass_captures(functions: Sequence[Typed]) -> list[Typed]:
    """The functions with the captures that they and those they call have as parameters."""
    needed = captures_needed(functions)
    return [(_passing(one, types, needed), types) for one, types in functions]


def captures_needed(functions: Sequence[Typed]) -> dict[str, dict[Outside, Capture]]:
    """For each function, by its name: what it has to be given, with its calls' captures."""
    needed = {one.name: {(c.holder, c.name): c for c in one.captures} for one, _ in functions}
    size = -1
    while size != sum(map(len, needed.values())):
        size = sum(map(len, needed.values()))
        for one, _ in functions:
            for ref in _called(one):
                needed[one.name] = {**needed[ref.name], **needed[one.name]}
    return needed


def place_of_captures(function: Function) -> int:
    """Where a function takes its captures: before the first parameter that has a default."""
    return sum(p.default is None and p.kind == "positional" for p in function.params)


def captures_of_entry(functions: Sequence[Typed], entry: str) -> tuple[Sequence[Outside], int]:
    """What an entry takes besides its own arguments, and behind how many of those."""
    function = next(one for one, _ in functions if one.name == entry)
    return tuple(captures_needed(functions)[entry]), place_of_captures(function)


def _called(function: Function) -> list[FunctionRef]:
    return [s.fn for s in walk(function.body) if isinstance(s, Call) and isinstance(s.fn, FunctionRef)]


def _passing(function: Function, types: Types, needed: dict[str, dict[Outside, Capture]]) -> Function:
    own = {(c.holder, c.name): c.var for c in function.captures}
    taken = {p.var.name for p in function.params}
    given: dict[Outside, Var] = {}
    for key, capture in needed[function.name].items():
        given[key] = Var(_unused(capture.name, taken))
        taken.add(given[key].name)
        types[given[key]] = types.get(own[key], UNKNOWN) if key in own else UNKNOWN
    place = place_of_captures(function)
    params = (*function.params[:place], *map(Param, given.values()), *function.params[place:])

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def stmt(s: Stmt) -> Stmt:
        new = map_atoms(s, lambda a: a, block)
        if isinstance(new, Call) and isinstance(new.fn, FunctionRef):
            return replace(new, args=(*new.args, *(given[key] for key in needed[new.fn.name])))
        return new

    body = substitute(block(function.body), {var: given[key] for key, var in own.items()})
    return replace(function, params=params, captures=(), body=body)


def _unused(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}{number}"
    return candidate
