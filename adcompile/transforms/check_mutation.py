"""Refuse a change in place that something else would see.

The IR takes `a[i] = v` as a new value for the name `a`. That is what the program means as
long as nothing else that is read later shares the memory of `a`, and `a` is the function's
own. Where that cannot be shown, the program is refused at the line; so is a call of
something unknown that may change an argument which is read elsewhere.

relies on: lowered IR, types.  ensures: every update may be taken as a new value, and
nothing else changes a value.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any, Protocol

import numpy as np

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.effects import changes_memory, is_pure, leaves_arguments, names_changed
from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.analyses.places import Places
from adcompile.analyses.run_time_calls import may_find_at_run_time
from adcompile.analyses.separation import Separation
from adcompile.analyses.user_functions import is_user_function
from adcompile.analyses.versions import versions_of_inputs
from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.scope import OutsideScope
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    Atom,
    Block,
    Call,
    Each,
    For,
    Function,
    Method,
    Opaque,
    Stmt,
    Syntax,
    Through,
    Var,
    WriteBack,
)
from adcompile.ir.traverse import atoms_of, blocks_of, map_atoms, substitute, walk
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Passive, Scalar, Tuple, Type, Unknown, kind_of
from adcompile.runtime import updates
from adcompile.runtime.structures import contains, make_tuple, not_contains
from adcompile.transforms.rewrites import may_change

MEMORY = (Array, List, Dict, Tuple, Unknown)
BECOMING = (updates.become, updates.write_back, updates.write_back_items)  # an object has the contents of another
ASKING = (len, bool, isinstance, type, id, contains, not_contains)


class Effects(Protocol):
    """What is known of the functions that a program calls."""

    def changes_arguments(self, call: Call, types_: Types) -> bool:
        """Whether a user's function may change its arguments."""

    def finds_functions(self, stmt: Stmt, types_: Types) -> bool:
        """Whether a call is of a user's function that calls functions that only the running program knows."""

    def own_results(self, call: Call, types_: Types) -> tuple[bool, ...]:
        """Of each result of a call whether its memory is certainly new; () if that is not known."""



def check_mutation(
    function: Function, types: Types, found: DiagnosticList, effects: Effects
) -> Function:
    """Add a refusal for each change that is not the same as a new value.

    Returns the function with the calls marked that read, for a passive result, what something changes.
    """
    stmts = list(walk(function.body))
    updates = [s for s in stmts if isinstance(s, Call) and changes_memory(s, types)]
    unknown = [s for s in stmts if _may_change_arguments(s, types, effects)]
    if not updates and not unknown:
        return function
    aliasing = Aliasing(function.body, types, lambda call: effects.own_results(call, types))
    _check_containers(function, found)
    if updates:
        separation = Separation(function.body, types)
        _check_loops(function, separation, aliasing, found)
        _check_updates(function, updates, aliasing, separation, found)
    given = [p.var for p in function.params if _holds_floats(types.get(p.var, UNKNOWN))]
    kept = _check_calls(stmts, unknown, given, aliasing, types, found)
    return replace(function, body=_checked(function.body, kept))


def changes_inputs(function: Function, types: Types, effects: Effects) -> bool:
    """Whether something that is not known to leave its arguments alone may change a parameter."""
    unknown = [s for s in walk(function.body) if _may_change_arguments(s, types, effects)]
    if not unknown:
        return False
    aliasing = Aliasing(function.body, types, lambda call: effects.own_results(call, types))
    changed = [a for s in unknown for a in _operands(s) if isinstance(a, Var) and _has_memory(a, s, types)]
    return any(aliasing.affects(var, param.var) for var in changed for param in function.params)


def _has_memory(operand: Var, stmt: Stmt, types: Types) -> bool:
    """Whether a statement may change what others see of an operand."""
    type_ = types.get(operand, UNKNOWN)
    return isinstance(type_, MEMORY) or (isinstance(type_, Passive) and _reaches_into_objects(stmt))


