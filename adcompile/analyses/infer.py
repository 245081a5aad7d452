"""The type of every value of a function, from the types of its inputs.

Loops are iterated to a fixed point; a dim that changes from trip to trip, or that is made
inside the loop, becomes a symbol of the carried value. Branches that cannot be taken are
not looked at.

relies on: lowered IR.  ensures: a type for each `Var`; Unknown is always right.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from adcompile.analyses.user_functions import has_followed_type
from adcompile.frontend.transformations import is_transformed
from adcompile.inference.python import element_of, has_items, unpacked, unpacked_star
from adcompile.inference.registry import SITE, infer_call
from adcompile.inference.solvers import solution_type
from adcompile.ir.dims import Affine, Dim, Symbol, add_dims, scale_dim, symbol
from adcompile.ir.nodes import (
    UNDEFINED,
    Atom,
    Attribute,
    Block,
    Call,
    Each,
    For,
    Function,
    If,
    Loop,
    Opaque,
    Range,
    Source,
    Star,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import atoms_of, blocks_of, results_of, walk
from adcompile.ir.types import (
    INT,
    NEVER,
    UNKNOWN,
    Dict,
    List,
    Passive,
    Scalar,
    Tuple,
    Type,
    forget_symbols,
    join,
    of_constant,
    one_item,
    static_value,
    symbols_of,
)
from adcompile.ir.visitor import Visitor
from adcompile.rules.solvers import scipy_solver
from adcompile.runtime.structures import make_list, unpack, unpack_star

Types = dict[Var, Type]
CallType = Callable[[Any, Sequence[Type], Mapping[str | None, Type]], Type]
# What makes an array of a sequence, whose length tells its shape.
OF_DISPLAYS = (np.array, np.asarray, np.stack, np.concatenate, np.vstack, np.hstack, np.column_stack, np.dstack)
ROUNDS = 6  # a loop's types are stable after a few rounds; what still moves then is Unknown


def infer(
    function: Function,
    inputs: Mapping[Var, Type],
    call_type: CallType = infer_call,
    at_least: Mapping[Var, Type] = MappingProxyType({}),
) -> Types:
    """The types of all values of `function`; an input that `inputs` lacks is Unknown.
    `call_type` gives the type of a call (and follows calls of user functions); the types of some values
    hold `at_least` what is given of them."""
    inference = _Inference(call_type, _displays(function), at_least)
    for var in function.inputs:
        inference.set(var, inputs.get(var, UNKNOWN))
    inference.block(function.body)
    return inference.types


def atom_type(types: Mapping[Var, Type], atom: Atom) -> Type:
    """The type of an atom."""
    if isinstance(atom, Var):
        return types.get(atom, UNKNOWN)
    return NEVER if atom.value is UNDEFINED else of_constant(atom.value)


def sizes_of_object(var: Var) -> Any:
    """What names the sizes in the type that holds of an object, whose first value is `var`, all along."""
    return "object", var.name, var.origin


def expand_stars(call: Call, types: Mapping[Var, Type]) -> list[Type] | None:
    """The types of a call's positional arguments; None where a `*` has an unknown length."""
    given: list[Type] = []
    for arg in call.args:
        if not isinstance(arg, Star):
            given.append(atom_type(types, arg))
            continue
        packed = atom_type(types, arg.value)
        if not isinstance(packed, Tuple):
            return None
        given.extend(packed.items)
    return given


def items_of_display(call: Call, types: Mapping[Var, Type]) -> list[Type] | None:
    """The types of the items of `[a, *b]`, one for all that a `*` stands for; None if one is not known."""
    given: list[Type] = []
    for arg in call.args:
        type_ = atom_type(types, arg.value if isinstance(arg, Star) else arg)
        if not isinstance(arg, Star):
            given.append(type_)
        elif isinstance(type_, (List, Tuple)):
            items = type_.items if isinstance(type_, Tuple) else (type_.item,)
            given += [item for item in items if item is not NEVER]  # an empty list has none
        else:
            return None
    return given


def expand_named(call: Call, types: Mapping[Var, Type]) -> dict[str | None, Type]:
    """The types of a call's keyword arguments, `**dict` spread out where its keys are known."""
    given: dict[str | None, Type] = {}
    for key, atom in call.kwargs:
        type_ = atom_type(types, atom)
        if key is None and isinstance(type_, Dict):
            given.update(type_.items)
        else:
            given[key] = type_
    return given


