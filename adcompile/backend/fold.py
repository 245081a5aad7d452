"""Which values are written inside the expression that uses them, and need no name.

A temporary that is used once, in the same block, goes into its reader, as in the user's
own nested expression. A short cotangent goes into the next line of the same group. Nothing
moves over a statement that changes what it reads.

relies on: plan_buffers.  ensures: folding keeps every value.
"""

from __future__ import annotations

import operator
from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np

from adcompile.analyses.effects import is_pure
from adcompile.analyses.infer import Types
from adcompile.backend.augmented import augmented_stores
from adcompile.backend.subscripts import written_again
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    Atom,
    Block,
    Call,
    Each,
    For,
    FunctionRef,
    If,
    Range,
    Stmt,
    Syntax,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.ir.types import UNKNOWN, Scalar
from adcompile.runtime.structures import unpack, unpack_star
from adcompile.transforms.plan_buffers import Plan

LARGEST = 14  # operations in one expression of the adjoint
MOST_AFTER = 6  # operations that may follow a branch that ends a loop, and are written twice
SHORT = 5  # operations of a named cotangent that goes into another line


class Folding:
    """The folded values of a function, and what they stand for."""

    def __init__(self, plan: Plan, types: Types) -> None:
        self.types = types
        self.in_place = plan.in_place
        self.aliasing = plan.aliasing
        self.folded: dict[Var, Call | If] = {}
        self.size: dict[Var, int] = {}
        self.uses = _count_uses(plan.function.body)
        self.written_again = written_again(plan.function.body, types, self.uses)
        self.augmented = augmented_stores(plan, types, self.uses)
        self.within = set(self.augmented.values())  # what `a[i] op= v` computes
        for op in self.within:
            self.uses[op.operands[0]] -= 1  # type: ignore[index]  # it is a value
        self._block(plan.function.body, is_body=True)

    def expand(self, atom: Atom) -> Iterable[Var]:
        """The named values that an atom's expression reads."""
        if not isinstance(atom, Var):
            return ()
        stmt = self.folded.get(atom)
        if stmt is None:
            return (atom,)
        if isinstance(stmt, Call):
            return [v for a in stmt.operands for v in self.expand(a)]
        return [v for a in (stmt.cond, *stmt.then.yields, *stmt.orelse.yields) for v in self.expand(a)]

    def is_folded(self, stmt: Stmt) -> bool:
        """Whether a statement is written inside the expression that reads it."""
        return isinstance(stmt, (Call, If)) and bool(stmt.results) and stmt.results[0] in self.folded

    # ----------------------------------------------------------------------------- decisions

    def _block(self, block: Block, is_body: bool = False) -> None:
        readers = self._readers(block, is_body)
        for i, stmt in enumerate(block.stmts):
            for inner in blocks_of(stmt):
                self._block(inner, is_body=isinstance(stmt, While) and inner is stmt.head)
            if isinstance(stmt, Call) and not self._is_expression(stmt):
                continue
            if isinstance(stmt, If) and not self._is_choice(stmt):
                continue
            if not isinstance(stmt, (Call, If)):
                continue
            var = stmt.results[0]
            if var in self.written_again or stmt in self.within or self._is_of_store_alone(stmt):
                self._fold(var, stmt)
            if var not in readers:
                continue
            j, reader = readers[var]
            if self.uses.get(var, 0) != 1 and not self._is_first_of_choice(var, reader):
                continue
            if self._fits(var, stmt, reader) and self._may_move(stmt, block.stmts[i + 1 : j]):
                self._fold(var, stmt)

    def _is_of_store_alone(self, stmt: Call | If) -> bool:
        """Whether a call takes what `a[i] op= v` changes, and nothing else reads that."""
        is_item = isinstance(stmt, Call) and stmt.fn is operator.getitem and bool(self.within)
        return is_item and self.uses.get(stmt.results[0]) == 0

    def _is_first_of_choice(self, var: Var, reader: Stmt | None) -> bool:
        """Whether a value is the `a` of `a and b` or `a or b`, which reads it twice."""
        if not isinstance(reader, If) or reader.cond is not var or self.uses.get(var) != 2:
            return False
        yielded = (reader.then.yields, reader.orelse.yields)
        return (var,) in yielded and self.uses.get(reader.results[0]) == 1 and self._is_choice(reader)

    def _fold(self, var: Var, stmt: Call | If) -> None:
        self.folded[var] = stmt
        self.size[var] = self._size(stmt)

    def _size(self, stmt: Call | If) -> int:
        atoms = stmt.operands if isinstance(stmt, Call) else (stmt.cond, *stmt.then.yields, *stmt.orelse.yields)
        return 1 + sum(self.size.get(a, 0) for a in atoms if isinstance(a, Var))

    def _readers(self, block: Block, is_body: bool) -> dict[Var, tuple[int, Stmt | None]]:
        """Where in a block a value is read in a place that can hold an expression."""
        readers: dict[Var, tuple[int, Stmt | None]] = {}
        for j, stmt in enumerate(block.stmts):
            for atom in self._places(stmt):
                if isinstance(atom, Var):
                    readers[atom] = (j, stmt)
        if is_body:
            readers.update((a, (len(block.stmts), None)) for a in block.yields if isinstance(a, Var))
        return readers

    def _places(self, stmt: Stmt) -> Sequence[Atom]:
        if isinstance(stmt, Call):
            if isinstance(stmt.fn, Syntax) or not self.written_again.isdisjoint(stmt.results):
                return ()
            if stmt in self.within:
                return stmt.operands[1:]
            return stmt.operands[1:] if stmt in self.in_place else stmt.operands  # else of a copy
        if isinstance(stmt, If):
            return (stmt.cond,)
        if isinstance(stmt, For):
            found: list[Atom] = []
            for source in stmt.sources:
                if isinstance(source, Range):
                    found += [source.start, source.stop, source.step]
                elif isinstance(source, Each):
                    found.append(source.sequence)
            return found
        return (stmt.context,) if isinstance(stmt, With) else ()

    def _is_expression(self, call: Call) -> bool:
        if call.fn in (unpack, unpack_star) if not isinstance(call.fn, Syntax) else False:
            return False
        return len(call.results) == 1 and not is_update(call) and call not in self.in_place

    def _is_choice(self, stmt: If) -> bool:
        """Whether a branch is a conditional expression."""
        if len(stmt.results) != 1 or stmt.results[0].name or stmt.then.leaves or stmt.orelse.leaves:
            return False
        for block in (stmt.then, stmt.orelse):
            left = [s for s in block.stmts if not self.is_folded(s)]
            if len(left) > 1 or (left and not self._last_is_value(left[0], block)):
                return False
        for block in (stmt.then, stmt.orelse):
            for inner in block.stmts:
                if isinstance(inner, (Call, If)) and inner.results and not self.is_folded(inner):
                    self._fold(inner.results[0], inner)
        return True

    def _last_is_value(self, stmt: Stmt, block: Block) -> bool:
        """Whether a block is one expression, its value."""
        if not isinstance(stmt, (Call, If)) or len(stmt.results) != 1 or block.stmts[-1] is not stmt:
            return False
        if isinstance(stmt, Call) and (not self._is_expression(stmt) or not is_pure(stmt)):
            return False
        if isinstance(stmt, If) and not self._is_choice(stmt):
            return False
        var = stmt.results[0]
        return not var.name and block.yields == (var,) and self.uses.get(var, 0) == 1

    def _fits(self, var: Var, stmt: Call | If, reader: Stmt | None) -> bool:
        if not var.name:
            reverse = stmt.origin is not None and stmt.origin.reverse
            return not reverse or self._size(stmt) <= LARGEST
        if self._is_copied(var, stmt, reader):
            return True
        if not var.name.endswith("_bar"):
            return False
        same_group = reader is None or reader.origin == stmt.origin
        is_own_call = isinstance(stmt, Call) and isinstance(stmt.fn, FunctionRef)
        return same_group and self._size(stmt) <= SHORT and not is_own_call

    def _is_copied(self, var: Var, stmt: Call | If, reader: Stmt | None) -> bool:
        """Whether a value is read by a copy of it, of our making, that has its name."""
        if not isinstance(reader, Call) or len(reader.results) != 1 or reader.operands[0] is not var:
            return False
        of_user = reader.origin is not None and "copy" in reader.origin.text and not reader.origin.reverse
        other_line = stmt.origin is not None and stmt.origin.reverse and reader.origin != stmt.origin
        copies = is_update(reader) or reader.fn is np.copy
        return copies and not of_user and not other_line and reader.result.name == var.name

    def _may_move(self, stmt: Call | If, over: Sequence[Stmt]) -> bool:
        """Whether an expression gives the same value after the statements that it moves over."""
        if isinstance(stmt, Call) and not is_pure(stmt):
            return not [s for s in over if not self._stays_in_order(s)]
        atoms = stmt.operands if isinstance(stmt, Call) else (stmt.cond, *stmt.then.yields, *stmt.orelse.yields)
        reads = [v for a in atoms for v in self.expand(a)]
        memory = [v for v in reads if not isinstance(self.types.get(v, UNKNOWN), Scalar)]
        if not memory:
            return True
        for one in walk(Block(tuple(over))):
            if not isinstance(one, Call):
                continue
            if one in self.in_place:
                target = one.operands[0]
                if isinstance(target, Var) and any(self.aliasing.affects(target, v) for v in memory):
                    return False
            elif not is_pure(one):
                return False
        return True

    def _stays_in_order(self, stmt: Stmt) -> bool:
        """Whether a statement between an impure expression and its reader is part of the same
        expression, evaluated before or after it without a difference."""
        return isinstance(stmt, Call) and is_pure(stmt) and stmt not in self.in_place


