"""Read an array where the program reads a list or tuple that it made of it.

    for row in list(a):                       for row in a:
        total += row @ w                          total += row @ w

The items are those of the array, and its cotangent is an array as well. A list that is changed, joined
or handed on stays a list.

relies on: follow_stores.  ensures: the same items in the same order.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import Atom, Call, Each, For, Function, Star, Stmt
from adcompile.ir.traverse import atoms_of, blocks_of, source_atoms, substitute, walk
from adcompile.ir.types import Array, Scalar, kind_of
from adcompile.runtime.structures import unpack


def read_arrays(function: Function, types: Types) -> Function:
    """The function that reads no list or tuple whose items alone are read, whose types are to be inferred
    again; the function itself, where there is no such list."""
    stmts = list(walk(function.body))
    made = {s.result: s.operands[0] for s in stmts if isinstance(s, Call) and _is_of_array(s, types)}
    if not made:
        return function
    others = {a for s in stmts for a in _read_otherwise(s, types)} | set(function.body.yields)
    read = {v: a for v, a in made.items() if v not in others}
    return replace(function, body=substitute(function.body, read)) if read else function


def _is_of_array(call: Call, types: Types) -> bool:
    if call.fn not in (builtins.list, builtins.tuple) or len(call.args) != 1 or isinstance(call.args[0], Star):
        return False
    return isinstance(array := atom_type(types, call.args[0]), Array) and bool(array.shape)


def _read_otherwise(stmt: Stmt, types: Types) -> Iterator[Atom]:
    """What a statement reads, but for the sequences of which it takes an item, all items, or their number."""
    yield from (a for b in blocks_of(stmt) for a in b.yields)
    if isinstance(stmt, For):
        yield from stmt.inits
        yield from (a for s in stmt.sources if not isinstance(s, Each) for a in source_atoms(s))
    elif isinstance(stmt, Call) and _takes_items(stmt, types):
        yield from stmt.operands[1:]
    else:
        yield from atoms_of(stmt)


def _takes_items(call: Call, types: Types) -> bool:
    """Whether a call takes an item of its first operand, all items, or their number."""
    if not call.args or isinstance(call.args[0], Star):
        return False
    if call.fn is operator.getitem:
        index = atom_type(types, call.operands[1])
        return isinstance(index, Scalar) and kind_of(index.dtype) == "int"
    return call.fn is unpack or (call.fn in (builtins.len, np.array) and len(call.operands) == 1)
