"""Reverse a function: after its own statements, the statements that compute its pullback.

The reverse sweep mirrors the program. Each statement is reversed by its rule; a branch
becomes the same branch over the reversed statements; a loop becomes a loop over `Unwind`
of it, last trip first. The reverse sweep reads values of the forward sweep wherever it
needs them, even those inside loops that are long over: `place_residuals` decides how they
get there.

Cotangents are values too: an update such as `increment(x_bar, i, g)` makes a new one, and
the emitter updates in place.

relies on: infer, activity.  ensures: one function with both sweeps, storage still abstract.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adcompile.analyses.distinct import Distinct
from adcompile.analyses.infer import Types
from adcompile.analyses.solutions import Solutions
from adcompile.analyses.undefined import Side, undefined_sides
from adcompile.errors import DiagnosticList
from adcompile.ir.callables import joins
from adcompile.ir.nodes import (
    NONE,
    UNDEF,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    FunctionRef,
    If,
    Loop,
    Method,
    Opaque,
    ReverseBlock,
    Star,
    Stmt,
    Syntax,
    Through,
    Unwind,
    Var,
    With,
    same_atom,
)
from adcompile.ir.traverse import count_uses, defined_in, free_in, substitute, walk
from adcompile.ir.types import Scalar, Unknown, is_complex, kind_of
from adcompile.ir.visitor import Visitor
from adcompile.rules.python import concatenate_lists, multiply_or_repeat, repeat_list
from adcompile.runtime.structures import make_list, make_tuple, unpack, unpack_star
from adcompile.transforms.cotangents import Bars, Cotangents
from adcompile.transforms.flat_arrays import flat_arrays
from adcompile.transforms.last_trip import is_set_last
from adcompile.transforms.meant import meant_by
from adcompile.transforms.reverse_blocks import Blocks, handed_on, run_block
from adcompile.transforms.reverse_calls import by_rule
from adcompile.transforms.reverse_stores import store_through
from adcompile.transforms.reverse_structures import STRUCTURAL, add_item, gathering, subscript, unpacking, views_of

# What `+` and `*` mean on lists and tuples.
SEQUENCES: dict[Any, Any] = {
    operator.add: concatenate_lists,
    operator.iadd: concatenate_lists,
    operator.mul: repeat_list,
    operator.imul: repeat_list,
}


@dataclass(frozen=True, slots=True)
class Pullback:
    """The second half of an active call of a user function: the function that pulls its cotangent
    back, what it is given beside that (the residual that the first half left, or some of the
    arguments), and which arguments are active. Of a solution, `into` are the values that its
    equation depends on, to which its cotangent is pulled back instead; of a function that is known
    at run time, what it was given."""

    function: Callable[..., Any] | FunctionRef
    given: tuple[Atom, ...]
    active: tuple[bool, ...] = ()
    into: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True)
class Reversed:
    """Both sweeps of a function. `forward` are the primal's statements and `value` its result;
    `backward` reads them, takes the cotangent `seed`, and yields one cotangent for each of
    the values asked for."""

    forward: tuple[Stmt, ...]
    value: Atom
    seed: Var
    backward: Block
    types: Types


def reverse(
    function: Function,
    types: Types,
    active: frozenset[Var],
    wrt: Sequence[Var],
    pullbacks: Mapping[Call, Pullback],
    found: DiagnosticList,
    blocks: Blocks,
    real: bool = True,
    generic: bool = False,
) -> Reversed:
    """Reverse `function` with respect to the inputs `wrt`; `real` says that no number is complex, `generic`
    that the types of the inputs are not known."""
    sweep = _ReverseSweep(types, active, pullbacks, found, blocks)
    sweep.b.real, sweep.generic = real, generic
    sweep.solutions = Solutions(function)
    value = function.body.yields[0]
    seed = sweep.adjoint_of(value if isinstance(value, Var) else Var("result"))
    if isinstance(value, Var):
        types[seed] = types.get(value, types[seed])
        if isinstance(types[seed], Scalar):
            types[seed] = Scalar("complex" if is_complex(types[seed]) else "float")  # Python's, 1.0 if left out
        if value in active:
            sweep.bars[value] = seed
    sweep.displays = {
        s.result: s
        for s in walk(function.body)
        if isinstance(s, Call) and s.fn in (make_list, make_tuple) and not any(isinstance(a, Star) for a in s.args)
    }
    sweep.reads = count_uses(function.body)
    sweep.views = views_of(function.body.stmts, types)
    sweep.distinct = Distinct(types, {s.results[0]: s for s in walk(function.body) if isinstance(s, Call)})
    sweep.contexts = {
        s.result: s
        for s in walk(function.body)
        if isinstance(s, Call) and not isinstance(s.fn, (Method, Attribute, Syntax)) and s.fn is np.errstate
    }
    sweep.undefined = undefined_sides(function.body)
    sweep.stmts(function.body.stmts)
    cotangents = tuple(sweep.final(var) for var in wrt)
    backward = flat_arrays(Block(tuple(sweep.b.stmts), cotangents), function.body.stmts, types)
    values = handed_on(function.body)
    return Reversed(function.body.stmts, value, seed, substitute(backward, values) if values else backward, types)


class _ReverseSweep(Cotangents, Visitor):
    def __init__(
        self,
        types: Types,
        active: frozenset[Var],
        pullbacks: Mapping[Call, Pullback],
        found: DiagnosticList,
        blocks: Blocks,
    ) -> None:
        super().__init__(types, active, found)
        self.pullbacks = pullbacks
        self.blocks = blocks
        self.generic = False  # whether nothing is known of the inputs
        self.undefined: dict[Var, set[Side]] = {}  # the sides of branches on which a value is none
        self.contexts: dict[Var, Call] = {}  # the `with` contexts that the reverse sweep enters too

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        for stmt in stmts:
            if isinstance(stmt, Call) and len(stmt.results) == 1:
                self.b.remember(stmt)  # a rule that computes the same reads the forward sweep's value
            elif isinstance(stmt, Call) and stmt.fn is unpack:
                self.b.remember_items(stmt)
        for stmt in reversed(stmts):
            self.b.origin = None if stmt.origin is None else replace(stmt.origin, reverse=True)
            self.stmt(stmt)

    def opaque(self, stmt: Opaque) -> None:
        if any(v in self.bars for _, v in stmt.writes):
            self.refuse_opaque(stmt)

    def branch(self, stmt: If) -> None:
        origin = self.b.origin
        if not any(r in self.active for r in stmt.results):
            return
        given = [(i, r) for i, r in enumerate(stmt.results) if r in self.bars]
        if not given:
            return
        bars = {i: self.bars.pop(r) for i, r in given}
        if stmt.then.leaves or stmt.orelse.leaves:
            self.inner(stmt.orelse if stmt.then.leaves else stmt.then, bars)
            return
        before = dict(self.bars)
        sides = []
        for block in (stmt.then, stmt.orelse):
            self.bars = dict(before)
            with self.b.nested() as stmts:
                self.inner(block, bars)
                sides.append((stmts, self.bars))
        self.bars = before
        self.b.origin = origin
        self.merge(stmt, sides)

    def inner(self, block: Block, bars: Mapping[int, Atom]) -> None:
        """Reverse a block's statements, with the cotangents of some of its yields."""
        for i, bar in bars.items():
            self.accumulate(block.yields[i], bar)
        self.stmts(block.stmts)

    def merge(self, stmt: If, sides: Sequence[tuple[list[Stmt], Bars]]) -> None:
        """Make a branch of the reverse sweep; the cotangents that its sides change are its results."""
        inside = defined_in(stmt.then) | defined_in(stmt.orelse)
        changed = [
            var
            for var in dict.fromkeys(v for _, bars in sides for v in bars)
            if var not in inside and any(bars.get(var) is not self.bars.get(var) for _, bars in sides)
        ]
        for var in list(changed):
            there = [bars.get(var, NONE) for _, bars in sides]
            if same_atom(*there):  # both sides only hand it on
                self.bars[var] = there[0]
                changed.remove(var)
        blocks = []
        for (stmts, bars), side in zip(sides, (True, False), strict=True):
            outer, self.b.stmts = self.b.stmts, stmts
            nowhere = {v for v in changed if (stmt.cond, side) in self.undefined.get(v, ())}
            yields = [bars[v] if v in bars else UNDEF if v in nowhere else self.zeros(v) for v in changed]
            self.b.stmts = outer
            blocks.append(Block(tuple(stmts), tuple(yields)))
        results = tuple(self.adjoint_of(v) for v in changed)
        self.bars.update(zip(changed, results, strict=True))
        if results:
            self.b.emit(If(stmt.cond, blocks[0], blocks[1], results, self.b.origin, of=stmt))

    def loop(self, loop: Loop) -> None:
        origin = self.b.origin
        carried = [i for i, p in enumerate(loop.params) if p in self.active]
        if not any(loop.results[i] in self.bars for i in carried):
            return
        outer = self.outer_actives(loop, {loop.params[i] for i in carried})
        gathered = {i: call for i in carried if (call := gathering(loop, i, self.displays, self.reads)) is not None}
        carried = [i for i in carried if i not in gathered]
        lists = {i: self.take(loop.results[i]) for i in gathered if loop.results[i] in self.bars}
        inits: list[Atom] = [self.take(loop.results[i]) for i in carried]
        zero = {v for v in outer if v not in self.bars}
        inits += [self.cotangent(v) for v in outer]
        params = [self.adjoint_of(loop.params[i]) for i in carried] + [self.adjoint_of(v) for v in outer]
        before, displays = self.bars, self.displays
        # What a trip adds to a value from outside goes through that value's carried cotangent:
        # the items of a display made outside are not reached directly.
        inside = defined_in(loop.body)
        self.displays = {v: made for v, made in displays.items() if v in inside}
        with self.b.nested() as stmts:
            self.bars = dict(zip(outer, params[len(carried) :], strict=True))
            untouched = {v: bar for v, bar in self.bars.items() if v in zero}
            for i, param in zip(carried, params, strict=False):
                self.accumulate(loop.body.yields[i], param)
            for i, bar in lists.items():
                assert isinstance(loop, For) and loop.index is not None
                at_first = Const(len(displays[loop.inits[i]].args))  # type: ignore[index]
                place = self.b.call(operator.add, loop.index, at_first)
                self.accumulate(gathered[i].operands[1], self.b.call(operator.getitem, bar, place))
            self.stmts(loop.body.stmts)
            self.b.origin = origin
            yields = [
                param if not self.is_active(loop.inits[i]) and is_set_last(loop, i) else self.cotangent(loop.params[i])
                for i, param in zip(carried, params, strict=False)
            ]
            if isinstance(loop, For):
                self.items(loop, untouched)
            yields += [self.cotangent(v) for v in outer]
            body = Block(tuple(stmts), tuple(yields))
        self.bars, self.displays = before, displays
        self.b.origin = origin
        results = [self.adjoint_of(loop.params[i]) for i in carried] + [self.adjoint_of(v) for v in outer]
        self.b.emit(For((), (Unwind(loop),), tuple(params), tuple(inits), body, tuple(results), origin=self.b.origin))
        self.bars.update(zip(outer, results[len(carried) :], strict=True))
        for i, result in zip(carried, results, strict=False):
            self.accumulate(loop.inits[i], result)
        for i, bar in lists.items():
            if self.is_active(init := loop.inits[i]):
                self.bars[init] = bar  # type: ignore[index]  # its first items are those of the display

    def outer_actives(self, loop: Loop, params: set[Var]) -> list[Var]:
        """The active values from outside that a loop's body, or its sources, read."""
        inside = defined_in(loop.body) | set(loop.params)
        read = free_in(loop.body) - set(loop.params)
        if isinstance(loop, For):
            inside |= set(loop.items)
            read |= {s.sequence for s in loop.sources if isinstance(s, Each) and isinstance(s.sequence, Var)}
        order = {v: i for i, v in enumerate(self.types)}
        return sorted((v for v in read if v in self.active and v not in inside), key=lambda v: order[v])

    def is_first(self, sequence: Atom, untouched: Mapping[Var, Atom]) -> bool:
        """Whether the elements' own cotangents are all that a sequence's cotangent will have
        at the end of the loop: it was zero before, and nothing else in the trip adds to it."""
        return isinstance(sequence, Var) and self.bars.get(sequence) is untouched.get(sequence, NONE)

    def items(self, loop: For, untouched: Mapping[Var, Atom]) -> None:
        """Add the cotangents of the elements that a loop read to those of the sequences.
        `untouched` are the carried cotangents that were zero before the first trip."""
        for item, source in zip(loop.items, loop.sources, strict=True):
            if not isinstance(source, Each) or not self.is_active(source.sequence) or item not in self.bars:
                continue
            assert loop.index is not None
            index: Atom = loop.index
            if source.backwards:
                count = self.b.call(operator.sub, self.b.call(len, source.sequence), Const(1))
                index = self.b.call(operator.sub, count, index)
            add_item(self, source.sequence, index, self.bars.pop(item), self.is_first(source.sequence, untouched))

    def region(self, stmt: With) -> None:
        bars = {i: self.bars.pop(r) for i, r in enumerate(stmt.results) if r in self.bars}
        context = self.contexts.get(stmt.context) if isinstance(stmt.context, Var) else None
        if context is None:
            self.inner(stmt.body, bars)
            return
        # The reverse of what ran under `np.errstate` runs under it as well.
        origin, before = self.b.origin, dict(self.bars)
        with self.b.nested() as stmts:
            self.inner(stmt.body, bars)
        inside = defined_in(stmt.body)
        changed = [v for v in self.bars if v not in inside and self.bars[v] is not before.get(v)]
        body = Block(tuple(stmts), tuple(self.bars[v] for v in changed))
        self.bars, self.b.origin = before, origin
        results = tuple(self.adjoint_of(v) for v in changed)
        if results:
            again = self.b.make(context.fn, context.args, context.kwargs)
            self.b.emit(With(again, None, body, results, origin))
        self.bars.update(zip(changed, results, strict=True))

    # -------------------------------------------------------------------------------- calls

    def call(self, call: Call) -> None:
        if not any(v in self.bars for v in call.results):
            return
        if call in self.pullbacks:
            self.user_call(call, self.pullbacks[call])
            return
        if call.fn in (unpack, unpack_star):
            unpacking(self, call)
            return
        bar = self.bars.pop(call.result)
        meant = call.fn
        if meant is operator.getitem:
            subscript(self, call, bar)
            return
        if isinstance(meant, ReverseBlock):
            run_block(self, call, bar, self.blocks[meant])
            return
        if isinstance(meant, Through):
            store_through(self, call, bar)
            return
        counts = meant in SEQUENCES and SEQUENCES[meant] is repeat_list and self.is_active(call.operands[1])
        if meant in SEQUENCES and not counts and joins(meant, *map(self.b.type_of, call.operands)):
            by_rule(self, replace(call, fn=SEQUENCES[meant]), bar)
            return
        if meant is operator.or_ or meant is operator.ior:
            self.refuse_call(call)
            return
        if (meant is operator.mul or meant is operator.imul) and not counts and self.may_repeat(call):
            by_rule(self, replace(call, fn=multiply_or_repeat), bar)
            return
        simple = STRUCTURAL.get(meant) if not isinstance(meant, type) else None
        if simple is not None:
            simple(self, call, bar)
            return
        meant = meant_by(call, self.b.type_of, self.is_active)
        by_rule(self, call if meant is None else replace(call, fn=meant), bar)

    def may_repeat(self, call: Call) -> bool:
        """Whether a product by a whole number may be of a list or tuple, as far as the types tell. The generic
        program is for numbers and arrays."""
        types = [self.b.type_of(a) for a in call.operands]
        whole = [isinstance(t, Scalar) and kind_of(t.dtype) in ("int", "bool") for t in types]
        return not self.generic and any(whole) and any(isinstance(t, Unknown) for t in types)

    def user_call(self, call: Call, pullback: Pullback) -> None:
        bar = self.bars.pop(call.results[0], None)
        if bar is None:
            return
        made = self.b.call(pullback.function, *pullback.given, bar)
        actives = pullback.into or tuple(itertools.compress(call.operands, pullback.active))
        parts: list[Atom] = [made]
        if len(actives) == 1 and isinstance(made, Var):
            self.types[made] = self.b.type_of(actives[0])  # a cotangent is as its value is
        elif len(actives) > 1:
            results = [self.adjoint_of(a) for a in actives if isinstance(a, Var)]
            self.b.unpack_call(results, made)
            parts = list(results)
        for atom, part in zip(actives, parts, strict=True):
            self.accumulate(atom, part)


__all__ = ["Pullback", "Reversed", "reverse"]
