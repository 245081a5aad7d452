"""Decide which updates happen in place.

Between the passes every update makes a new value. Here an update may take the memory of the
value that it updates, if nobody reads that value any more, no other living value shares its
memory, and the memory is the function's own. Where a loop updates a value that is not its
own before the first trip, one copy before the loop makes it so.

relies on: place_residuals.  ensures: a set of calls that may be emitted as statements in place.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adcompile.analyses.aliasing import SHARING, Aliasing, is_of_rules
from adcompile.analyses.effects import is_pure_callable
from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import IN_PLACE, canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Loop,
    Stmt,
    Syntax,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import blocks_of, map_atoms, walk
from adcompile.ir.types import UNKNOWN, Array, List, Scalar, Type, kind_of
from adcompile.runtime import updates

UPDATES = frozenset(
    [updates.update, updates.increment, updates.add_at, updates.append, updates.extend, updates.without_last]
)
ADDITIONS = frozenset([operator.add, operator.sub])


def is_update(call: Call) -> bool:
    """Whether a call makes a changed copy of its first operand."""
    fn: Any = call.fn
    return not isinstance(fn, (Syntax, type)) and (fn in UPDATES or fn in IN_PLACE)


@dataclass(frozen=True, slots=True)
class Plan:
    """A function, and which of its updates happen in place. `copied` says of the others why
    not, `owned` are the copies that were put before loops, `aliasing` is the function's."""

    function: Function
    in_place: frozenset[Call]
    aliasing: Aliasing
    copied: Mapping[Call, str] = field(default_factory=dict)
    owned: frozenset[Call] = frozenset()


def plan_buffers(function: Function, types: Types) -> Plan:
    """Choose the updates that happen in place; insert the copies that loops need."""
    if not any(isinstance(s, Call) and (is_update(s) or s.fn in ADDITIONS) for s in walk(function.body)):
        return Plan(function, frozenset(), Aliasing(function.body, types))
    owned: list[Call] = []
    planner = _Planner(function, types)
    copies = planner.copies_before_loops()
    if copies:
        function = replace(function, body=_insert(function.body, copies, types, owned))
        planner = _Planner(function, types)
    calls = [s for s in walk(function.body) if isinstance(s, Call) and planner.may_update(s)]
    hindered = {s: planner.hindrance(s) for s in calls}
    in_place = frozenset(s for s, hindrance in hindered.items() if hindrance is None)
    copied = {s: hindrance for s, hindrance in hindered.items() if hindrance is not None and is_update(s)}
    return Plan(function, in_place, planner.aliasing, copied, frozenset(owned))


# ---------------------------------------------------------------------------------- ownership


class Ownership:
    """Whether a value's memory was made by this function, for this value alone."""

    def __init__(self, body: Block) -> None:
        self.sources: dict[Var, tuple[Atom, ...] | None] = {}
        for stmt in walk(body):
            if isinstance(stmt, Call):
                for result in stmt.results:
                    self.sources[result] = self._of_call(stmt)
            elif isinstance(stmt, If):
                for i, result in enumerate(stmt.results):
                    self.sources[result] = (stmt.then.yields[i], stmt.orelse.yields[i])
            elif isinstance(stmt, (For, While)):
                for i, param in enumerate(stmt.params):
                    self.sources[param] = (stmt.inits[i], stmt.body.yields[i])
                    self.sources[stmt.results[i]] = (param,)
            elif isinstance(stmt, With):
                for i, result in enumerate(stmt.results):
                    self.sources[result] = (stmt.body.yields[i],)

    @staticmethod
    def _of_call(call: Call) -> tuple[Atom, ...] | None:
        """What a call's result owes its memory to: () for memory of its own, None for others'."""
        fn: Any = call.fn
        if is_update(call):
            return call.operands[:1]
        if isinstance(fn, Attribute) or not is_pure_callable(fn) or fn is operator.getitem:
            return None
        if len(call.results) > 1 or fn in SHARING or canonical(fn) in SHARING or is_of_rules(fn):
            return None
        return ()

    def owns(self, atom: Atom) -> bool:
        """Whether all memory that an atom can have is the function's own."""
        seen: set[Var] = set()
        pending = [atom]
        while pending:
            one = pending.pop()
            if isinstance(one, Const) or one in seen:
                continue
            seen.add(one)
            sources = self.sources.get(one)
            if sources is None:
                return False
            pending.extend(sources)
        return True