def _checked(body: Block, kept: set[Stmt]) -> Block:
    """A body with the calls marked that are to be kept, and what was only said for the check gone."""
    became: dict[Var, Atom] = {}

    def block(b: Block) -> Block:
        became.update({s.result: s.operands[1] for s in b.stmts if isinstance(s, Call) and s.fn in BECOMING})
        stmts = (stmt(s) for s in b.stmts if not (isinstance(s, Call) and s.fn in BECOMING))
        return Block(tuple(stmts), b.yields)

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Call) and isinstance(s.fn, Through) and not s.fn.views:
            return replace(s, fn=s.fn.fn)
        if s in kept and isinstance(s, Call):
            return replace(s, kept=True)
        return map_atoms(s, lambda a: a, block)

    return substitute(block(body), became)


class _Sight:
    """What sees a change: other names of the object, views of it, and what holds it."""

    def __init__(self, body: Block, aliasing: Aliasing, separation: Separation) -> None:
        self.aliasing = aliasing
        self.separation = separation
        self.places = separation.places
        calls = [s for s in walk(body) if isinstance(s, Call)]
        self.taken = {s.result: s.operands[0] for s in calls if s.fn is operator.getitem}
        self.put = {s.operands[2]: s.operands[0] for s in calls if s.fn is updates.update}
        self.shown = {a for s in calls if s.fn is make_tuple for a in s.operands}

    def sees(self, call: Call, other: Var) -> bool:
        """Whether a value may see what a call changes, and was not made to follow it."""
        follows = other in self.holders(call.operands[0]) or _is_followed(call, other, self.places)
        return (not follows or self.has_moved(call)) and _sees(call, other, self.aliasing, self.separation)

    def holders(self, target: Atom) -> set[Atom]:
        """What an item that changes was just taken from: it is made anew, with the changed item."""
        found: set[Atom] = set()
        while isinstance(target, Var) and self.places.at(target).path and target in self.taken:
            target = self.taken[target]
            found.add(target)
        return found

    def has_moved(self, call: Call) -> bool:
        """Whether what a call changes was an item of a container that is not made anew with it: the item
        stands elsewhere by then, or nowhere."""
        target = call.operands[0]
        place = self.places.place(target)
        if not isinstance(target, Var) or place is None or not place.path:
            return False
        if isinstance(self.places.types.get(place.root), Array):
            return False
        holder = self.taken.get(target)
        return holder is None or (self.put.get(call.result) is not holder and call.result not in self.shown)


def _check_updates(
    function: Function, updates: list[Call], aliasing: Aliasing, separation: Separation, found: DiagnosticList
) -> None:
    liveness = Liveness(function)
    sight = _Sight(function.body, aliasing, separation)
    inputs = {v: v.name for v in function.inputs}
    parameters = {p.var for p in function.params}
    versions = versions_of_inputs(function.body)
    for call in updates:
        target = call.operands[0]
        if not isinstance(target, Var):
            continue
        name = target.name or "the object"
        mine = versions.get(target)
        followed = mine if mine in parameters else None
        outside = next((n for v, n in inputs.items() if v is not followed and sight.sees(call, v)), None)
        if mine is not None and mine not in parameters:
            outside = mine.name  # an object of the world outside, which other functions may read
        if outside is not None:
            found.add(
                f"'{name}' is changed in place, and may be the caller's '{outside}'",
                call.origin,
                "which of the caller's objects it changes is known at run time alone",
                f"work on a copy: {name} = {name}.copy()" if target.name else "work on a copy of it",
            )
            continue
        others = [v for v in liveness.live_after[call] if v not in call.results and sight.sees(call, v)]
        if others:
            other = min((v.name for v in others if v.name), default="another value")
            found.add(
                f"'{name}' is changed in place while '{other}', which may share its memory, is still read",
                call.origin,
                "the change may be seen through the other name, which is not followed yet",
                f"copy before changing: {name} = {name}.copy()" if target.name else "copy it before it is changed",
            )


