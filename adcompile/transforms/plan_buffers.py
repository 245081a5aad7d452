"""Decide which updates happen in place.

Between the passes every update makes a new value. Here an update may take the memory of the
value that it updates, if nobody reads that value any more, no other living value shares its
memory, and the memory is the function's own. Where a loop updates a value that is not its
own before the first trip, one copy before the loop makes it so.

relies on: place_residuals.  ensures: a set of calls that may be emitted as statements in place.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.analyses.ownership import Ownership
from adcompile.analyses.separation import Separation
from adcompile.analyses.versions import sources_in_trip, versions_of_inputs, written_elsewhere
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    Atom,
    Block,
    Call,
    For,
    Function,
    Loop,
    Stmt,
    Var,
    While,
    WriteBack,
)
from adcompile.ir.traverse import blocks_of, map_atoms, substitute, walk
from adcompile.ir.types import UNKNOWN, Array, Scalar, Type, kind_of
from adcompile.runtime import updates
from adcompile.runtime.checks import require_apart
from adcompile.transforms.copy_before_loops import copier, copy_before_loops, outermost
from adcompile.transforms.read_before_store import read_before_store
from adcompile.transforms.save_old_values import save_old_values

ADDITIONS = frozenset([operator.add, operator.sub])
SCALINGS = frozenset([operator.mul, operator.truediv])
SIGNS: dict[Any, str] = {
    operator.add: "+=",
    operator.sub: "-=",
    operator.mul: "*=",
    operator.truediv: "/=",
    operator.floordiv: "//=",
    operator.mod: "%=",
    operator.pow: "**=",
}
GIVING_BACK = (updates.write_back, updates.write_back_items)


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
    if not any(isinstance(s, Call) and (is_update(s) or s.fn in ADDITIONS | SCALINGS) for s in walk(function.body)):
        return Plan(function, frozenset(), Aliasing(function.body, types))
    function = save_old_values(read_before_store(function), types)
    given = set(versions_of_inputs(function.body).values())
    plan = _planned(function, types, given)
    elsewhere = given - _changed_where_they_are(plan, given) if given else set()
    if elsewhere:
        plan = _planned(_copied_back(function, elsewhere, types), types, given - elsewhere)
    return plan


def _planned(function: Function, types: Types, given: Set[Var]) -> Plan:
    """The plan in which the objects `given` may be changed themselves."""
    owned: list[Call] = []
    copied: dict[Var, str] = {}  # the results of updates that change a copy, and why
    had: set[Var] = set()  # the carried values that have a copy before their loop
    while True:
        planner = _Planner(function, types, given)
        hindered = planner.hindered()
        needing = {s.result: s for s in hindered if is_update(s) and s.result not in copied}
        copies = outermost(planner.copies_before_loops(had))
        inits = [loop.inits[i] for loop, positions in copies.items() for i in positions]
        first = _first_of_chains(function.body, needing, inits if copies else [s.operands[0] for s in needing.values()])
        if first:
            copied |= {s.result: hindered[s] for s in first}
            body = _on_copies(function.body, first, types)
        elif copies:
            had.update(loop.params[i] for loop, positions in copies.items() for i in positions)
            body = copy_before_loops(function.body, copies, types, owned)
        else:
            break
        function = replace(function, body=body)
    updates_ = planner.updates()
    reasons = {s: copied.get(s.result) or hindered.get(s) for s in updates_ if is_update(s)}
    in_place = frozenset(s for s in updates_ if s not in hindered)
    known = {s: reason for s, reason in reasons.items() if reason is not None}
    return Plan(function, in_place, planner.aliasing, known, frozenset(owned))


def _first_of_chains(body: Block, needing: Mapping[Var, Call], later: Sequence[Atom]) -> set[Call]:
    """Of the updates that need a copy those of which, by further ones, some of the `later` values
    come: from a copy of its own on, the memory is one that others do not see."""
    if not needing:
        return set()
    sources = sources_in_trip(body)
    first: set[Call] = set()
    for atom in later:
        pending, seen = [atom], set()
        while pending:
            one = pending.pop()
            if isinstance(one, Var) and one not in seen:
                seen.add(one)
                pending += sources.get(one, ())
        found = [needing[v] for v in seen if v in needing]
        first.update(s for s in found if not any(o.result in _before(s, sources) for o in found if o is not s))
    return first


def _before(call: Call, sources: Mapping[Var, Sequence[Atom]]) -> set[Var]:
    """The values that the object of an update has before it."""
    seen: set[Var] = set()
    pending = [call.operands[0]]
    while pending:
        one = pending.pop()
        if isinstance(one, Var) and one not in seen:
            seen.add(one)
            pending += sources.get(one, ())
    return seen


def _on_copies(body: Block, calls: Set[Call], types: Types) -> Block:
    """A body in which some updates change a copy, made just before."""

    def block(b: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in b.stmts:
            if isinstance(stmt, Call) and stmt in calls:
                target = stmt.operands[0]
                assert isinstance(target, Var)
                own = Var(target.name, target.origin)
                types[own] = types.get(target, UNKNOWN)
                stmts.append(Call((own,), copier(types[own]), (target,), origin=stmt.origin))
                stmt = replace(stmt, args=(own, *stmt.args[1:]))
            stmts.append(map_atoms(stmt, lambda a: a, block))
        return Block(tuple(stmts), b.yields)

    return block(body)


def _changed_where_they_are(plan: Plan, given: Set[Var]) -> set[Var]:
    """The caller's objects all of whose changes are made in their own memory. Items that change
    themselves are no memory of their container's: they are changed as copies, and given back."""
    versions = versions_of_inputs(plan.function.body)
    good = ({start for version, start in versions.items() if version is start} & given) - written_elsewhere(
        plan.function.body
    )
    for stmt in walk(plan.function.body):
        if isinstance(stmt, Call) and is_update(stmt) and stmt not in plan.in_place:
            good.discard(versions.get(stmt.result))
        elif isinstance(stmt, Call) and isinstance(stmt.fn, WriteBack) and "changed" in stmt.fn.items:
            good.discard(stmt.fn.of)
    return good


