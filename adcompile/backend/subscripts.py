"""Which temporaries are read in subscripts alone, and are written in each as the user wrote them.

Equal computations are made once, so `L[i, j - 1] = s / L[i, j - 1]` has one tuple, with one
`j - 1`, that two subscripts read. To write it twice is what the user did, and costs little
more than to read it from a name.

relies on: nothing.  ensures: what is written again is arithmetic of ints that are not computed
again, a slice, or a tuple.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from adcompile.ir.nodes import Atom, Block, Call, Const, Syntax, Var
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.ir.types import UNKNOWN, Scalar, Slice, Type
from adcompile.runtime import updates
from adcompile.runtime.structures import make_tuple

SUBSCRIPTED = frozenset([operator.getitem, updates.update, updates.increment, updates.add_at])
ARITHMETIC = frozenset([operator.add, operator.sub, operator.mul, operator.neg])


def written_again(body: Block, types: Mapping[Var, Type], uses: Mapping[Var, int]) -> set[Var]:
    """The temporaries that only subscripts read, more than once, and what those are made of."""
    found: set[Var] = set()
    within: set[Atom] = set()  # what they are made of
    elsewhere = set(body.yields)
    for stmt in reversed(list(walk(body))):
        elsewhere.update(a for inner in blocks_of(stmt) for a in inner.yields)
        if not isinstance(stmt, Call) or isinstance(stmt.fn, Syntax):
            elsewhere.update(atoms_of(stmt))
        elif stmt.fn in SUBSCRIPTED and not stmt.kwargs and len(stmt.operands) == len(stmt.args):
            elsewhere.update((*stmt.operands[:1], *stmt.operands[2:]))
        elif not _is_part(stmt, types) or stmt.result in elsewhere:
            elsewhere.update(stmt.operands)
        elif uses.get(stmt.result, 0) > 1 or stmt.result in within:
            found.add(stmt.result)
            within.update(stmt.operands)
    return found


def _is_part(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call makes a temporary that a subscript is made of: from ints, cheaply."""
    fn: Any = call.fn
    if isinstance(fn, Syntax) or len(call.results) != 1 or call.result.name or call.kwargs:
        return False
    if fn is not make_tuple and fn is not slice and not (fn in ARITHMETIC and _is_int(call.result, types)):
        return False
    return all(_is_int(a, types) or _is_index(a, types) for a in call.operands)


def _is_int(atom: Atom, types: Mapping[Var, Type]) -> bool:
    if isinstance(atom, Const):
        return type(atom.value) is int
    type_ = types.get(atom, UNKNOWN)
    return isinstance(type_, Scalar) and type_.dtype == "int"


def _is_index(atom: Atom, types: Mapping[Var, Type]) -> bool:
    """Whether an atom is something else that a subscript is made of, and that nothing changes."""
    if isinstance(atom, Const):
        return atom.value is None or atom.value is Ellipsis or type(atom.value) is slice
    return isinstance(types.get(atom), Slice)
