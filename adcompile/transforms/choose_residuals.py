"""Choose what the reverse sweep keeps of a frame, and what it computes again.

A frame is one trip of a loop, or the function itself. Of the values of a frame that the
reverse sweep reads, some can be computed again from others, if that is cheap; a minimum cut
finds the least memory from which all of them can be had.

relies on: reverse.  ensures: a reverse block that reads what is kept, and nothing else of the frame.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence

import numpy as np

from adcompile.analyses.effects import CREATORS, is_pure
from adcompile.analyses.final_values import FinalValues
from adcompile.analyses.infer import Types
from adcompile.analyses.needs import Needs
from adcompile.analyses.scopes import Scope, Scopes
from adcompile.ir.callables import canonical, is_update
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    FunctionRef,
    If,
    Loop,
    Range,
    Source,
    Stmt,
    Syntax,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import clone, map_atoms, uses_in, walk
from adcompile.ir.types import UNKNOWN, Array, List, Scalar, Tuple
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.build import Builder
from adcompile.transforms.min_cut import cheapest_to_keep
from adcompile.transforms.placement import Placement
from adcompile.transforms.reverse import Reversed

# What is computed again rather than recorded: it costs no more than reading it back.
CHEAP = frozenset(
    [
        np.add,
        np.subtract,
        np.multiply,
        np.divide,
        np.negative,
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
        np.transpose,
        np.reshape,
        np.ravel,
        np.expand_dims,
        np.squeeze,
        np.swapaxes,
        np.shape,
        np.ndim,
        np.size,
        len,
        operator.getitem,
        operator.not_,
        operator.is_,
        operator.is_not,
        make_tuple,
        slice,
    ]
)
COMPARISONS = frozenset([np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal])
NUMBER_COST, ARRAY_COST, COPY_COST, COUNTER_COST = 10, 80, 2000, 1


class Choosing:
    """Chooses for the frames of one forward sweep."""

    def __init__(
        self,
        reversed_: Reversed,
        inputs: Sequence[Var],
        returned: Sequence[Atom],
        scopes: Scopes,
        placement: Placement,
        split: bool,
    ) -> None:
        self.split = split
        self.placement = placement
        self.types = reversed_.types
        self.scopes = scopes
        self.updated = updated_values(reversed_.forward)
        self.forward_needs = self.needed_before(reversed_, returned)
        self.final = FinalValues(reversed_.forward, inputs, self.types, scopes)

    def needed_before(self, reversed_: Reversed, returned: Sequence[Atom]) -> set[Var]:
        """The values that the forward sweep computes in any case: for what it returns, for its
        effects, and for what cannot be computed in the reverse sweep."""
        read = {v for v in uses_in(reversed_.backward) if v in self.scopes.of}
        pending, seen = list(read), set(read)
        while pending:
            call = self.scopes.calls.get(pending.pop())
            if call is None or not self.may_be_made_again(call):
                continue
            seen.discard(call.result)
            operands = [a for a in call.operands if isinstance(a, Var) and a not in read]
            read.update(operands)
            seen.update(operands)
            pending += operands
        forward = Block(reversed_.forward, tuple(returned))
        return Needs(forward, seen).found

    def may_be_made_again(self, call: Call) -> bool:
        """Whether a call gives the same value, and an object that may be another, at another time."""
        if len(call.results) != 1 or not is_pure(call) or is_update(call) or isinstance(call.fn, (FunctionRef, Syntax)):
            return False
        if isinstance(call.fn, Attribute) and canonical(call.fn) is call.fn:
            return False
        if call.fn in CREATORS or canonical(call.fn) in CREATORS:
            return False
        scope: Scope | None = self.scopes.of[call.result]
        while scope is not None and not isinstance(scope.owner, (For, While)):
            if isinstance(scope.owner, With):
                return False  # it may warn outside of its context
            scope = scope.parent
        return True

    def cut(self, body: Block, frame: Loop | None) -> tuple[list[Var], Block]:
        """The values of a frame to keep for a reverse block, and the block with the rest
        computed again in it."""
        mine = [v for v in uses_in(body) if v in self.scopes.of and self.scopes.frame(v) is frame]
        order = {v: i for i, v in enumerate(self.scopes.of)}
        mine.sort(key=order.__getitem__)
        kept = self.cheapest(mine, frame)
        if frame is not None and self.total(kept, frame) > COUNTER_COST * len(kept):
            kept = self.with_final_values(mine, kept, frame)
        recomputed = self.behind(mine, kept, frame)
        body = self.recompute(body, self.in_order(sorted(recomputed, key=order.__getitem__), frame), frame)
        needed = uses_in(body)
        return sorted((v for v in kept if v in needed), key=order.__getitem__), body

    def cheapest(self, needed: Sequence[Var], frame: Loop | None) -> set[Var]:
        """The values that cost least to keep, of those from which all that are needed can be had."""
        return cheapest_to_keep(needed, lambda v: self.operands(v, frame), lambda v: self.cost(v, frame))

    def total(self, kept: Iterable[Var], frame: Loop | None) -> int:
        """What it costs to keep some values."""
        return sum(self.cost(v, frame) for v in kept)

    def with_final_values(self, needed: Sequence[Var], kept: set[Var], frame: Loop) -> set[Var]:
        """What is kept if elements that have their last value are read from the array after the
        loops, where that is less than what would be `kept`."""
        reached = self.behind(needed, set(), frame)
        candidates = [v for v in self.scopes.calls if v in reached]
        again = {v: call for v in candidates if (call := self.final.again(v))}
        again = {v: call for v, call in again.items() if call.operands[0] not in self.updated}
        plain = {v: self.scopes.calls[v] for v in again}
        self.scopes.calls.update(again)
        fewer = self.cheapest(needed, frame)
        if self.total(fewer, frame) < self.total(kept, frame):
            return fewer
        self.scopes.calls.update(plain)
        return kept

    def in_order(self, values: Sequence[Var], frame: Loop | None) -> list[Var]:
        """Values that are computed again, each after those that it is computed from."""
        made: dict[Var, None] = {}

        def make(var: Var) -> None:
            if var not in made:
                for operand in self.operands(var, frame) or ():
                    if operand in values:
                        make(operand)
                made[var] = None

        for value in values:
            make(value)
        return list(made)

    def operands(self, var: Var, frame: Loop | None) -> list[Var] | None:
        """What a value can be computed again from, within the frame; None if it cannot be."""
        call = self.scopes.calls.get(var)
        if call is None or not self.may_be_made_again(call):
            return None
        if not is_cheap(call) and var in self.forward_needs:
            return None
        if any(a in self.updated and not self.scopes.is_of(a, frame) for a in call.operands if isinstance(a, Var)):
            return None  # the element is gone when the reverse sweep asks, and the whole costs a copy
        return [a for a in call.operands if isinstance(a, Var) and self.scopes.is_of(a, frame)]

    def cost(self, var: Var, frame: Loop | None) -> int:
        """What keeping a value costs: memory, in rough units."""
        if frame is None and self.scopes.of[var] is self.scopes.root and not self.split:
            return 0  # it is in its local variable
        if frame is not None and var in counters(frame, self.types):
            return COUNTER_COST
        if var in self.updated:
            return COPY_COST
        return NUMBER_COST if isinstance(self.types.get(var), Scalar) else ARRAY_COST

    def behind(self, needed: Sequence[Var], kept: set[Var], frame: Loop | None) -> set[Var]:
        """The values that have to be computed again, given those that are kept."""
        found: set[Var] = set()
        pending = [v for v in needed if v not in kept]
        while pending:
            var = pending.pop()
            if var in found:
                continue
            found.add(var)
            pending += [o for o in self.operands(var, frame) or () if o not in kept]
        return found

    def recompute(self, body: Block, values: Sequence[Var], frame: Loop | None) -> Block:
        """A reverse block with some values of the forward sweep computed again, each in the
        part of the block that mirrors where it was computed first."""
        if not values:
            return body
        self.placement.note(values, "recomputed", frame)
        mirrored = {}
        for stmt in walk(body):
            if isinstance(stmt, If) and stmt.of is not None:
                mirrored[(stmt.of, 0)], mirrored[(stmt.of, 1)] = stmt.then, stmt.orelse
        places: dict[Block, list[Call]] = {}
        for var in values:
            scope: Scope | None = self.scopes.of[var]
            place = body
            while scope is not None and scope.owner is not frame:
                if isinstance(scope.owner, If) and (scope.owner, scope.side) in mirrored:
                    place = mirrored[(scope.owner, scope.side)]
                    break
                scope = scope.parent
            places.setdefault(place, []).append(self.scopes.calls[var])
        return self._insert(body, places, {})

    def _insert(self, block: Block, places: dict[Block, list[Call]], renamed: dict[Var, Atom]) -> Block:
        renamed = dict(renamed)
        fresh: tuple[Stmt, ...] = ()
        if block in places:
            made = clone(Block(tuple(places[block])), renamed)
            fresh = made.stmts
            for old in places[block]:
                new = renamed[old.result]
                assert isinstance(new, Var)
                self.types[new] = self.types.get(old.result, UNKNOWN)

        def atom(a: Atom) -> Atom:
            return renamed.get(a, a) if isinstance(a, Var) else a

        stmts = tuple(map_atoms(s, atom, lambda b: self._insert(b, places, renamed)) for s in block.stmts)
        return Block(fresh + stmts, tuple(map(atom, block.yields)))

    def compute_in_branches(self, backward: Block) -> Block:
        """Compute what a branch of the forward sweep computes for its mirror alone, or at little
        cost, in the mirror."""
        return self.cut(backward, None)[1]

    def compare_again(self, backward: Block) -> Block:
        """Compute the comparisons of numbers that the function's own branches depend on again,
        where they are read: that reads better than a flag, and costs as little."""
        order = {v: i for i, v in enumerate(self.scopes.of)}
        conditions = {s.cond for s in walk(backward) if isinstance(s, If) and isinstance(s.cond, Var)}
        mine = [v for v in conditions if self.scopes.is_of(v, None) and self._is_comparison(v)]
        return self.recompute(backward, sorted(mine, key=order.__getitem__), None)

    def _is_comparison(self, var: Var) -> bool:
        call = self.scopes.calls.get(var)
        if call is None or canonical(call.fn) not in COMPARISONS:
            return False
        return all(isinstance(Builder(self.types).type_of(a), Scalar) for a in call.operands)


def is_cheap(call: Call) -> bool:
    """Whether to compute a value again costs no more than to read it back."""
    meant = canonical(call.fn)
    if meant is np.power:
        exponent = call.operands[1]
        return isinstance(exponent, Const) and exponent.value in (1, 2)
    return meant in CHEAP


def counters(loop: Loop, types: Types) -> set[Var]:
    """The values of a trip that the number of the trip gives: counters, and elements of
    sequences that can be read at any position."""
    if isinstance(loop, While):
        return set()
    found = {item for item, source in zip(loop.items, loop.sources, strict=True) if is_indexed(source, types)}
    return found | ({loop.index} if loop.index is not None else set())


def is_indexed(source: Source, types: Types) -> bool:
    """Whether the number of a trip gives the item of a loop's source."""
    if isinstance(source, Each) and isinstance(source.sequence, Var):
        return isinstance(types.get(source.sequence), (Array, List, Tuple))
    return isinstance(source, Range)