class _Inference(Visitor):
    def __init__(self, call_type: CallType, displays: Mapping[Var, Call], at_least: Mapping[Var, Type]) -> None:
        self.types: Types = {}
        self.at_least = at_least
        self.call_type = call_type
        self.displays = displays  # that one statement alone reads
        self.sites: dict[Var, int] = {}
        self.reports: dict[Var, tuple[str, Type]] = {}  # of solvers: the solution's name and type in them
        self.symbols: set[Symbol] = set()  # those born before the statement that is looked at

    def site(self, var: Var) -> int:
        return self.sites.setdefault(var, len(self.sites))

    def set(self, var: Var, type_: Type) -> None:
        type_ = one_item(type_, ("one", self.site(var)))
        if var in self.at_least:
            type_ = join(type_, self.at_least[var], sizes_of_object(var))
        self.types[var] = type_
        self.symbols |= symbols_of(type_)

    def of(self, atom: Atom) -> Type:
        return atom_type(self.types, atom)

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def region(self, stmt: With) -> None:
        if stmt.target is not None:
            self.set(stmt.target, Passive("object"))
        self.block(stmt.body)
        for result, atom in zip(stmt.results, stmt.body.yields, strict=True):
            self.set(result, self.of(atom))

    def opaque(self, stmt: Opaque) -> None:
        for var in results_of(stmt):
            self.set(var, UNKNOWN)

    def call(self, call: Call) -> None:
        SITE.enter(self.site(call.results[0]))
        args = expand_stars(call, self.types)
        if call.fn is unpack or call.fn is unpack_star:
            assert args is not None
            split = unpacked if call.fn is unpack else unpacked_star
            given = [static_value(t) for t in args[1:]]
            found: Sequence[Type] = split(args[0], *given)
        else:
            kwargs = expand_named(call, self.types)
            if args is None and call.fn is make_list:
                args = items_of_display(call, self.types)
            if call.fn in OF_DISPLAYS and args:
                args[0] = self.as_display(call.operands[0])
            if call.fn is np.select and args:
                args[:2] = map(self.as_display, call.operands[:2])
            found = [UNKNOWN if args is None else self.call_type(call.fn, args, kwargs)]
            found = [self.solution(call, found[0], args, kwargs)]
            if has_followed_type(call.fn) or call.fn is operator.call or is_transformed(call.fn):
                found = [self.from_outside(found[0], [*(args or ()), *kwargs.values()], call.result)]
        for var, type_ in zip(call.results, found, strict=True):
            self.set(var, type_)

    def solution(self, call: Call, found: Type, args: Sequence[Type] | None, kwargs: Mapping[str | None, Type]) -> Type:
        """The type of a call's result, where it is the solution that one of SciPy's solvers finds."""
        solver = scipy_solver(call.fn)
        if solver is not None and args is not None:
            type_ = solution_type(call.fn, args, kwargs)
            if not solver.solution:
                return type_
            self.reports[call.result] = solver.solution, type_
        if isinstance(call.fn, Attribute) and isinstance(call.args[0], Var) and call.args[0] in self.reports:
            name, type_ = self.reports[call.args[0]]
            return type_ if call.fn.name == name else found
        return found

    def as_display(self, atom: Atom) -> Type:
        """The type of a list: that of a tuple, if it is a display `[a, b]` that nothing else reads."""
        display = self.displays.get(atom) if isinstance(atom, Var) else None
        if display is None or any(isinstance(a, Star) for a in display.args):
            return self.of(atom)
        return Tuple(tuple(map(self.as_display, display.operands)))

    def from_outside(self, type_: Type, args: Sequence[Type], result: Var) -> Type:
        """The type of a user function's result here: the sizes that the function makes are named
        there as others are here."""
        known = {s for t in args for s in symbols_of(t)}
        known |= {s for s in symbols_of(type_) if isinstance(s.key, str)}  # of arguments and captures
        return forget_symbols(type_, known, ("result", self.site(result)))

    def branch(self, stmt: If) -> None:
        cond = self.of(stmt.cond)
        taken = cond.value if isinstance(cond, Scalar) and isinstance(cond.value, (bool, int)) else None
        if (taken is not False and taken != 0) or taken is None:
            self.block(stmt.then)
        if taken is None or not taken:
            self.block(stmt.orelse)
        for i, result in enumerate(stmt.results):
            left = NEVER if taken is not None and not taken else self.of(stmt.then.yields[i])
            right = NEVER if taken else self.of(stmt.orelse.yields[i])
            self.set(result, join(left, right, ("if", self.site(result))))

    def loop(self, loop: Loop) -> None:
        known = set(self.symbols)
        types = [self.entering(self.of(init)) for init in loop.inits]
        for round_ in range(ROUNDS):
            self.trip(loop, types)
            joined = []
            for param, before, atom in zip(loop.params, types, loop.body.yields, strict=True):
                after = forget_symbols(self.of(atom), known, ("loop", self.site(param)))
                joined.append(join(before, after, ("loop", self.site(param))))
            if joined == types:
                break
            types = [b if round_ < ROUNDS - 2 or a == b else UNKNOWN for a, b in zip(types, joined, strict=True)]
        else:
            self.trip(loop, types)
        self.symbols = known
        runs = isinstance(loop, For) and all(map(self.has_items, loop.sources))
        for result, type_, atom in zip(loop.results, types, loop.body.yields, strict=True):
            last = self.of(atom)
            some = runs and isinstance(type_, List) and isinstance(last, List) and last.some
            self.set(result, List(type_.item, True) if some else type_)  # type: ignore[attr-defined]

    def has_items(self, source: Source) -> bool:
        """Whether a loop over a source certainly makes a trip."""
        if isinstance(source, Each):
            return has_items(self.of(source.sequence))
        count = trip_count(source, self.types)
        least = count.least if isinstance(count, Affine) else count
        by_one = isinstance(source, Range) and self.of(source.step) == Scalar("int", 1)
        return by_one and least is not None and least > 0

    def entering(self, type_: Type) -> Type:
        """The type of a carried value before the first trip: its number is not its number later."""
        return Scalar(type_.dtype) if isinstance(type_, Scalar) and isinstance(type_.value, bool) else type_

    def trip(self, loop: Loop, types: Sequence[Type]) -> None:
        for param, type_ in zip(loop.params, types, strict=True):
            self.set(param, type_)
        if isinstance(loop, While):
            self.block(loop.head)
        else:
            for item, source in zip(loop.items, loop.sources, strict=True):
                self.set(item, self.item_type(source, item))
            if loop.index is not None:
                self.set(loop.index, INT)
        self.block(loop.body)

    def item_type(self, source: Source, item: Var) -> Type:
        if isinstance(source, Range):
            return self.counter(source, item)
        assert isinstance(source, Each)
        return element_of(self.of(source.sequence))

    def counter(self, source: Range, item: Var) -> Type:
        """The type of what a loop counts: a number of its own in each trip, so that `a[:i]` and `b[:i]`
        are known to be of one size there."""
        start, step = self.of(source.start), self.of(source.step)
        first = start.value if isinstance(start, Scalar) else None
        if isinstance(step, Scalar) and isinstance(step.value, int) and step.value < 0:
            stop = self.of(source.stop)
            first = stop.value if isinstance(stop, Scalar) else None
            first = None if first is None else add_dims(first, 1)
        elif not (isinstance(step, Scalar) and isinstance(step.value, int)):
            first = None
        least = first.least if isinstance(first, Affine) else first
        if least is None or least < 0:
            return INT
        return Scalar("int", symbol(("counter", self.site(item)), least))


def _displays(function: Function) -> dict[Var, Call]:
    """The displays `[a, b]` that are read once: each is as long as it is written."""
    stmts = list(walk(function.body))
    made = {s.result: s for s in stmts if isinstance(s, Call) and s.fn is make_list}
    if not made:
        return {}
    reads = [a for s in stmts for a in (*atoms_of(s), *(y for b in blocks_of(s) for y in b.yields))]
    count = Counter(a for a in (*reads, *function.body.yields) if a in made)
    return {var: call for var, call in made.items() if count[var] == 1}


def trip_count(source: Source, types: Mapping[Var, Type]) -> Dim | None:
    """How often a loop over `range(start, stop)` runs, where that is an affine form."""
    if not isinstance(source, Range):
        return None
    start, stop = atom_type(types, source.start), atom_type(types, source.stop)
    if isinstance(start, Scalar) and isinstance(stop, Scalar) and start.value is not None and stop.value is not None:
        return add_dims(stop.value, scale_dim(start.value, -1))
    return None


__all__ = ["CallType", "Types", "atom_type", "expand_stars", "infer"]