def _copied_back(function: Function, inputs: Set[Var], types: Types) -> Function:
    """The function that works on copies of some of the caller's objects, and gives these their
    last contents at the end."""

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call) and isinstance(s.fn, WriteBack) and s.fn.of in inputs:
            deep = "changed" in s.fn.items
            return replace(s, fn=updates.write_back_items if deep else updates.write_back, args=(s.fn.of, *s.args))
        return s

    body = Block(tuple(map(stmt, function.body.stmts)), function.body.yields)
    backs = [s.fn for s in function.body.stmts if isinstance(s, Call) and isinstance(s.fn, WriteBack)]
    deep = {back.of for back in backs if "changed" in back.items}
    copies: list[Stmt] = []
    for var in [p.var for p in function.params if p.var in inputs]:
        own = Var(var.name, var.origin)
        types[own] = types.get(var, UNKNOWN)
        copies.append(Call((own,), deepcopy if var in deep else copier(types[own]), (var,)))
        body = _with_own(body, var, own)
    return replace(function, body=Block((*copies, *body.stmts), body.yields))


def _with_own(body: Block, var: Var, own: Var) -> Block:
    """A body that works on `own` for `var`, but where `var` is given back or compared with others."""
    changed = substitute(body, {var: own})
    outer = zip(body.stmts, changed.stmts, strict=True)
    return Block(tuple(_outside(old, new) for old, new in outer), changed.yields)


def _outside(old: Stmt, new: Stmt) -> Stmt:
    if isinstance(old, Call) and isinstance(new, Call):
        if old.fn in GIVING_BACK:
            return replace(new, args=(old.args[0], *new.args[1:]))
        if old.fn is require_apart:
            return old
    return new


def _is_updated(loop: Loop, position: int) -> bool:
    """Whether a loop updates its carried value number `position`."""
    chain: set[Var] = {loop.params[position]}
    for stmt in walk(loop.body):
        if isinstance(stmt, Call) and is_update(stmt) and stmt.operands[0] in chain:
            return True
        if isinstance(stmt, (For, While)):
            chain.update(p for p, i in zip(stmt.params, stmt.inits, strict=True) if i in chain)
    return False


def is_written_in_place(op: Call) -> bool:
    """Whether the line of an operation has the operator with a store: `a += b`."""
    sign = SIGNS.get(op.fn) if not isinstance(op.fn, type) else None
    return sign is not None and op.origin is not None and not op.origin.reverse and sign in op.origin.text


