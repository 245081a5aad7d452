"""Which values carry a derivative: varied (depends on an input) and useful (reaches the result).

relies on: types.  ensures: the set of active values; everything else is passive.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

from adcompile.analyses.effects import is_text, leaves_arguments
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Each,
    For,
    Function,
    If,
    Method,
    Opaque,
    Stmt,
    Var,
    While,
    With,
)
from adcompile.ir.types import Dict, Passive, Type, Unknown, may_carry_derivative
from adcompile.rules.registry import rule_for


def active_values(function: Function, types: Types, wrt: Iterable[Var]) -> tuple[frozenset[Var], frozenset[Var]]:
    """The values on a differentiable path from `wrt` to the function's result, and all that
    depend on `wrt` (varied)."""
    varied = _Varied(types)
    varied.found.update(wrt)
    varied.settle(function.body)
    useful = _Useful(types)
    useful.mark(function.body.yields[:1])
    useful.settle(function.body)
    return frozenset(varied.found & useful.found), frozenset(varied.found)


def passes_derivative(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a derivative can flow from a call's arguments to its results."""
    rule = rule_for(call.fn)
    if rule is not None and rule.kind == "zero" and not may_merge_dicts(call, types):
        return False
    if isinstance(call.fn, (Attribute, Method)) and call.operands:
        # What a method of a string makes is a constant; what a method of another object makes of
        # an active argument is not known.
        receiver = atom_type(types, call.operands[0])
        if is_text(receiver) or (isinstance(receiver, Passive) and leaves_arguments(call, types)):
            return False
    return any(may_carry_derivative(atom_type(types, r)) for r in call.results)


def may_merge_dicts(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call is a `|` of what may be dicts, and no operation on bits."""
    if isinstance(call.fn, (Attribute, Method)) or (call.fn is not operator.or_ and call.fn is not operator.ior):
        return False
    return all(isinstance(atom_type(types, a), (Dict, Unknown)) for a in call.operands)


class _Flow:
    def __init__(self, types: Types) -> None:
        self.types = types
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
        size = -1
        while size != len(self.found):
            size = len(self.found)
            self.block(block)

    def block(self, block: Block) -> None:
        raise NotImplementedError


class _Varied(_Flow):
    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if any(map(self.has, stmt.operands)) and passes_derivative(stmt, self.types):
                self.mark(stmt.results)
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
                pairs = zip(stmt.sources, stmt.items, strict=True)
                self.link((s.sequence, item) for s, item in pairs if isinstance(s, Each))
            self.block(stmt.body)
            self.link(zip(stmt.body.yields, stmt.params, strict=True))
            self.link(zip(stmt.params, stmt.results, strict=True))
        elif isinstance(stmt, With):
            self.block(stmt.body)
            self.link(zip(stmt.body.yields, stmt.results, strict=True))
        elif isinstance(stmt, Opaque) and any(self.has(a) for _, a in stmt.reads):
            self.mark(v for _, v in stmt.writes)


class _Useful(_Flow):
    def block(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if any(map(self.has, stmt.results)) and passes_derivative(stmt, self.types):
                self.mark(stmt.operands)
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
