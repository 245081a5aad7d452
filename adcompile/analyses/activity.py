"""Which values carry a derivative: varied (depends on an input) and useful (reaches the result).

A tuple carries one in some of its items, and so does each tuple in a list: what a loop records and
reads again is not active because it was recorded beside something that is.

relies on: types.  ensures: the set of active values; everything else is passive.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

from adcompile.analyses.effects import HARMLESS_RECEIVERS, is_text
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.solutions import Solutions
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    If,
    Method,
    Opaque,
    Star,
    Stmt,
    Var,
    While,
    With,
)
from adcompile.ir.types import Dict, List, Passive, Tuple, Type, Unknown, is_complex, may_carry_derivative
from adcompile.rules.registry import rule_for
from adcompile.runtime import updates
from adcompile.runtime.structures import make_list, make_tuple, unpack


def active_values(function: Function, types: Types, wrt: Iterable[Var]) -> tuple[frozenset[Var], frozenset[Var]]:
    """The values on a differentiable path from `wrt` to the function's result, and all that
    depend on `wrt` (varied)."""
    solutions = Solutions(function)
    varied = _Varied(types, solutions)
    varied.found.update(wrt)
    varied.settle(function.body)
    useful = _Useful(types, solutions)
    useful.mark(function.body.yields[:1])
    useful.settle(function.body)
    return frozenset(varied.found & useful.found), frozenset(varied.found)


def passes_derivative(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a derivative can flow from a call's arguments to its results."""
    rule = rule_for(call.fn)
    if rule is not None and rule.kind == "zero" and not may_merge_dicts(call, types):
        return not rule.on_complex and any(is_complex(atom_type(types, a)) for a in call.operands)
    if isinstance(call.fn, (Attribute, Method)) and call.operands:
        # What a method of a string makes, or of a file, is a constant; what a method of another object
        # makes of an active argument is not known: random numbers around a mean move with it.
        receiver = atom_type(types, call.operands[0])
        if is_text(receiver) or (isinstance(receiver, Passive) and receiver.name in HARMLESS_RECEIVERS):
            return False
    return any(may_carry_derivative(atom_type(types, r)) for r in call.results)