def _is_followed(call: Call, other: Var, places: Places) -> bool:
    """Whether another value is the object that a call changes, or a view of it: those were made to
    follow the change. An item that was taken out of a container was not, and is what it was."""
    mine, theirs = places.place(call.operands[0]), places.at(other)
    if mine is None or mine.root is not theirs.root or not places.is_update(call):
        return False
    itself = isinstance(call.fn, Through) and not call.fn.views  # an item that may be an object
    return not itself and (not theirs.path or isinstance(places.types.get(theirs.root), Array))


def _check_loops(function: Function, separation: Separation, aliasing: Aliasing, found: DiagnosticList) -> None:
    """Refuse a loop over something that its body changes: what the next trip is about depends on it.
    (Where the changes leave the length as it is, `follow_stores` made the loop count.)"""
    places = separation.places
    for loop in walk(function.body):
        for source in loop.sources if isinstance(loop, For) else ():
            sequence = source.sequence if isinstance(source, Each) else None
            if not isinstance(loop, For) or not isinstance(sequence, Var):
                continue
            for call in walk(loop.body):
                if not (isinstance(call, Call) and is_update(call) and isinstance(target := call.operands[0], Var)):
                    continue
                one = places.place(target)
                same = one is not None and one.root is places.at(sequence).root
                if same or (aliasing.affects(target, sequence) and not separation.apart(target, sequence)):
                    name = sequence.name or "a sequence"
                    found.add(
                        f"'{name}' is changed in place while a loop runs over it",
                        call.origin,
                        "what the later trips are about depends on the change",
                        f"loop over a copy: for ... in list({name})",
                    )


def _sees(call: Call, other: Var, aliasing: Aliasing, separation: Separation) -> bool:
    """Whether a value may see what a call changes."""
    target = call.operands[0]
    assert isinstance(target, Var)
    changes_items = isinstance(call.fn, Through) or call.fn is updates.write_back_items
    if changes_items and not isinstance(aliasing.types.get(target, UNKNOWN), Array):
        return aliasing.touches(target, other)
    return aliasing.affects(target, other) and not separation.apart(target, other)


def _check_containers(function: Function, found: DiagnosticList) -> None:
    """Refuse a container of the caller's of which items are replaced and others changed."""
    for stmt in walk(function.body):
        if isinstance(stmt, Call) and isinstance(stmt.fn, WriteBack) and len(stmt.fn.items) > 1:
            name = stmt.fn.of.name
            found.add(
                f"'{name}' is the caller's; items of it are replaced, and others are changed in place",
                stmt.fn.of.origin,
                "which of the caller's objects see the changes is known at run time alone",
                f"change a copy: {name} = copy.deepcopy({name}), and return it",
            )


def check_plain_calls(
    function: Function, types: Types, active: frozenset[Var], found: DiagnosticList, effects: Effects
) -> None:
    """Refuse calls of functions that only the running program knows, and through which no derivative flows,
    where they may change what is read elsewhere. (Of the others this is looked at when the program runs.)"""
    stmts = list(walk(function.body))
    unknown: list[Stmt] = [
        s
        for s in stmts
        if isinstance(s, Call) and s.results[0] not in active
        and (may_find_at_run_time(s, types) or effects.finds_functions(s, types))
    ]
    if unknown:
        aliasing = Aliasing(function.body, types, lambda call: effects.own_results(call, types))
        _check_calls(stmts, unknown, [], aliasing, types, found)


def _may_change_arguments(stmt: Stmt, types: Types, effects: Effects) -> bool:
    if isinstance(stmt, Opaque):
        return not stmt.leaves and bool(_operands(stmt))
    if not isinstance(stmt, Call) or is_update(stmt) or leaves_arguments(stmt, types):
        return False
    return not may_find_at_run_time(stmt, types) and effects.changes_arguments(stmt, types)


def _holds_floats(type_: Type) -> bool:
    """Whether something is a list or dict that has a gradient of its own form."""
    items = [item for _, item in type_.items] if isinstance(type_, Dict) else []
    items += [type_.item] if isinstance(type_, List) else []
    return any(_holds_floats(i) or (isinstance(i, (Scalar, Array)) and kind_of(i.dtype) == "float") for i in items)


