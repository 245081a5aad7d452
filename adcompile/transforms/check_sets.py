"""The check of a program of index sets: set numbers are moved and joined, and nothing else.

A sum of two set numbers would be the number of another set, and the pattern would lack entries
without a sign of it. So what forward mode writes is followed here from the parameters on.

relies on: index_sets.  ensures: no call computes with set numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import joins
from adcompile.ir.nodes import Atom, Block, Call, Each, For, FunctionRef, If, Stmt, Through, While, With
from adcompile.ir.traverse import blocks_of
from adcompile.runtime import index_sets as sets
from adcompile.runtime import structures, updates
from adcompile.transforms.index_set_rules import MOVES, meant_by

KEEPS = frozenset(
    [
        *(operator.getitem, np.asarray, np.pad, np.copy, deepcopy, structures.unpack, structures.unpack_star),
        *(structures.make_tuple, structures.make_list, structures.make_dict),
        *(updates.update, updates.append, updates.extend, updates.without_last),
    ]
)
ASKS = frozenset([np.shape, np.size, np.ndim, len])


def check_sets(body: Block, given: Sequence[Atom], types: Types) -> None:
    """See to it that set numbers are moved and joined, and that nothing computes with them.

    Raises:
        TypeError: if something does: a fault of ours.
    """
    found = set(given)
    size = -1
    while size != len(found):
        size = len(found)
        _follow(body, found, types)


def _follow(block: Block, found: set[Atom], types: Types) -> None:
    for stmt in block.stmts:
        if isinstance(stmt, Call):
            _check_call(stmt, found, types)
        for inner in blocks_of(stmt):
            _follow(inner, found, types)
        for pairs in _handed_on(stmt):
            found.update(to for source, to in pairs if source in found)


def _handed_on(stmt: Stmt) -> Iterator[Iterable[tuple[Atom, Atom]]]:
    """What a statement that owns blocks hands on, in pairs."""
    if isinstance(stmt, If):
        yield zip(stmt.then.yields, stmt.results, strict=True)
        yield zip(stmt.orelse.yields, stmt.results, strict=True)
    elif isinstance(stmt, With):
        yield zip(stmt.body.yields, stmt.results, strict=True)
    elif isinstance(stmt, (For, While)):
        yield zip(stmt.inits, stmt.params, strict=True)
        yield zip(stmt.body.yields, stmt.params, strict=True)
        yield zip(stmt.params, stmt.results, strict=True)
        if isinstance(stmt, For):
            yield [(s.sequence, item) for s, item in zip(stmt.sources, stmt.items, strict=True) if isinstance(s, Each)]


def _check_call(call: Call, found: set[Atom], types: Types) -> None:
    """Whether a call may read the sets that it reads; what it gives are sets then."""
    read = [i for i, a in enumerate(call.operands) if a in found]
    if not read:
        return
    if isinstance(call.fn, FunctionRef):
        found.update(call.results[1:])
        return
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    meant = meant_by(fn)
    if meant in ASKS:
        return
    of_sequences = joins(fn, *(atom_type(types, a) for a in call.operands))
    is_move = fn in KEEPS or meant in MOVES or of_sequences
    if fn not in sets.JOINS and not is_move:
        raise TypeError(f"{fn} computes with set numbers")
    found.update(call.results)