def may_merge_dicts(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call is a `|` of what may be dicts, and no operation on bits."""
    if isinstance(call.fn, (Attribute, Method)) or (call.fn is not operator.or_ and call.fn is not operator.ior):
        return False
    return all(isinstance(atom_type(types, a), (Dict, Unknown)) for a in call.operands)


class _Flow:
    def __init__(self, types: Types, solutions: Solutions) -> None:
        self.types = types
        self.solutions = solutions
        self.found: set[Var] = set()

    def has(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom in self.found

    def mark(self, atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            if isinstance(atom, Var) and may_carry_derivative(self.types.get(atom, Passive("?"))):
                self.found.add(atom)

    def link(self, pairs: Iterable[tuple[Atom, Atom]]) -> None:
        """Spread the mark from the first of each pair to the second."""
        self.mark(b for a, b in pairs if self.has(a))

    def settle(self, block: Block) -> None:
        """Repeat until nothing more is found: loops carry marks around."""
        size: object = None
        while size != self.size():
            size = self.size()
            self.block(block)

    def size(self) -> object:
        """Another one whenever more is found."""
        return len(self.found)

    def block(self, block: Block) -> None:
        raise NotImplementedError


class _Varied(_Flow):
    def __init__(self, types: Types, solutions: Solutions) -> None:
        super().__init__(types, solutions)
        # Of a marked tuple, or of the tuples in a marked list, the places of the items that are varied.
        # One that is missing here is varied in all.
        self.places: dict[Var, frozenset[int]] = {}

    def size(self) -> object:
        return len(self.found), len(self.found - self.places.keys()), sum(map(len, self.places.values()))

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def mark(self, atoms: Iterable[Atom]) -> None:
        """These are varied in all that they hold."""
        atoms = list(atoms)
        super().mark(atoms)
        for atom in atoms:
            if isinstance(atom, Var):
                self.places.pop(atom, None)

    def mark_places(self, var: Atom, places: frozenset[int] | None) -> None:
        """This one is varied in some items; None for all."""
        if places is None or (self.has(var) and var not in self.places):
            self.mark([var])
        elif isinstance(var, Var) and places:
            self.found.add(var)
            self.places[var] = self.places.get(var, frozenset()) | places

    def places_in(self, atom: Atom) -> frozenset[int] | None:
        """The places in a tuple, or in the tuples in a list, that are varied; None for all."""
        return self.places.get(atom) if self.has(atom) else frozenset()  # type: ignore[arg-type]

    def link(self, pairs: Iterable[tuple[Atom, Atom]]) -> None:
        for a, b in pairs:
            if self.has(a):
                self.mark_places(b, self.places_in(a))

    def call(self, call: Call) -> None:
        """The results of a call of something varied."""
        if any(isinstance(a, Star) for a in call.args):
            self.mark(call.results)
            return
        first = call.operands[0]
        if call.fn is make_tuple:
            self.mark_places(call.result, frozenset(i for i, a in enumerate(call.operands) if self.has(a)))
        elif call.fn in (make_list, updates.append) and isinstance(item_of(self.types.get(call.result)), Tuple):
            for operand in call.operands:
                self.link([(operand, call.result)])
        elif call.fn is unpack and isinstance(atom_type(self.types, first), Tuple):
            places = self.places_in(first)
            self.mark(r for i, r in enumerate(call.results) if places is None or i in places)
        elif call.fn is operator.getitem and self.places_in(first) is not None:
            self.item(call.result, first, call.operands[1])
        else:
            self.mark(call.results)

    def item(self, result: Var, holder: Atom, index: Atom) -> None:
        """An item of a tuple or list that is varied in some places."""
        places, type_ = self.places_in(holder), atom_type(self.types, holder)
        if isinstance(item_of(type_), Tuple) and isinstance(self.types.get(result), Tuple):
            self.mark_places(result, places)
        elif isinstance(type_, Tuple) and isinstance(index, Const) and type(index.value) is int:
            if places is None or index.value % len(type_.items) in places:
                self.mark([result])
        else:
            self.mark([result])

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            solution = self.solutions.of(stmt)
            if solution is not None:
                self.mark(stmt.results if any(map(self.has, solution.parameters)) else ())
            elif any(map(self.has, stmt.operands)) and passes_derivative(stmt, self.types):
                self.call(stmt)
        elif isinstance(stmt, If):
            self.block(stmt.then)
            self.block(stmt.orelse)
            self.link(zip(stmt.then.yields, stmt.results, strict=True))
            self.link(zip(stmt.orelse.yields, stmt.results, strict=True))
        elif isinstance(stmt, (For, While)):
            self.link(zip(stmt.inits, stmt.params, strict=True))
            if isinstance(stmt, While):
                self.block(stmt.head)
            else:
                for source, item in zip(stmt.sources, stmt.items, strict=True):
                    if isinstance(source, Each) and self.has(source.sequence):
                        in_tuples = isinstance(item_of(atom_type(self.types, source.sequence)), Tuple)
                        self.mark_places(item, self.places_in(source.sequence) if in_tuples else None)
            self.block(stmt.body)
            self.link(zip(stmt.body.yields, stmt.params, strict=True))
            self.link(zip(stmt.params, stmt.results, strict=True))
        elif isinstance(stmt, With):
            self.block(stmt.body)
            self.link(zip(stmt.body.yields, stmt.results, strict=True))
        elif isinstance(stmt, Opaque) and any(self.has(a) for _, a in stmt.reads):
            self.mark(v for _, v in stmt.writes)


def item_of(type_: Type | None) -> Type | None:
    """The type of the items of a list."""
    return type_.item if isinstance(type_, List) else None


class _Useful(_Flow):
    def block(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if any(map(self.has, stmt.results)) and passes_derivative(stmt, self.types):
                self.mark(self.solutions.read(stmt))
        elif isinstance(stmt, If):
            self.link(zip(stmt.results, stmt.then.yields, strict=True))
            self.link(zip(stmt.results, stmt.orelse.yields, strict=True))
            self.block(stmt.then)
            self.block(stmt.orelse)
        elif isinstance(stmt, (For, While)):
            self.link(zip(stmt.results, stmt.params, strict=True))
            self.link(zip(stmt.params, stmt.body.yields, strict=True))
            self.block(stmt.body)
            if isinstance(stmt, While):
                self.block(stmt.head)
            else:
                pairs = zip(stmt.sources, stmt.items, strict=True)
                self.link((item, s.sequence) for s, item in pairs if isinstance(s, Each))
            self.link(zip(stmt.params, stmt.inits, strict=True))
        elif isinstance(stmt, With):
            self.link(zip(stmt.results, stmt.body.yields, strict=True))
            self.block(stmt.body)
        elif isinstance(stmt, Opaque) and any(self.has(v) for _, v in stmt.writes):
            self.mark(a for _, a in stmt.reads)
