"""Which stores are written `a[i] op= v`: those of `a[i] op v` into the same place.

The reverse sweep scales what stands in a cotangent, and the user may have written such a store
himself: then his line has the operator. What stood in the place before is not taken from it first.

relies on: plan_buffers.  ensures: `a[i] op= v` leaves what `a[i] = a[i] op v` leaves.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

import numpy as np

from adcompile.analyses.effects import is_pure
from adcompile.backend.callables import BINARY
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, Const, Stmt, Var, same_atom
from adcompile.ir.traverse import blocks_of, walk
from adcompile.ir.types import VAGUE, Array, Scalar, Type
from adcompile.runtime import updates
from adcompile.transforms.plan_buffers import Plan, is_written_in_place


def augmented_stores(plan: Plan, types: Mapping[Var, Type], uses: Mapping[Var, int]) -> dict[Call, Call]:
    """For each such store the operation, whose first operand is what stands in the place."""
    blocks = [plan.function.body, *(b for s in walk(plan.function.body) for b in blocks_of(s))]
    return {store: op for block in blocks for store, op in _of_block(block, plan, types, uses)}


def _of_block(
    block: Block, plan: Plan, types: Mapping[Var, Type], uses: Mapping[Var, int]
) -> list[tuple[Call, Call]]:
    found: list[tuple[Call, Call]] = []
    made: dict[Atom, tuple[int, Call]] = {}
    for position, stmt in enumerate(block.stmts):
        if not isinstance(stmt, Call):
            continue
        if stmt in plan.in_place and stmt.fn is updates.update and (value := stmt.operands[2]) in made:
            at, op = made[value]
            is_alone = uses.get(op.result, 0) == 1 and not op.result.name
            moves = all(_only_computes(s, plan) for s in block.stmts[at + 1 : position])
            if is_alone and moves and _is_written_so(op) and _is_of_place(op, stmt, made, types):
                found.append((stmt, op))
        if len(stmt.results) == 1:
            made[stmt.result] = position, stmt
    return found


def _only_computes(stmt: Stmt, plan: Plan) -> bool:
    return isinstance(stmt, Call) and is_pure(stmt) and not is_update(stmt) and stmt not in plan.in_place


def _is_written_so(op: Call) -> bool:
    """Whether a call is of an operator, and a line of ours is reversed or the user wrote it with a store."""
    if not any(op.fn is fn for fn in BINARY):
        return False
    return (op.origin is not None and op.origin.reverse) or is_written_in_place(op)


def _is_of_place(
    op: Call, store: Call, made: Mapping[Atom, tuple[int, Call]], types: Mapping[Var, Type]
) -> bool:
    """Whether an operation takes what stands where a store puts its result, and gives the like."""
    array, index, _ = store.operands
    before = op.operands[0]
    if not isinstance(array, Var) or not isinstance(types.get(array), Array):
        return False  # an item of a list would be changed itself
    if not isinstance(before, Var) or not _is_alike(types.get(before), types.get(op.result)):
        return False
    if isinstance(index, Const) and index.value is Ellipsis:
        return before is array
    taken = made.get(before, (0, None))[1]
    if taken is not None and taken.fn is np.copy:
        taken = made.get(taken.operands[0], (0, None))[1]
    return (
        taken is not None
        and taken.fn is operator.getitem
        and taken.operands[0] is array
        and same_atom(taken.operands[1], index)
    )


def _is_alike(before: Type | None, after: Type | None) -> bool:
    if isinstance(before, Scalar) and isinstance(after, Scalar):
        return before.dtype == after.dtype and before.dtype not in VAGUE
    known = isinstance(before, Array) and before.shape is not None and before.dtype != "?"
    return known and before == after