def _check_calls(
    stmts: list[Stmt],
    unknown: list[Stmt],
    given: list[Var],
    aliasing: Aliasing,
    types: Types,
    found: DiagnosticList,
) -> set[Stmt]:
    """Refuse unknown calls whose change is read by what matters; the passive reads to keep. The
    gradients by the containers in `given` have the form that those had before."""
    reads: dict[Var, list[Stmt]] = {}
    kept: set[Stmt] = set()
    for stmt in stmts:
        atoms: list[Atom] = [*atoms_of(stmt), *(a for b in blocks_of(stmt) for a in b.yields)]
        for atom in atoms:
            if isinstance(atom, Var):
                reads.setdefault(atom, []).append(stmt)
    for stmt in unknown:
        for operand in _operands(stmt):
            if not isinstance(operand, Var) or not _has_memory(operand, stmt, types):
                continue
            # Statements that are kept once and in order see each change as they would anyway.
            seen = {s for v, by in reads.items() if aliasing.affects(operand, v) for s in by}
            seen = {s for s in seen if s is not stmt and not _is_kept(s)}
            passive = set(filter(_is_passive, seen))
            kept |= passive
            if seen - passive or any(aliasing.affects(operand, v) for v in given):
                name = operand.name or "an argument"
                assert isinstance(stmt, (Call, Opaque))
                what, why, hint = may_change(stmt, name)
                found.add(what, stmt.origin, why, hint, doubt=True)
                break
    return kept


def _reaches_into_objects(stmt: Stmt) -> bool:
    """Whether a statement may change what an object's attributes hold. A store to an attribute puts
    another value there, and attributes are read in order anyway."""
    if isinstance(stmt, Opaque):
        targets = stmt.node.targets if isinstance(stmt.node, ast.Assign) else []
        return not targets or not all(isinstance(t, ast.Attribute) and isinstance(t.value, ast.Name) for t in targets)
    return isinstance(stmt, Call) and isinstance(stmt.fn, FunctionType)


def _is_passive(stmt: Stmt) -> bool:
    """Whether a statement is a call that asks a container for no more than a number or a truth
    about it, which can carry no derivative whatever the container holds."""
    return isinstance(stmt, Call) and not isinstance(stmt.fn, (Method, Syntax)) and stmt.fn in ASKING


def _is_kept(stmt: Stmt) -> bool:
    if isinstance(stmt, Opaque):
        return True
    return isinstance(stmt, Call) and not is_pure(stmt) and not is_update(stmt) and not is_user_function(stmt.fn)


def outside_changes(
    function: Function, scope: OutsideScope, changes: Callable[[Call], bool] = lambda call: False
) -> dict[int, tuple[Any, str, Origin | None]]:
    """The objects from outside that a function may change itself, by identity: the function,
    the name, and the place. `changes` says whether a call of a user's function changes its arguments."""
    found: dict[int, tuple[Any, str, Origin | None]] = {}
    captured = {c.var: c.name for c in function.captures}
    for stmt in walk(function.body) if captured else ():
        suspect = isinstance(stmt, Opaque) or (isinstance(stmt, Call) and not is_pure(stmt))
        if not suspect or (isinstance(stmt, Call) and leaves_arguments(stmt, {})):
            continue
        if isinstance(stmt, Call) and is_user_function(stmt.fn) and not changes(stmt):
            continue
        for atom in _operands(stmt):
            if isinstance(atom, Var) and atom in captured:
                value = scope.value(captured[atom])
                if isinstance(value, (np.ndarray, list, dict)):
                    found[id(value)] = (function.holder, captured[atom], stmt.origin)
    return found


def _operands(stmt: Stmt) -> list[Atom]:
    """What a statement that is not known may change."""
    if isinstance(stmt, Opaque):
        changed = names_changed(stmt.node)
        return [a for name, a in stmt.reads if name in changed]
    if isinstance(stmt, Call) and isinstance(stmt.fn, Syntax) and not stmt.fn.called:
        changed = names_changed(stmt.fn.node, known=True)
        return [a for name, a in zip(stmt.fn.reads, stmt.operands, strict=True) if name in changed]
    return list(atoms_of(stmt))
