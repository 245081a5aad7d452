"""Reverse a function: after its own statements, the statements that compute its pullback.

The reverse sweep mirrors the program. Each statement is reversed by its rule; a branch
becomes the same branch over the reversed statements; a loop becomes a loop over `Unwind`
of it, last trip first. The reverse sweep reads values of the forward sweep wherever it
needs them, even those inside loops that are long over: `place_residuals` decides how they
get there.

The cotangent of a value has its structure, shape and dtype. Cotangents are values too: an
update such as `increment(x_bar, i, g)` makes a new one, and the emitter updates in place.

relies on: infer, activity.  ensures: one function with both sweeps, storage still abstract.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.errors import DiagnosticList
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import canonical, is_math
from adcompile.ir.nodes import (
    NONE,
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
    Star,
    Stmt,
    Syntax,
    Unwind,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import defined_in, free_in, walk
from adcompile.ir.types import (
    Array,
    Dict,
    List,
    NotStatic,
    Scalar,
    Static,
    Tuple,
    Type,
    kind_of,
    may_carry_derivative,
)
from adcompile.rules.python import concatenate_lists, repeat_list
from adcompile.rules.registry import Rule, rule_for
from adcompile.runtime import broadcasting, updates
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack, unpack_star
from adcompile.transforms.algebra import AdjointBuilder
from adcompile.transforms.splice_rule import splice

Bars = dict[Var, Atom]


@dataclass(frozen=True, slots=True)
class Pullback:
    """The second half of an active call of a user function: the function that pulls its
    cotangent back, the residual that the first half left, and which arguments are active."""

    function: FunctionRef
    residual: Var
    active: tuple[bool, ...]


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
) -> Reversed:
    """Reverse `function` with respect to the inputs `wrt`."""
    sweep = _ReverseSweep(types, active, pullbacks, found)
    value = function.body.yields[0]
    seed = sweep.adjoint_of(value if isinstance(value, Var) else Var("result"))
    if isinstance(value, Var):
        types[seed] = types.get(value, types[seed])
        if isinstance(types[seed], Scalar):
            types[seed] = Scalar("float")  # the default seed is Python's 1.0
        if value in active:
            sweep.bars[value] = seed
    sweep.displays = {
        s.result: s
        for s in walk(function.body)
        if isinstance(s, Call) and s.fn in (make_list, make_tuple) and not any(isinstance(a, Star) for a in s.args)
    }
    sweep.contexts = {
        s.result: s
        for s in walk(function.body)
        if isinstance(s, Call) and not isinstance(s.fn, (Method, Attribute, Syntax)) and s.fn is np.errstate
    }
    sweep.stmts(function.body.stmts)
    cotangents = tuple(sweep.final(var) for var in wrt)
    return Reversed(function.body.stmts, value, seed, Block(tuple(sweep.b.stmts), cotangents), types)


class _ReverseSweep:
    def __init__(
        self, types: Types, active: frozenset[Var], pullbacks: Mapping[Call, Pullback], found: DiagnosticList
    ) -> None:
        self.types = types
        self.active = active
        self.pullbacks = pullbacks
        self.found = found
        self.b = AdjointBuilder(types, "adjoint")
        self.bars: Bars = {}
        self.displays: dict[Var, Call] = {}  # lists and tuples whose items are known
        self.contexts: dict[Var, Call] = {}  # the `with` contexts that the reverse sweep enters too

    # -------------------------------------------------------------------------- cotangents

    def adjoint_of(self, var: Var) -> Var:
        """A new value for the cotangent of `var`, with its name and type."""
        name = f"{var.name}_bar" if var.name else ""
        return self.b.new(name, self.types.get(var, self.b.type_of(NONE)) if var in self.types else Scalar("?"))

    def is_active(self, atom: Atom | Star) -> bool:
        return isinstance(atom, Var) and atom in self.active

    def accumulate(self, atom: Atom, contribution: Atom) -> None:
        """Add a contribution to the cotangent of an active value."""
        if not (isinstance(atom, Var) and atom in self.active):
            return
        before = self.bars.get(atom)
        self.bars[atom] = self.named(atom, contribution if before is None else self.plus(atom, before, contribution))

    def named(self, var: Var, cotangent: Atom) -> Atom:
        """Give a temporary the name of the cotangent that it is."""
        if isinstance(cotangent, Var) and not cotangent.name and var.name and cotangent in self.b.definitions:
            cotangent.name = f"{var.name}_bar"
        return cotangent

    def plus(self, var: Var, a: Atom, b: Atom) -> Atom:
        """The sum of two cotangents of `var`."""
        if isinstance(self.types.get(var), (Scalar, Array)):
            return self.b.call(operator.add, a, b)
        return self.b.call(broadcasting.add, a, b)

    def zeros(self, var: Var) -> Atom:
        """A zero cotangent of `var`."""
        type_ = self.types.get(var)
        if isinstance(type_, Scalar):
            return Const(0.0)
        if isinstance(type_, Array):
            return self.b.call(np.zeros_like, var)
        return self.b.call(broadcasting.zeros_like, var)

    def cotangent(self, var: Var) -> Atom:
        """The cotangent of `var` so far: zeros if nothing has contributed."""
        found = self.bars.get(var)
        return self.zeros(var) if found is None else found

    def final(self, var: Var) -> Atom:
        """The cotangent of an input, complete."""
        return self.named(var, self.cotangent(var))

    # -------------------------------------------------------------------------- statements

    def stmts(self, stmts: Sequence[Stmt]) -> None:
        for stmt in reversed(stmts):
            self.b.origin = None if stmt.origin is None else replace(stmt.origin, reverse=True)
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if any(v in self.bars for v in stmt.results):
                self.call(stmt)
        elif isinstance(stmt, If):
            self.branch(stmt)
        elif isinstance(stmt, (For, While)):
            self.loop(stmt)
        elif isinstance(stmt, With):
            self.region(stmt)
        elif any(v in self.bars for _, v in stmt.writes):
            self.found.add(
                "an active value is computed in a statement that is kept as it is",
                stmt.origin,
                "the derivative of its statements is not followed",
                "compute the value outside the statement",
            )

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
        blocks = []
        for stmts, bars in sides:
            outer, self.b.stmts = self.b.stmts, stmts
            yields = [bars[v] if v in bars else self.zeros(v) for v in changed]
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
            self.stmts(loop.body.stmts)
            self.b.origin = origin
            yields = [self.cotangent(loop.params[i]) for i in carried]
            if isinstance(loop, For):
                self.items(loop, untouched)
            yields += [self.cotangent(v) for v in outer]
            body = Block(tuple(stmts), tuple(yields))
        self.bars, self.displays = before, displays
        self.b.origin = origin
        results = [self.adjoint_of(loop.params[i]) for i in carried] + [self.adjoint_of(v) for v in outer]
        self.b.emit(
            For((), (Unwind(loop),), tuple(params), tuple(inits), body, tuple(results), origin=self.b.origin)
        )
        self.bars.update(zip(outer, results[len(carried) :], strict=True))
        for i, result in zip(carried, results, strict=False):
            self.accumulate(loop.inits[i], result)

    def take(self, var: Var) -> Atom:
        """The cotangent of a value that is complete, removed."""
        found = self.cotangent(var)
        self.bars.pop(var, None)
        return found

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
            self.add_item(source.sequence, index, self.bars.pop(item), self.is_first(source.sequence, untouched))

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
        if call in self.pullbacks:
            self.user_call(call, self.pullbacks[call])
            return
        if call.fn in (unpack, unpack_star):
            self.unpacking(call)
            return
        bar = self.bars.pop(call.result)
        meant = call.fn
        if meant is operator.getitem:
            self.add_item(call.operands[0], call.operands[1], bar)
            return
        sequences = {operator.add: concatenate_lists, operator.iadd: concatenate_lists, operator.mul: repeat_list}
        if meant in sequences and isinstance(self.b.type_of(call.operands[0]), (List, Tuple)):
            self.by_rule(replace(call, fn=sequences[meant]), bar)
            return
        simple = _STRUCTURAL.get(meant) if not isinstance(meant, type) else None
        if simple is not None:
            simple(self, call, bar)
            return
        self.by_rule(call, bar)

    def by_rule(self, call: Call, bar: Atom) -> None:
        rule = rule_for(call.fn)
        if rule is None or rule.kind == "zero":
            self.refuse_call(call)
            return
        bound = self.bind(rule, call)
        if bound is None:
            return
        arguments, options, given = bound
        if rule.kind == "partials":
            self.by_partials(rule, call, bar, arguments, options, given)
        else:
            self.by_pullback(rule, call, bar, arguments, options, given)

    def refuse_call(self, call: Call) -> None:
        name = getattr(call.fn, "__name__", repr(call.fn))
        self.found.add(
            f"'{name}' is called with an active value, and has no derivative rule",
            call.origin,
            "it has no source that can be differentiated, and nothing says what its derivative is",
            "detach() the argument if it should count as a constant, or register a rule",
        )

    def bind(self, rule: Rule, call: Call) -> tuple[dict[str, Atom], dict[str, Atom], list[Atom]] | None:
        """A call's arguments by the names that the rule gives them: the array arguments, the
        options, and all array arguments in order."""
        plain = self.b.unstar(call.args)
        if plain is None or any(k is None for k, _ in call.kwargs):
            self.found.add("a call with '*' of unknown length", call.origin, "", "write the arguments out")
            return None
        options = {name: Const(default) for name, default in rule.options}
        named: dict[str, Atom] = dict(zip(rule.arguments, plain, strict=False))
        positional: list[Atom] = list(plain)
        if rule.variadic:
            named["*"] = self.b.call(make_tuple, *plain[len(rule.arguments) :])
        given: dict[str, Atom] = dict(options)
        extra = [] if rule.variadic else plain[len(rule.arguments) :]
        names = list(options)
        known = len(extra) <= len(names)
        given.update(zip(names, extra, strict=False))
        for key, atom in call.kwargs:
            assert key is not None
            if key in rule.arguments:
                named[key] = atom
            elif key in options:
                given[key] = atom
            else:
                known = False
        if not rule.variadic:
            if any(a not in named for a in rule.arguments):
                known = False
            else:
                positional = [named[a] for a in rule.arguments]
        if not known:
            name = getattr(call.fn, "__name__", "the function")
            self.found.add(f"the derivative of '{name}' is not known for these arguments", call.origin)
            return None
        for key, atom in given.items():
            if self.is_active(atom):
                self.found.add(f"the argument '{key}' of '{call.fn.__name__}' is active", call.origin)
        return named, given, positional

    def result_of(self, call: Call) -> Var:
        return call.result

    def by_partials(
        self,
        rule: Rule,
        call: Call,
        bar: Atom,
        arguments: dict[str, Atom],
        options: dict[str, Atom],
        positional: list[Atom],
    ) -> None:
        first = next(iter(_parameters(rule)))
        env = {first: call.result, **arguments, **options}
        try:
            parts = self.parts(splice(self.b, rule.function, env, is_math(call.fn)), len(positional))
        except NotStatic:
            parts = self.parts_at_run_time(rule, [call.result, *positional], options, len(positional))
        for i, (atom, partial) in enumerate(zip(positional, parts, strict=True)):
            if self.is_active(atom):
                # In a product the cotangent stands where the factor stood: `2 * x` gives `2 * r_bar`.
                partial = self.as_precise(partial, bar, call.result)
                factors = (partial, bar) if i == 1 and canonical(call.fn) is np.multiply else (bar, partial)
                product = self.b.call(operator.mul, *factors)
                if not self.is_alone(atom, positional):
                    product = self.b.call(broadcasting.unbroadcast, product, atom)
                self.accumulate(atom, product)

    def as_precise(self, partial: Atom, bar: Atom, result: Var) -> Atom:
        """A partial derivative in the precision of the result, where the cotangent is a Python
        number, which would leave it in a lower one."""
        have, want, weight = self.b.type_of(partial), self.types.get(result), self.b.type_of(bar)
        if not (isinstance(have, Array) and isinstance(want, Array) and isinstance(weight, Scalar)):
            return partial
        if have.dtype in ("float32", "float16") and want.dtype == "float64":
            return self.b.make(np.ndarray.astype, (partial, Const(np.dtype("float64"))))
        return partial

    def is_alone(self, atom: Atom, others: Sequence[Atom]) -> bool:
        """Whether an operand has the shape and dtype of the result, whatever they are: all
        others are Python numbers."""
        types = [self.b.type_of(o) for o in others if o is not atom]
        return all(isinstance(t, Scalar) and t.dtype in ("float", "int", "bool") for t in types)

    def by_pullback(
        self,
        rule: Rule,
        call: Call,
        bar: Atom,
        arguments: dict[str, Atom],
        options: dict[str, Atom],
        positional: list[Atom],
    ) -> None:
        names = _parameters(rule)
        arrays = {name: self.spread(atom) for name, atom in arguments.items()}
        env = {names[0]: call.result, names[len(rule.arguments) + 1]: bar, **arrays, **options}
        try:
            cotangents = self.parts(splice(self.b, rule.function, env, is_math(call.fn)), len(positional))
        except NotStatic:
            fixed = len(rule.arguments)
            args = [call.result, *positional[:fixed], bar, *positional[fixed:]]
            cotangents = self.parts_at_run_time(rule, args, options, len(positional))
        for atom, cotangent in zip(positional, cotangents, strict=True):
            if self.is_active(atom):
                if isinstance(cotangent, Const) and cotangent.value is None:
                    continue  # the rule says that this argument carries no derivative
                self.accumulate_items(atom, cotangent)

    def items_of(self, atom: Atom) -> Sequence[Atom] | None:
        """The items of a list or tuple display of the forward sweep."""
        made = self.displays.get(atom) if isinstance(atom, Var) else None
        return None if made is None else made.operands

    def spread(self, atom: Atom) -> Atom:
        """A display of the forward sweep as a tuple whose items are known."""
        items = self.items_of(atom)
        return atom if items is None else self.b.call(make_tuple, *map(self.spread, items))

    def accumulate_items(self, atom: Atom, cotangent: Atom) -> None:
        """Add a contribution to the cotangent of a value, or of each item of a display."""
        items = self.items_of(atom)
        if items is None:
            self.accumulate(atom, self.b.match_dtype(cotangent, atom))
            return
        for i, item in enumerate(items):
            if self.is_active(item):
                self.accumulate_items(item, self.b.call(operator.getitem, cotangent, Const(i)))

    def parts(self, result: Atom, count: int) -> list[Atom]:
        """What a rule returned, one atom for each argument."""
        return [result] if count == 1 else self.b.unpack(result, count)

    def parts_at_run_time(
        self, rule: Rule, args: Sequence[Atom], options: Mapping[str, Atom], count: int
    ) -> list[Atom]:
        """Call the rule itself, where too little is known to splice its lines."""
        defaults = dict(rule.options)
        kwargs = [
            (k, a) for k, a in options.items() if not (isinstance(a, Const) and a.value is defaults.get(k, a))
        ]
        assert rule.function is not None
        made = self.b.call(rule.function, *args, kwargs=kwargs)
        return [made] if count == 1 else self.b.unpack(made, count)

    def user_call(self, call: Call, pullback: Pullback) -> None:
        bar = self.bars.pop(call.results[0], None)
        if bar is None:
            return
        made = self.b.call(pullback.function, pullback.residual, bar)
        actives = [a for a, is_active in zip(call.operands, pullback.active, strict=True) if is_active]
        parts: list[Atom] = [made]
        if len(actives) > 1:
            results = [self.adjoint_of(a) for a in actives if isinstance(a, Var)]
            self.b.unpack_call(results, made)
            parts = list(results)
        for atom, part in zip(actives, parts, strict=True):
            self.accumulate(atom, part)

    # ------------------------------------------------------------------ items and structures

    def add_item(self, holder: Atom, index: Atom, bar: Atom, first: bool = False) -> None:
        """Reverse `holder[index]`: add to that item of the holder's cotangent. `first` says that
        the item is still zero."""
        if not (isinstance(holder, Var) and holder in self.active):
            return
        type_ = self.types.get(holder)
        if isinstance(type_, Tuple) and isinstance(index, Const) and isinstance(index.value, slice):
            chosen = range(len(type_.items))[index.value]
            bars = {k: self.b.call(operator.getitem, bar, Const(j)) for j, k in enumerate(chosen)}
            self.add_tuple_items(holder, type_, bars)
            return
        if isinstance(type_, Tuple) and isinstance(index, Const) and type(index.value) is int:
            self.add_tuple_items(holder, type_, {index.value % len(type_.items): bar})
            return
        fresh = first or holder not in self.bars
        so_far = self.cotangent(holder)
        if isinstance(type_, Array) and (basic := is_basic_index(self.b.type_of(index))) is not None:
            fn: Any = updates.increment if basic or _is_mask(self.b.type_of(index)) else updates.add_at
            if fresh and fn is updates.increment:
                fn = updates.update  # nothing is there yet
            self.bars[holder] = self.named(holder, self.b.call(fn, so_far, index, bar))
        elif fresh and isinstance(type_, List):
            self.bars[holder] = self.named(holder, self.b.call(updates.update, so_far, index, bar))
        elif isinstance(type_, (List, Dict)) and not self.is_slice(index) and _is_number(_item_type(type_, index)):
            item = self.b.call(operator.getitem, so_far, index)
            summed = self.b.call(operator.add, item, bar)
            self.bars[holder] = self.named(holder, self.b.call(updates.update, so_far, index, summed))
        else:
            self.bars[holder] = self.named(holder, self.b.call(broadcasting.add_item, so_far, index, bar))

    def is_slice(self, index: Atom) -> bool:
        """Whether a subscript of a list may name several items."""
        type_ = self.b.type_of(index)
        return not (isinstance(type_, Scalar) or (isinstance(type_, Static) and not isinstance(type_.value, slice)))

    def add_tuple_items(self, holder: Atom, type_: Tuple, bars: Mapping[int, Atom]) -> None:
        """The cotangent of a tuple is a tuple; passive items have None."""
        if not (isinstance(holder, Var) and holder in self.active):
            return
        before = self.bars.get(holder)
        items: list[Atom] = []
        for i, item in enumerate(type_.items):
            if before is not None:
                old: Atom | None = self.b.call(operator.getitem, before, Const(i))
            else:
                old = None
            if i in bars:
                if old is None or old is NONE:
                    items.append(bars[i])
                elif isinstance(item, (Scalar, Array)):
                    items.append(self.b.call(operator.add, old, bars[i]))
                else:
                    items.append(self.b.call(broadcasting.add, old, bars[i]))
            elif old is not None:
                items.append(old)
            elif may_carry_derivative(item):
                part = self.b.call(operator.getitem, holder, Const(i))
                items.append(Const(0.0) if isinstance(item, Scalar) else self.b.call(broadcasting.zeros_like, part))
            else:
                items.append(NONE)
        self.bars[holder] = self.b.call(make_tuple, *items)

    def unpacking(self, call: Call) -> None:
        holder = call.operands[0]
        type_ = self.b.type_of(holder)
        if call.fn is unpack and isinstance(type_, Tuple):
            bars = {i: self.bars.pop(r) for i, r in enumerate(call.results) if r in self.bars}
            self.add_tuple_items(holder, type_, bars)
            return
        star = call.operands[1].value if call.fn is unpack_star else len(call.results)  # type: ignore[union-attr]
        for i, result in enumerate(call.results):
            if result in self.bars:
                behind = i - len(call.results)
                index: object = i if i < star else behind
                if i == star:
                    index = slice(i, behind + 1 or None)
                self.add_item(holder, Const(index), self.bars.pop(result))

    def display(self, call: Call, bar: Atom) -> None:
        """Reverse `(a, b, *c)` or `[a, b]`: each item takes its part."""
        if any(isinstance(a, Star) for a in call.args):
            self.refuse_call(call)
            return
        for i, atom in enumerate(call.operands):
            if self.is_active(atom):
                self.accumulate(atom, self.b.call(operator.getitem, bar, Const(i)))

    def dict_display(self, call: Call, bar: Atom) -> None:
        for key, atom in zip(call.operands[::2], call.operands[1::2], strict=True):
            if self.is_active(atom):
                self.accumulate(atom, self.b.call(operator.getitem, bar, key))

    def appended(self, call: Call, bar: Atom) -> None:
        sequence, value = call.operands
        if self.is_active(value):
            self.accumulate(value, self.b.call(operator.getitem, bar, Const(-1)))
        self.accumulate(sequence, self.b.call(updates.without_last, bar))

    def updated(self, call: Call, bar: Atom) -> None:
        """Reverse `a[i] = v`: `v` takes what stands at `i`, and `a` gets nothing from there."""
        a, index, value = call.operands
        if self.is_active(value):
            item = self.b.call(operator.getitem, bar, index)
            self.accumulate(value, self.b.call(broadcasting.unbroadcast, item, value))
        if self.is_active(a):
            if isinstance(self.b.type_of(a), (List, Dict)) and isinstance(value, Var):
                cleared: Atom = self.zeros(value)
            else:
                cleared = Const(0.0)
            self.accumulate(a, self.b.call(updates.update, bar, index, cleared))

    def incremented(self, call: Call, bar: Atom) -> None:
        a, index, value = call.operands
        if self.is_active(value):
            item = self.b.call(operator.getitem, bar, index)
            self.accumulate(value, self.b.call(broadcasting.unbroadcast, item, value))
        self.accumulate(a, bar)

    def shortened(self, call: Call, bar: Atom) -> None:
        (sequence,) = call.operands
        last = self.b.call(operator.getitem, sequence, Const(-1))
        self.accumulate(sequence, self.b.call(updates.append, bar, self.b.call(broadcasting.zeros_like, last)))


_STRUCTURAL: dict[Any, Any] = {
    make_tuple: _ReverseSweep.display,
    make_list: _ReverseSweep.display,
    make_dict: _ReverseSweep.dict_display,
    updates.append: _ReverseSweep.appended,
    updates.update: _ReverseSweep.updated,
    updates.increment: _ReverseSweep.incremented,
    updates.add_at: _ReverseSweep.incremented,
    updates.without_last: _ReverseSweep.shortened,
}


def _parameters(rule: Rule) -> list[str]:
    import inspect

    return list(inspect.signature(rule.function).parameters)  # type: ignore[arg-type]


def _is_mask(index: Type) -> bool:
    return isinstance(index, Array) and kind_of(index.dtype) == "bool"


def _is_number(type_: Type | None) -> bool:
    return isinstance(type_, (Scalar, Array))


def _item_type(type_: List | Dict, index: Atom) -> Type | None:
    if isinstance(type_, List):
        return type_.item
    return dict(type_.items).get(index.value) if isinstance(index, Const) else None


__all__ = ["Pullback", "Reversed", "canonical", "reverse"]
