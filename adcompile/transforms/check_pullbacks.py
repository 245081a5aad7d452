"""Refuse a pullback that `vjp` gave within the program, where it is not called but given away.

Within a program it is a tuple (`within.py`), and no function: only a call of it, and what keeps it for
one, may read it.

relies on: infer, resolve_calls.  ensures: no tuple of ours is seen where Python has a function.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.transformations import pullback_of
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import DiagnosticList
from adcompile.frontend.transformations import is_transformed
from adcompile.ir.nodes import NONE, Atom, Block, Call, Const, Function, Opaque, Stmt
from adcompile.ir.traverse import atoms_of, map_atoms, walk
from adcompile.ir.types import Dict, List, Tuple, Type
from adcompile.runtime import structures, updates


def without_pullbacks(function: Function) -> Function:
    """The function with None for each object that stands for a pullback: with the calls resolved,
    nothing asks what it is."""

    def atom(a: Atom) -> Atom:
        return NONE if isinstance(a, Const) and is_transformed(a.value) and a.value.is_pullback else a

    def block(b: Block) -> Block:
        return Block(tuple(map_atoms(s, atom, block) for s in b.stmts), tuple(map(atom, b.yields)))

    given = any(atom(a) is not a for s in walk(function.body) for a in atoms_of(s))
    return replace(function, body=block(function.body)) if given else function


KEEPING = (
    *(structures.make_tuple, structures.make_list, structures.make_dict, structures.unpack, structures.unpack_star),
    *(operator.getitem, operator.add, updates.append, updates.update),
)


def check_pullbacks(function: Function, types: Types, found: DiagnosticList, to_caller: bool) -> None:
    """Refuse what gives a pullback away; with `to_caller`, a result that holds one, too."""
    for stmt in walk(function.body):
        if _gives_away(stmt) and any(_holds_pullback(atom_type(types, a)) for a in atoms_of(stmt)):
            _refuse(stmt, found)
    results = function.body.yields if to_caller else ()
    if any(_holds_pullback(atom_type(types, a)) for a in results):
        _refuse(function.body.stmts[-1], found)


def _gives_away(stmt: Stmt) -> bool:
    if isinstance(stmt, Opaque):
        return True
    return isinstance(stmt, Call) and stmt.fn not in KEEPING and not is_user_function(stmt.fn)


def _holds_pullback(type_: Type) -> bool:
    if isinstance(type_, Tuple):
        return pullback_of(type_) is not None or any(map(_holds_pullback, type_.items))
    if isinstance(type_, List):
        return _holds_pullback(type_.item)
    return isinstance(type_, Dict) and any(_holds_pullback(item) for _, item in type_.items)


def _refuse(stmt: Stmt, found: DiagnosticList) -> None:
    found.add(
        "a pullback that 'vjp' gave is used as a value here", stmt.origin,
        "within a differentiated function there is no such object, but the lines that it would run",
        "call it, and use what it gives",
    )