def _insert(body: Block, copies: Mapping[Loop, Sequence[int]], types: Types, owned: list[Call]) -> Block:
    """A body with copies of loops' inits, given by their positions, before each loop; `owned`
    receives them."""

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            new = map_atoms(stmt, lambda a: a, block)
            if isinstance(stmt, (For, While)):
                assert isinstance(new, (For, While))
                inits = list(new.inits)
                for i in copies.get(stmt, ()):
                    owned.append(copy(inits[i], stmt))
                    stmts.append(owned[-1])
                    inits[i] = owned[-1].result
                new = replace(new, inits=tuple(inits))
            stmts.append(new)
        return Block(tuple(stmts), b.yields)

    def copy(init: Atom, loop: Loop) -> Call:
        assert isinstance(init, Var)
        copied = Var(init.name, init.origin)
        types[copied] = types.get(init, UNKNOWN)
        return Call((copied,), copier(types[copied]), (init,), origin=loop.origin)

    return block(body)


def _is_updated(loop: Loop, position: int) -> bool:
    """Whether a loop updates its carried value number `position`."""
    chain: set[Var] = {loop.params[position]}
    for stmt in walk(loop.body):
        if isinstance(stmt, Call) and is_update(stmt) and stmt.operands[0] in chain:
            return True
        if isinstance(stmt, (For, While)):
            chain.update(p for p, i in zip(stmt.params, stmt.inits, strict=True) if i in chain)
    return False


def copier(type_: Type) -> Any:
    """The function that copies a value of a type."""
    if isinstance(type_, List):
        return list
    if isinstance(type_, Array):
        return np.copy
    from copy import copy

    return copy


# ------------------------------------------------------------------------------------ planning


class _Planner:
    def __init__(self, function: Function, types: Types) -> None:
        self.types = types
        self.ownership = Ownership(function.body)
        self.liveness = Liveness(function)
        self.aliasing = Aliasing(function.body, types)
        self.function = function

    def copies_before_loops(self) -> dict[Loop, list[int]]:
        """The inits that a loop updates in place and that are not its own before, by position."""
        loops = (s for s in walk(self.function.body) if isinstance(s, (For, While)))
        found = {loop: self.not_its_own(loop) for loop in loops}
        return {loop: positions for loop, positions in found.items() if positions}

    def not_its_own(self, loop: Loop) -> list[int]:
        """The positions of the inits that a loop updates, and that it has to copy first."""
        found: list[int] = []
        taken: set[Var] = set()
        others = self.liveness.live_after[loop] - set(loop.results)
        read = {v for b in blocks_of(loop) for v in self.liveness.free[b]} - set(loop.params)
        for i, init in enumerate(loop.inits):
            if isinstance(init, Var) and _is_updated(loop, i):
                shared = any(self.aliasing.affects(init, v) for v in others | read)
                if self.ownership.owns(init) and not shared and init not in taken:
                    taken.add(init)
                else:
                    found.append(i)
        return found

    def may_update(self, call: Call) -> bool:
        """Whether a call could be written as a statement that changes its first operand."""
        return bool(call.args) and (is_update(call) or self.is_addition(call))

    def hindrance(self, call: Call) -> str | None:
        """Why a call may not take the memory of its first operand; None if it may."""
        target = call.operands[0]
        if not isinstance(target, Var):
            return "it changes a constant"
        if not self.ownership.owns(target):
            return "its memory may be somebody else's"
        alive = self.liveness.live_after[call]
        if target in alive:
            return "the value from before is still read"
        shared = next((v for v in alive if v not in call.results and self.aliasing.affects(target, v)), None)
        return None if shared is None else "another value that may share its memory is still read"

    def is_addition(self, call: Call) -> bool:
        """Whether `a + b` can be `a += b`: the result has the shape and dtype of `a`."""
        fn: Any = call.fn
        if isinstance(fn, type) or fn not in ADDITIONS or not call.result.name.endswith("_bar"):
            return False
        a, made = self.type_of(call.operands[0]), self.types.get(call.result)
        return isinstance(a, Array) and a == made and a.shape not in (None, ()) and kind_of(a.dtype) == "float"

    def type_of(self, atom: Atom) -> Type:
        return self.types.get(atom, UNKNOWN) if isinstance(atom, Var) else UNKNOWN


__all__ = ["Mapping", "Plan", "Scalar", "is_update", "plan_buffers", "shape_of"]