def updated_values(stmts: Sequence[Stmt]) -> set[Var]:
    """The values whose memory a later update takes: to keep one of them costs a copy."""
    found: set[Var] = set()
    order = list(walk(Block(tuple(stmts))))
    for stmt in order:
        if isinstance(stmt, Call) and is_update(stmt) and isinstance(stmt.operands[0], Var):
            found.add(stmt.operands[0])
    for stmt in reversed(order):  # an inner loop's param before the value that it begins with
        if isinstance(stmt, (For, While)):
            found.update(a for p, a in zip(stmt.params, stmt.inits, strict=True) if p in found and isinstance(a, Var))
    return found


def changed_later(stmts: Sequence[Stmt]) -> set[Var]:
    """The values whose memory a later update may take, in this trip of a loop or in the next."""
    found, size = updated_values(stmts), -1
    while size != len(found):
        size = len(found)
        for stmt in walk(Block(tuple(stmts))):
            sources: Iterable[tuple[Var, Sequence[Atom]]] = ()
            if isinstance(stmt, (For, While)):
                sources = zip(stmt.params, zip(stmt.inits, stmt.body.yields, strict=True), strict=True)
            elif isinstance(stmt, If):
                sources = zip(stmt.results, zip(stmt.then.yields, stmt.orelse.yields, strict=True), strict=True)
            found.update(a for value, atoms in sources if value in found for a in atoms if isinstance(a, Var))
    return found
