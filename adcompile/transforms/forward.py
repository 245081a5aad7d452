"""Forward mode: beside each statement of a function, the statements that compute its tangent.

The program stays as it is. Each call that something active goes into is followed by the tangent
of its result; only where a call changes memory, its tangent comes first, if it can. Branches and
loops hand on the tangents of what they hand on; a loop over a sequence goes through the sequence
of tangents in step. Nothing is recorded.

A store into an array is a call that returns the changed array, so its tangent is the same store
into the array's tangent.

relies on: infer, activity.  ensures: one function that yields the value and its tangent.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_mutation
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.run_time_calls import finds_at_run_time
from adcompile.analyses.solutions import Solution, Solutions, check_of
from adcompile.analyses.unbound import Unbound
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import DiagnosticList, Origin
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Block,
    Call,
    Each,
    For,
    Function,
    FunctionRef,
    If,
    Loop,
    Opaque,
    Star,
    Stmt,
    Through,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import uses_of, walk
from adcompile.ir.types import Array, Type
from adcompile.ir.visitor import Visitor
from adcompile.rules.items import sum_from
from adcompile.runtime.structures import make_tuple, unpack, unpack_star
from adcompile.transforms.forward_calls import by_rule
from adcompile.transforms.forward_structures import STRUCTURAL, is_of_sequences, sequences, store_through, unpacked
from adcompile.transforms.full_arguments import full_arguments
from adcompile.transforms.meant import meant_by
from adcompile.transforms.run_time_calls import found_and_given, with_its_tangent
from adcompile.transforms.tangents import DISPLAYS, ZEROS, Tangents

# For a user's function, the types of its parameters, and which of them move: the function that
# takes their tangents behind them, and returns the value and its tangent.
# For a call whose result solves an equation, the function that computes its tangent, and what that
# is given; None if it is refused.
Solving = Callable[
    [Call, Solution, Types, frozenset[Var], Callable[[Atom], Atom]], tuple[FunctionRef, Sequence[Atom]] | None
]
Pushforwards = Callable[[Any, tuple[Type, ...], tuple[bool, ...], Origin | None], FunctionRef]


def forward(
    function: Function,
    types: Types,
    active: frozenset[Var],
    tangents: Mapping[Var, Atom],
    pushforwards: Pushforwards,
    solving: Solving,
    found: DiagnosticList,
    real: bool = True,
    kind: type[ForwardSweep] | None = None,
) -> Block:
    """The function's body with the tangents of what it computes; it yields the value and its
    tangent. `tangents` are those of the inputs; `real` says that no number of unknown kind is
    complex; another `kind` of sweep carries something else."""
    makers = {
        s.result: s
        for s in walk(function.body)
        if isinstance(s, Call) and (s.fn in (*DISPLAYS, *ZEROS)) and not any(isinstance(a, Star) for a in s.args)
    }
    sweep = (kind or ForwardSweep)(types, active, found, makers)
    sweep.b.real = real
    sweep.pushforwards, sweep.solving = pushforwards, solving
    sweep.solutions = Solutions(function)
    sweep.unbound = Unbound(function.body, types).maybe
    for var, tangent in tangents.items():
        sweep.give(var, tangent)
    sweep.stmts(function.body.stmts)
    value = function.body.yields[0]
    tangent = sweep.dot(value)
    return Block(tuple(sweep.b.stmts), (value, tangent))


class ForwardSweep(Tangents, Visitor):
    """The statements of a program, each with those that compute its tangent."""

    pushforwards: Pushforwards
    solving: Solving
    unpacked: Call | None = None  # the next statement, where it unpacks the result of the one looked at
    early: Call | None = None  # the last that stands before its place

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        """Write statements down, with their tangents. Names that a result is unpacked to stand before its
        tangent, which may read them."""
        for stmt, behind in zip(stmts, (*stmts[1:], None), strict=False):
            self.b.origin = stmt.origin
            self.unpacked = behind if isinstance(behind, Call) and _unpacks(behind, stmt) else None
            self.stmt(stmt)

    def opaque(self, stmt: Opaque) -> None:
        """A statement of Python's as it is, if nothing that moves comes of it."""
        self.b.emit(stmt)
        if any(self.is_active(a) for _, a in stmt.reads) and any(v in self.active for _, v in stmt.writes):
            self.refuse_opaque(stmt)

    # --------------------------------------------------------------------------------- blocks

    def branch(self, stmt: If) -> None:
        """The same branch, which hands on the tangents too."""
        before, sides = dict(self.dots), []
        for block in (stmt.then, stmt.orelse):
            with self.b.nested() as stmts:
                self.stmts(block.stmts)
            sides.append((block, stmts, self.dots))
            self.dots = dict(before)
        moving = [
            i
            for i, result in enumerate(stmt.results)
            if self.takes_tangent(result)
            and (result not in self.active or any(block.yields[i] in dots for block, _, dots in sides))
        ]
        blocks = []
        for block, stmts, dots in sides:
            self.dots = dots
            with self.b.nested(stmts):
                tangents = [UNDEF if block.leaves else self.dot(block.yields[i]) for i in moving]
            blocks.append(Block(tuple(stmts), (*block.yields, *tangents)))
        # Behind a side that control leaves, the other side's values are visible.
        stays = [dots for block, _, dots in sides if not block.leaves]
        self.dots = stays[0] if len(stays) == 1 else before
        self.b.origin = stmt.origin
        results = self.handed_on(stmt.results, moving)
        self.b.emit(replace(stmt, then=blocks[0], orelse=blocks[1], results=(*stmt.results, *results)))

    def handed_on(self, results: Sequence[Var], moving: Sequence[int]) -> list[Var]:
        """New values for the tangents of some results."""
        made = [self.new(results[i]) for i in moving]
        for i, dot in zip(moving, made, strict=True):
            self.give(results[i], dot)
        return made

    def region(self, stmt: With) -> None:
        """The same context, which hands on the tangents too."""
        before = self.dots
        self.dots = dict(before)
        with self.b.nested() as stmts:
            self.stmts(stmt.body.stmts)
            moving = [i for i, r in enumerate(stmt.results) if r in self.active and self.is_active(stmt.body.yields[i])]
            tangents = [self.dot(stmt.body.yields[i]) for i in moving]
        body = Block(tuple(stmts), (*stmt.body.yields, *tangents))
        self.dots, self.b.origin = before, stmt.origin
        self.b.emit(replace(stmt, body=body, results=(*stmt.results, *self.handed_on(stmt.results, moving))))

    def loop(self, loop: Loop) -> None:
        """The same loop, which carries the tangents too."""
        carried = [i for i, param in enumerate(loop.params) if self.takes_tangent(param)]
        inits = [self.dot(loop.inits[i]) for i in carried]
        before = dict(self.dots)
        params = self.handed_on(loop.params, carried)
        items, sources = self.items(loop)
        entered = dict(self.dots)
        head: list[Stmt] = []
        if isinstance(loop, While):
            with self.b.nested() as head:
                self.stmts(loop.head.stmts)
            self.dots = entered
        with self.b.nested() as stmts:
            self.stmts(loop.body.stmts)
            yields = [self.dot(loop.body.yields[i]) for i in carried]
        self.dots, self.b.origin = before, loop.origin
        results = self.handed_on(loop.results, carried)
        new = replace(
            loop,
            params=(*loop.params, *params),
            inits=(*loop.inits, *inits),
            body=Block(tuple(stmts), (*loop.body.yields, *yields)),
            results=(*loop.results, *results),
        )
        if isinstance(new, While):
            new = replace(new, head=Block(tuple(head), new.head.yields))
        else:
            new = replace(new, items=(*new.items, *items), sources=(*new.sources, *sources))
        self.b.emit(new)

    def items(self, loop: Loop) -> tuple[list[Var], list[Each]]:
        """The tangents of the elements that a loop goes through, and where they come from."""
        items: list[Var] = []
        sources: list[Each] = []
        for item, source in zip(loop.items, loop.sources, strict=True) if isinstance(loop, For) else ():
            if isinstance(source, Each) and self.is_active(source.sequence) and item in self.active:
                sources.append(replace(source, sequence=self.dot(source.sequence)))
                items.append(self.new(item))
                self.give(item, items[-1])
        return items, sources

    # ---------------------------------------------------------------------------------- calls

    def call(self, call: Call) -> None:
        """A call, and the tangents of its results."""
        solution = self.solutions.of(call)
        if solution is not None and call.result in self.active:
            self.solution(call, solution)
            return
        moves = any(map(self.is_active, call.operands)) and any(r in self.active for r in call.results)
        if moves and is_user_function(call.fn):
            self.user_call(call)
            return
        if moves and finds_at_run_time(call, self.types, self.active):
            self.run_time_call(call)
            return
        place = len(self.b.stmts)
        if len(call.results) == 1:
            self.b.remember(call)  # a rule that computes the same reads the program's value
        behind, self.unpacked = self.unpacked, None
        if behind is not None:
            self.b.remember_items(behind)
        if moves and call.fn in (unpack, unpack_star):
            unpacked(self, call)
        elif moves:
            tangent = self.tangent(call)
            if tangent is not None:
                self.give(call.result, self.in_form(call, tangent))
        made = self.b.stmts[place:]
        if is_update(call) and not any(call.result in uses_of(s) for s in made):
            place += len(made)
        if call is not self.early:
            self.b.stmts.insert(place, call)
        if behind is not None:
            self.early = behind
            self.b.stmts.insert(place + 1, behind)

    def solution(self, call: Call, solution: Solution) -> None:
        """A call whose result solves an equation, and behind it the tangent, of the equation."""
        for check in check_of(solution):
            self.b.emit(check)
        self.b.emit(call)
        tangent = self.of_solution(call, solution)
        if tangent is not None:
            self.give(call.result, tangent)

    def of_solution(self, call: Call, solution: Solution) -> Atom | None:
        """The tangent of a solution; None if it is refused."""
        made = self.solving(call, solution, self.types, frozenset(self.active), self.dot)
        if made is None:
            return None
        function, given = made
        tangent = self.new(call.result)
        self.b.emit(Call((tangent,), function, tuple(given), origin=call.origin))
        return tangent

    def in_form(self, call: Call, tangent: Atom) -> Atom:
        """A tangent in the dtype of its value; of an array without dimensions that is changed in
        place, which stays one, an array too."""
        type_ = self.types.get(call.result)
        if is_mutation(call.fn) and isinstance(type_, Array) and not type_.shape:
            return self.b.call(np.asarray, tangent)
        return self.b.match_dtype(tangent, call.result)

    def tangent(self, call: Call) -> Atom | None:
        """The tangent of a call's only result."""
        meant = call.fn
        if isinstance(meant, Through):
            return store_through(self, call)
        if is_of_sequences(self, call):
            return sequences(self, call)
        if meant is operator.or_ or meant is operator.ior:
            self.refuse_call(call)
            return None
        structural = STRUCTURAL.get(meant) if not isinstance(meant, type) else None
        return structural(self, call) if structural is not None else self.of_primitive(call)

    def of_primitive(self, call: Call) -> Atom | None:
        """The tangent of what a function with a rule gives."""
        meant = meant_by(call, self.b.type_of, self.is_active)
        if meant is sum_from:
            return self.b.call(sum, *map(self.dot, call.operands))
        return by_rule(self, call if meant is None else replace(call, fn=meant))

    def user_call(self, call: Call) -> None:
        """A call of a user's function: of its pushforward, which gives the value as well."""
        args, packs = full_arguments(call, self.types)
        self.active |= {pack.result for pack in packs}
        for pack in packs:
            self.call(pack)
        moving = tuple(map(self.is_active, args))
        inputs = tuple(atom_type(self.types, a) for a in args)
        called = self.pushforwards(call.fn, inputs, moving, call.origin)
        tangents = [self.dot(a) for a, moves in zip(args, moving, strict=True) if moves]
        (result,) = call.results
        (tangent,) = self.handed_on((result,), (0,))
        made = replace(call, results=(result, tangent), fn=called, args=(*args, *tangents), kwargs=(), kept=True)
        self.b.emit(made)

    def run_time_call(self, call: Call) -> None:
        """A call of a function that is found at run time: it gives the tangent beside the value."""
        called, given, before = found_and_given(call, self.types)
        for stmt in before:
            self.b.emit(stmt)
        moving = [i for i, a in enumerate(given) if self.is_active(a)]
        along = self.b.call(make_tuple, *(self.dot(given[i]) for i in moving))
        (tangent,) = self.handed_on(call.results, (0,))
        self.b.emit(with_its_tangent(call, called, given, tangent, moving, along))


def _unpacks(behind: Call, stmt: Stmt) -> bool:
    """Whether a call unpacks the result of the statement before it."""
    holder = behind.operands[0] if behind.fn is unpack else None
    return holder is not None and isinstance(stmt, Call) and stmt.results == (holder,)
