"""Refuse a number that is read off a text which tells an active value.

    line = f"{x} {y}"                 a text carries no derivative,
    total = float(line.split()[0])    and this number would count as constant

relies on: types, activity.  ensures: no value depends on an active one by way of a text.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterator, Set

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Atom, Call, Each, For, Function, If, Method, Stmt, Syntax, Var, While
from adcompile.ir.traverse import walk
from adcompile.ir.types import STRING, Unknown, may_carry_derivative
from adcompile.runtime import structures, updates

# What reads numbers off texts, and off lists of them.
READING = (builtins.float, builtins.complex, np.array, np.asarray, np.fromstring)
# What hands texts on: items of lists, lists of items, a text joined to another.
HANDING_ON = (
    *(operator.getitem, operator.add, operator.iadd, operator.mul, operator.mod),
    *(updates.append, updates.extend, updates.update, structures.make_list, structures.make_tuple, structures.unpack),
    *(list, tuple, sorted, reversed),
)


def check_text(function: Function, types: Types, varied: Set[Var], found: DiagnosticList) -> None:
    """Refuse what reads a number off a text that was made of a value that depends on the arguments."""
    stmts = list(walk(function.body))
    told = _told(stmts, types, varied)
    for stmt in stmts:
        if isinstance(stmt, Call) and not told.isdisjoint(stmt.operands) and _reads_number(stmt, types):
            found.add(
                "a number is read off a text that tells a value which depends on the arguments",
                stmt.origin,
                "a text carries no derivative: the number would count as constant",
                "use the value itself; detach() it if it should count as a constant",
            )


def _told(stmts: list[Stmt], types: Types, varied: Set[Var]) -> set[Var]:
    """The texts that tell varied values, and what holds such texts."""
    found: set[Var] = set()
    size = -1
    while size != len(found):
        size = len(found)
        for stmt in stmts:
            if isinstance(stmt, Call):
                is_text = any(atom_type(types, r) == STRING for r in stmt.results)
                of_told = not found.isdisjoint(stmt.operands) and (is_text or _hands_on(stmt))
                if of_told or (is_text and not varied.isdisjoint(stmt.operands)):
                    found.update(stmt.results)
            for atom, var in _handed_on(stmt):
                if atom in found:
                    found.add(var)
    return found


def _hands_on(call: Call) -> bool:
    return isinstance(call.fn, (Method, Syntax)) or any(call.fn is fn for fn in HANDING_ON)


def _handed_on(stmt: Stmt) -> Iterator[tuple[Atom, Var]]:
    """What branches and loops hand on, and to what."""
    if isinstance(stmt, If):
        yield from zip((*stmt.then.yields, *stmt.orelse.yields), stmt.results * 2, strict=True)
    elif isinstance(stmt, (For, While)):
        ends = zip(stmt.inits, stmt.body.yields, stmt.params, stmt.results, strict=True)
        yield from (pair for init, after, p, r in ends for pair in ((init, p), (after, p), (p, r)))
        if isinstance(stmt, For):
            pairs = zip(stmt.sources, stmt.items, strict=True)
            yield from ((source.sequence, item) for source, item in pairs if isinstance(source, Each))


def _reads_number(call: Call, types: Types) -> bool:
    """Whether a call makes numbers of a text, as far as anybody knows."""
    fn = call.fn
    if is_user_function(fn):
        result = atom_type(types, call.results[0])
        return may_carry_derivative(result) and not isinstance(result, Unknown)
    is_number = isinstance(fn, type) and issubclass(fn, np.inexact)
    return is_number or any(fn is reads for reads in READING)
