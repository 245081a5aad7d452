"""Let one sweep carry many seeds: every value that depends on them gets a first axis more.

    def f_pullback(residual, out_bar):           def f_pullbacks(residual, out_bar):
        x, w = residual                              x, w = residual
        x_bar = out_bar * w                          x_bar = out_bar[:, None] * w

What does not depend on the seeds is computed once. Where a call has no seed rule, a rank is not
known, or a branch depends on a seed, there is no such program, and each seed takes a sweep.

relies on: the finished halves, or pushforwards.  ensures: the same numbers for each seed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_pure
from adcompile.analyses.infer import Types
from adcompile.analyses.ownership import own_results
from adcompile.analyses.seeding import Seeding, Seedings, asks, is_seeded, seedings, undefined_on_a_path
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import canonical, is_update
from adcompile.ir.dims import Dim
from adcompile.ir.nodes import (
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
    Param,
    Range,
    Source,
    Star,
    Through,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import atoms_of, walk
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Scalar, Tuple, Type, Unknown, kind_of, may_carry_derivative
from adcompile.ir.visitor import Visitor
from adcompile.runtime import seeds
from adcompile.runtime.seeds import count_seeds, of_one_seed, seed_by_seed
from adcompile.runtime.structures import make_dict, make_list, make_tuple, unpack, unpack_star
from adcompile.runtime.updates import append, written_last
from adcompile.transforms.forward_calls import SEVERAL
from adcompile.transforms.seed_rules import NotCarried, apply, store_through
from adcompile.transforms.seeded_values import SeededValues, at

Program = Mapping[str, tuple[Function, Types]]


@dataclass(slots=True)
class Carried:
    """The functions of a program whose sweep carries many seeds: its entry, for each of them the name
    of the one that it stands for, and the shapes, for one seed, of the arrays that it makes; `grows`
    where it makes a list of them, trip by trip."""

    entry: str
    functions: list[tuple[Function, Types]] = field(default_factory=list)
    stands_for: dict[str, str] = field(default_factory=dict)
    shapes: set[tuple[Dim, ...]] = field(default_factory=set)
    grows: bool = False


def carry_seeds(
    program: Program, entry: str, seeded: Sequence[int], result: Seeding, fresh: Callable[[str], str]
) -> Carried:
    """The functions for many seeds that stand for `entry`, whose parameters at the places `seeded`
    get the axis, and so do the parts of its result that `result` says; `fresh` names them.

    Raises:
        NotCarried: if one of its calls cannot be made for many seeds at once.
    """
    carrier = _Program(program, fresh)
    params = program[entry][0].params
    carrier.made.entry = carrier.function(entry, tuple(i in seeded for i in range(len(params))), result)
    return carrier.made


def calls_seeds(carried: Carried) -> bool:
    """Whether some of the functions call what looks at the seeds when it runs, and has no derivative rule."""
    calls = [s for one, _ in carried.functions for s in walk(one.body) if isinstance(s, Call)]
    return any(getattr(call.fn, "__module__", None) == seeds.__name__ for call in calls)


class _Program:
    """All functions of a program, each for the parameters that it is called with seeded."""

    def __init__(self, program: Program, fresh: Callable[[str], str]) -> None:
        self.program = program
        self.fresh = fresh
        self.made = Carried("")
        self.results: dict[tuple[str, tuple[Seeding, ...]], Seeding] = {}
        self.refs: dict[tuple[str, tuple[Seeding, ...]], FunctionRef] = {}
        self._open: set[str] = set()
        self.has_undefined = any(
            isinstance(types.get(var, UNKNOWN), (Array, Unknown))
            for function, types in program.values()
            for var in undefined_on_a_path(function.body)
        )

    def seeding_of(self, name: str, given: tuple[Seeding, ...]) -> tuple[Seedings, Seeding]:
        """The seeding of each value of a function, and of its result."""
        if name in self._open or name not in self.program:  # it is being made
            raise NotCarried("a function that calls itself")
        function, types = self.program[name]
        self._open.add(name)
        params = dict(zip((p.var for p in function.params), given, strict=True))
        found = seedings(function, params, types, self.result_of)
        self._open.discard(name)
        (result,) = function.body.yields
        return found, found.get(result, False) if isinstance(result, Var) else False

    def result_of(self, ref: FunctionRef, given: Sequence[Seeding]) -> Seeding:
        """The seeding of what a call of a function gives."""
        key = (ref.name, tuple(given))
        if key not in self.results:
            self.results[key] = self.seeding_of(*key)[1]
        return self.results[key]

    def function(self, name: str, given: tuple[Seeding, ...], result: Seeding = None) -> str:
        """Make a function for these seeded parameters; returns its name."""
        of, own = self.seeding_of(name, given)
        function, types = self.program[name]
        carrying = _Carrying(self, function, types, of, is_entry=result is not None)
        made = carrying.function(self.fresh(re.sub(r"_\d+$", "", name) + "s"), own if result is None else result)
        self.made.functions.append((made, types))
        self.made.stands_for[made.name] = name
        self.refs[name, given] = FunctionRef(made.name, own=own_results(made, types))
        return made.name

    def ref(self, fn: FunctionRef, given: tuple[Seeding, ...]) -> FunctionRef:
        """What is called in the place of a function."""
        if (fn.name, given) not in self.refs:
            self.function(fn.name, given)
        return self.refs[fn.name, given]


class _Carrying(SeededValues, Visitor):
    """One function, rewritten."""

    def __init__(self, program: _Program, function: Function, types: Types, of: Seedings, is_entry: bool) -> None:
        super().__init__(function, types, of, program.made.shapes, program.has_undefined)
        self.program = program
        self.old = function
        self.is_entry = is_entry

    def function(self, name: str, seeding: Seeding) -> Function:
        """The function for many seeds, its result seeded as `seeding` says."""
        params = tuple(Param(self.renamed(p.var), p.kind, p.default) for p in self.old.params)
        seeded = [p.var for p in self.old.params if is_seeded(self.of.get(p.var, False))]
        if seeded:
            self.seeds = self.count(self._now[seeded[0]], self.types[seeded[0]], self.of[seeded[0]])
        self.stmts(self.old.body)
        (result,) = self.old.body.yields
        yields = (self.lifted(result, seeding),)
        return replace(self.old, name=name, params=params, body=Block(tuple(self.b.stmts), yields))

    def count(self, var: Atom, type_: Type, seeding: Seeding) -> Atom:
        """How many seeds there are: the length of the first array of seeds."""
        if isinstance(type_, (Scalar, Array)):
            return self.b.make(len, (var,), name="seeds")
        items: Sequence[tuple[Any, Type]] = ()
        if isinstance(type_, Tuple):
            items = list(enumerate(type_.items))
        elif isinstance(type_, Dict):
            items = type_.items
        for key, item in items:
            mine = seeding[key] if isinstance(seeding, tuple) else seeding
            if is_seeded(mine) and may_carry_derivative(item) and not isinstance(item, (List, Unknown)):
                return self.count(self.b.make(operator.getitem, (var, Const(key))), item, mine)
        if self.is_entry:
            return self.b.make(count_seeds, (var,), name="seeds")
        raise NotCarried("seeds whose number cannot be told")

    # ---------------------------------------------------------------------------- statements

    def block(self, block: Block, seeding: Sequence[Seeding]) -> Block:
        """A block whose yields are seeded as its owner's results are."""
        with self.b.nested() as stmts:
            self.stmts(block)
            yields = tuple(self.lifted(a, s) for a, s in zip(block.yields, seeding, strict=True))
        return Block(tuple(stmts), yields)

    def stmts(self, block: Block) -> None:
        for stmt in block.stmts:
            self.b.origin = stmt.origin
            self.stmt(stmt)

    def branch(self, stmt: If) -> None:
        self.refuse_seeded((stmt.cond,), "a branch")
        seeding = [self.seeding_of(r) for r in stmt.results]
        then, orelse = self.block(stmt.then, seeding), self.block(stmt.orelse, seeding)
        self.b.emit(replace(stmt, then=then, orelse=orelse, results=tuple(map(self.renamed, stmt.results))))

    def region(self, stmt: With) -> None:
        self.refuse_seeded((stmt.context,), "a context")
        body = self.block(stmt.body, [self.seeding_of(r) for r in stmt.results])
        self.b.emit(replace(stmt, body=body, results=tuple(map(self.renamed, stmt.results))))

    def opaque(self, stmt: Opaque) -> None:
        self.refuse_seeded(atoms_of(stmt), "a statement of Python's")
        self.b.emit(stmt)

    def refuse_seeded(self, atoms: Sequence[Atom], what: str) -> None:
        if any(map(self.is_seeded, atoms)):
            raise NotCarried(f"{what} that depends on a seed")

    def loop(self, loop: Loop) -> None:
        seeding = [self.seeding_of(p) for p in loop.params]
        inits = tuple(self.lifted(a, s) for a, s in zip(loop.inits, seeding, strict=True))
        sources: tuple[Source, ...] = ()
        if isinstance(loop, For):
            sources = tuple(map(self.source, loop.sources, loop.items))
            items = tuple(map(self.renamed, loop.items))
        params = tuple(map(self.renamed, loop.params))
        if isinstance(loop, While):
            head = self.block(loop.head, [False])
            self.refuse_seeded(loop.head.yields, "a loop")
        body = self.block(loop.body, seeding)
        results = tuple(map(self.renamed, loop.results))
        if isinstance(loop, While):
            self.b.emit(replace(loop, params=params, inits=inits, head=head, body=body, results=results))
            return
        made = replace(loop, items=items, sources=sources, params=params, inits=inits, body=body, results=results)
        self.b.emit(made)

    def source(self, source: Source, item: Var) -> Source:
        """What a loop iterates over: of an array the axis behind that of the seeds."""
        if isinstance(source, Range) or not isinstance(source, Each):
            self.refuse_seeded([source.start, source.stop, source.step] if isinstance(source, Range) else [], "a loop")
            return source
        if not self.is_seeded(source.sequence):
            return source
        type_ = self.type_of(source.sequence)
        if isinstance(type_, Array):
            return replace(source, sequence=self.b.make(np.swapaxes, (self.now(source.sequence), Const(0), Const(1))))
        if isinstance(type_, Tuple):
            each = (self.seeding_of(item),) * len(type_.items)
            return replace(source, sequence=self.lifted(source.sequence, each))
        if isinstance(type_, List):
            return replace(source, sequence=self.lifted(source.sequence))
        raise NotCarried("a loop over seeds of a structure that is not known")

    # --------------------------------------------------------------------------------- calls

    def call(self, call: Call) -> None:
        if not any(map(self.is_seeded, call.operands)):
            self.b.emit(call)
            if len(call.results) == 1 and not is_update(call):
                self.b.remember(call)
            return
        if asks(call):
            self.asking(call)
        elif isinstance(call.fn, FunctionRef):
            if call.kwargs or len(call.operands) != len(self.program.program[call.fn.name][0].params):
                raise NotCarried("arguments of which there is any number")
            given = tuple(map(self.seeding_of, call.operands))
            fn = self.program.ref(call.fn, given)
            args = tuple(map(self.now, call.operands))
            self.b.emit(replace(call, results=tuple(map(self.renamed, call.results)), fn=fn, args=args))
        elif call.fn is unpack or call.fn is unpack_star:
            self.unpacking(call)
        elif len(call.results) > 1 or call.kept:
            raise NotCarried(f"there is no seed rule for {call.fn.__name__}")
        else:
            self.plain(call)

    def plain(self, call: Call) -> None:
        """A call with one result, by its seed rule."""
        args = self.b.unstar(call.args)
        if args is None or (len(args) != len(call.args) and any(map(self.is_seeded, call.operands))):
            raise NotCarried("arguments of which there is any number")
        seeding = self.seeding_of(call.result)
        if call.fn is make_tuple:
            made = self.b.make(make_tuple, [self.lifted(a, s) for a, s in zip(args, seeding, strict=True)])
        elif call.fn in (make_list, make_dict):
            if any(isinstance(a, Star) for a in call.args):
                raise NotCarried("a display of any number of items")
            made = self.spread(call.result, self.type_of(call.result))
        elif call.fn is operator.getitem and isinstance(self.seeding_of(args[0]), tuple):
            self.item(call, args[0], args[1])
            return
        elif isinstance(call.fn, Through):
            made = store_through(self, call, call.fn)
        else:
            self.program.made.grows |= call.fn is append
            made = self.by_rule(call, args)
        self.define(call.result, made)

    def by_rule(self, call: Call, args: Sequence[Atom]) -> Atom:
        """The value of a call by its seed rule; of one that no rule knows, seed by seed."""
        try:
            made = apply(self, call, args)
            self.check_rank(call.result, made)
            return made
        except NotCarried:
            fn: Any = canonical(call.fn)
            if not is_pure(call) or is_update(call) or isinstance(fn, (Method, Attribute)):
                raise
            if any(key is None or self.is_seeded(a) for key, a in call.kwargs):
                raise
            seeded = Const(tuple(i for i, a in enumerate(args) if self.is_seeded(a)))
            given = [self.lifted(a) if self.is_seeded(a) else a for a in args]
            if isinstance(call.fn, Method) and fn in SEVERAL and len(given) > 2:
                given = [given[0], self.b.make(make_tuple, given[1:])]
            return self.b.make(seed_by_seed, (Const(fn), seeded, self.seeds, *given), call.kwargs)

    def item(self, call: Call, whole: Atom, index: Atom) -> None:
        """An item of a tuple; one that only run time chooses is seeded if all are."""
        known = isinstance(index, Const) and type(index.value) is int
        if not known and any(s != self.seeding_of(call.result) for s in self.seeding_of(whole)):
            raise NotCarried("an item of a tuple that only run time chooses")
        self.b.emit(replace(call, results=(self.renamed(call.result),), args=(self.now(whole), index)))

    def define(self, var: Var, made: Atom) -> None:
        """`made` stands for a value from now on."""
        self.check_rank(var, made)
        want = self.with_seeds(self.type_of(var), self.seeding_of(var))
        have = self.b.type_of(made)
        if isinstance(have, (Array, Scalar)) and isinstance(want, Array):
            if kind_of(have.dtype) not in ("float", "complex", "?"):
                raise NotCarried(f"numbers of dtype {have.dtype} that depend on a seed")
            if "?" not in (have.dtype, want.dtype) and have.dtype != want.dtype:
                made = self.b.make(np.ndarray.astype, (made, Const(np.dtype(want.dtype))))
        elif isinstance(made, Var) and have is UNKNOWN:
            self.types[made] = want
        if isinstance(made, Var) and not made.name:
            made.name = var.name
        self._now[var] = made

    def check_rank(self, var: Var, made: Atom) -> None:
        """What inference says of the rank of `made` must be what is expected of what stands for `var`."""
        have, want = self.b.type_of(made), self.with_seeds(self.type_of(var), self.seeding_of(var))
        if isinstance(have, (Array, Scalar)) and isinstance(want, Array):
            ranks = shape_of(have), shape_of(want)
            if None not in ranks and len(ranks[0] or ()) != len(ranks[1] or ()):
                raise NotCarried(f"a value of type {have} stands for one of type {want}{at(var)}")

    def unpacking(self, call: Call) -> None:
        """`a, b = seeded`: the items of a tuple, or the elements of each seed's array."""
        whole, *counts = call.operands
        type_ = self.type_of(whole)
        value = self.now(whole)
        if isinstance(type_, Array):
            value = self.b.make(np.swapaxes, (value, Const(0), Const(1)))
        elif not isinstance(type_, (Tuple, List)) and not isinstance(self.seeding_of(whole), tuple):
            raise NotCarried("seeds of a structure that is not known")
        self.b.emit(replace(call, results=tuple(map(self.renamed, call.results)), args=(value, *counts)))

    def asking(self, call: Call) -> None:
        """What is the same for every seed: the shape behind the seeds' axis, the dtype."""
        value, type_ = call.operands[0], self.type_of(call.operands[0])
        if any(map(self.is_seeded, call.operands[1:])):
            raise NotCarried("a comparison of seeds")
        meant, fn = canonical(call.fn), call.fn
        one = isinstance(type_, (Array, Scalar))
        args: tuple[Atom, ...]
        if meant in (np.shape, np.ndim, len) and one:
            shape = self.b.make(Attribute("shape"), (self.now(value),))
            fn, args = operator.getitem, (shape, Const(1) if meant is len else Const(slice(1, None)))
            if meant is np.ndim:
                fn, args = len, (self.b.make(operator.getitem, args),)
        elif call.fn is written_last and isinstance(type_, Array):
            fn, args = written_last, (self.b.make(operator.getitem, (self.now(value), Const(0))), call.operands[1])
        elif isinstance(type_, (Scalar, Unknown)) or meant in (np.shape, np.ndim, np.size):
            if meant is type:
                raise NotCarried("the class of seeds")
            args = (self.b.make(of_one_seed, (self.now(value),)), *call.operands[1:])
        else:
            fn, args = call.fn, (self.now(value), *call.operands[1:])
        self.b.emit(Call(call.results, fn, args, call.kwargs, call.origin))


__all__ = ["Carried", "NotCarried", "carry_seeds"]