def _gathers(before: Atom, name: str) -> bool:
    """Whether a value gathers a derivative: a cotangent, or a tangent that is carried on."""
    return name.endswith("_bar") or (name.endswith("_dot") and isinstance(before, Var) and before.name == name)


# ------------------------------------------------------------------------------------ planning


class _Planner:
    def __init__(self, function: Function, types: Types, given: Set[Var]) -> None:
        self.types = types
        self.ownership = Ownership(function.body, types, given)
        self.liveness = Liveness(function)
        self.aliasing = Aliasing(function.body, types)
        self.carried = {p for s in walk(function.body) if isinstance(s, (For, While)) for p in s.params}
        self.function = function

    @cached_property
    def separation(self) -> Separation:
        return Separation(self.function.body, self.types)

    def updates(self) -> list[Call]:
        """The calls that could be written as statements that change their first operand."""
        return [s for s in walk(self.function.body) if isinstance(s, Call) and self.may_update(s)]

    def hindered(self) -> dict[Call, str]:
        """Those that may not take the memory of their first operand, and why."""
        found = ((s, self.hindrance(s)) for s in self.updates())
        return {s: hindrance for s, hindrance in found if hindrance is not None}

    def copies_before_loops(self, had: Set[Var]) -> dict[Loop, list[int]]:
        """The inits that a loop updates in place and that are not its own before, by position; not
        those of the carried values that have been given a copy."""
        loops = (s for s in walk(self.function.body) if isinstance(s, (For, While)))
        found = {loop: [i for i in self.not_its_own(loop) if loop.params[i] not in had] for loop in loops}
        return {loop: positions for loop, positions in found.items() if positions}

    def not_its_own(self, loop: Loop) -> list[int]:
        """The positions of the inits that a loop updates, and that it has to copy first."""
        found: list[int] = []
        taken: set[Var] = set()
        others = self.liveness.live_after[loop] - set(loop.results)
        read = {v for b in blocks_of(loop) for v in self.liveness.free[b]} - set(loop.params)
        for i, init in enumerate(loop.inits):
            if isinstance(init, Var) and _is_updated(loop, i):
                shared = any(self.affects(init, v) for v in others | read)
                if self.ownership.owns(init) and not shared and init not in taken:
                    taken.add(init)
                else:
                    found.append(i)
        return found

    def affects(self, changed: Var, other: Var) -> bool:
        """Whether a change of one value may be seen in another."""
        return self.aliasing.affects(changed, other) and not self.separation.apart(changed, other)

    def may_update(self, call: Call) -> bool:
        """Whether a call could be written as a statement that changes its first operand."""
        return bool(call.args) and (is_update(call) or self.is_operation(call))

    def hindrance(self, call: Call) -> str | None:
        """Why a call may not take the memory of its first operand; None if it may."""
        if call.fn in GIVING_BACK:
            return None
        target = call.operands[0]
        if not isinstance(target, Var):
            return "it changes a constant"
        if not self.ownership.owns(target):
            return "its memory may be somebody else's"
        alive = self.liveness.live_after[call]
        if target in alive:
            return "the value from before is still read"
        shared = next((v for v in alive if v not in call.results and self.affects(target, v)), None)
        return None if shared is None else "another value that may share its memory is still read"

    def is_operation(self, call: Call) -> bool:
        """Whether `a + b` can be `a += b`: the result has the shape and dtype of `a`. A cotangent is
        scaled in place where it keeps its name; what a loop carries would first be given another. What
        the user writes so stays so."""
        fn: Any = call.fn
        if isinstance(fn, type) or not (fn in ADDITIONS or fn in SCALINGS):
            return False
        before, name = call.operands[0], call.result.name
        has_name = isinstance(before, Var) and before.name == name
        keeps = has_name and before not in self.carried
        gathers = _gathers(before, name) and (fn in ADDITIONS or keeps)
        if not gathers and not (has_name and name and is_written_in_place(call)):
            return False
        a, made = self.type_of(before), self.types.get(call.result)
        return isinstance(a, Array) and a == made and a.shape not in (None, ()) and kind_of(a.dtype) == "float"

    def type_of(self, atom: Atom) -> Type:
        return self.types.get(atom, UNKNOWN) if isinstance(atom, Var) else UNKNOWN


__all__ = ["Mapping", "Plan", "Scalar", "is_update", "plan_buffers", "shape_of"]