def deciding_branch(
    block: Block, stop: Atom, uses: Mapping[Var, int], folded: Container[Var] = ()
) -> tuple[int, int | None] | None:
    """The branch that decides whether a trip ends its loop: its position in the trip's body, and
    which of its results is the flag (None if the branch's own condition is). Only a flag that
    nothing else needs, and only where little follows the branch, as that is written twice; and
    no branch that is folded into an expression."""
    for position, stmt in enumerate(block.stmts):
        if not isinstance(stmt, If) or not isinstance(stop, Var) or any(r in folded for r in stmt.results):
            continue
        if stmt.cond is not stop and not (stop in stmt.results and uses.get(stop, 0) == 1):
            continue
        rest = block.stmts[position + 1 :]
        if len(rest) <= MOST_AFTER and all(isinstance(s, Call) for s in rest):
            return position, None if stmt.cond is stop else stmt.results.index(stop)
    return None


def _count_uses(block: Block) -> dict[Var, int]:
    counts: dict[Var, int] = {}

    def add(atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Var):
                counts[atom] = counts.get(atom, 0) + 1

    def visit(b: Block) -> None:
        add(b.yields)
        for stmt in b.stmts:
            add(atoms_of(stmt))
            for inner in blocks_of(stmt):
                visit(inner)
            if isinstance(stmt, (For, While)) and stmt.stop is not None:
                flag = stmt.body.yields[stmt.stop]
                found = deciding_branch(stmt.body, flag, {})
                if found is not None and found[1] is None and isinstance(flag, Var):
                    counts[flag] -= 1  # the branch itself breaks: its condition is written once

    visit(block)
    return counts
