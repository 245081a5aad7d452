"""How large the Python ints of a program may get, in bits.

Python's ints have no bounds; a backend whose ints have 64 bits has to know where that matters.
Arguments and sizes are taken to be below 2**31, and loops to make fewer than 2**32 trips.

relies on: lowered IR, types.  ensures: an int that is not found has at most 62 bits.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Origin
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Block, Call, Const, For, Function, If, Loop, Opaque, Range, Stmt, Var, While
from adcompile.ir.traverse import blocks_of, inner_of, results_of
from adcompile.ir.types import Scalar

SIZE, TRIPS, MOST = 31, 32, 62
SUMS = (operator.add, operator.sub, operator.iadd, operator.isub)
Rule = Callable[[Sequence[int], Sequence[Atom]], int]


def _power(bits: Sequence[int], atoms: Sequence[Atom]) -> int:
    times = atoms[1].value if isinstance(atoms[1], Const) else None
    return bits[0] * times if isinstance(times, int) and times >= 0 else MOST + 1


def _shifted(bits: Sequence[int], atoms: Sequence[Atom]) -> int:
    return bits[0] + (atoms[1].value if isinstance(atoms[1], Const) else MOST)


RULES: dict[Any, Rule] = {
    np.add: lambda bits, _: max(bits) + 1,
    np.subtract: lambda bits, _: max(bits) + 1,
    np.multiply: lambda bits, _: sum(bits),
    np.power: _power,
    np.left_shift: _shifted,
    np.floor_divide: lambda bits, _: bits[0],
    np.remainder: lambda bits, _: bits[1],
    np.right_shift: lambda bits, _: bits[0],
    **dict.fromkeys((np.negative, np.positive, np.absolute, abs, int, min, max), lambda bits, _: max(bits)),
}


class IntBits:
    """Bounds of a function's Python ints; `found` are the places where one may be too large."""

    def __init__(self, function: Function, types: Types) -> None:
        self.types = types
        self.bits: dict[Var, int] = {}
        self.found: list[Origin | None] = []
        self._block(function.body)

    def of(self, atom: Atom) -> int:
        """The bits of a number, its sign aside."""
        if isinstance(atom, Const):
            return abs(atom.value).bit_length() if isinstance(atom.value, int) else 0
        return self.bits.get(atom, SIZE)

    def is_int(self, atom: Atom) -> bool:
        """Whether a value is a Python int."""
        type_ = atom_type(self.types, atom)
        return isinstance(type_, Scalar) and type_.dtype == "int"

    def _block(self, block: Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, Call):
                self._call(stmt)
            elif isinstance(stmt, (For, While)):
                self._loop(stmt)
            else:
                for inner in blocks_of(stmt):
                    self._block(inner)
                if isinstance(stmt, If):
                    for result, one, other in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True):
                        self.bits[result] = max(self.of(one), self.of(other))

    def _call(self, call: Call) -> None:
        fn: Any = canonical(call.fn)
        if len(call.results) != 1 or not self.is_int(call.result) or (isinstance(fn, type) and fn is not int):
            return
        rule = RULES.get(fn)
        if rule is None or not call.args:
            return
        known = [self.of(a) if self.is_int(a) else MOST if fn is int else 1 for a in call.operands]
        found = rule(known, call.operands)
        if found > MOST:
            self.found.append(call.origin)
        self.bits[call.result] = min(found, MOST)

    def _loop(self, loop: Loop) -> None:
        if isinstance(loop, For):
            for item, source in zip(loop.items, loop.sources, strict=True):
                if isinstance(source, Range):
                    self.bits[item] = max(self.of(source.start), self.of(source.stop))
        carried = [i for i, p in enumerate(loop.params) if self.is_int(p)]
        changing = self._depending(loop, [loop.params[i] for i in carried])
        for i in carried:
            param, after = loop.params[i], loop.body.yields[i]
            steps = self._steps(after, param, loop.body, changing)
            step = max(map(self.of, steps), default=0) + TRIPS if steps else 0
            self.bits[param] = self.bits[loop.results[i]] = max(self.of(loop.inits[i]), step)
            if steps is None:
                self.found.append(loop.origin)
        for inner in blocks_of(loop):
            self._block(inner)
        for i in carried:
            bits = max(self.bits[loop.params[i]], self.of(loop.body.yields[i]))
            self.bits[loop.results[i]] = self.bits[loop.params[i]] = min(bits, MOST)

    def _depending(self, loop: Loop, params: Sequence[Var]) -> set[Var]:
        """The ints of a trip that grow with the carried ones."""
        found = set(params)

        def block(b: Block) -> None:
            for stmt in b.stmts:
                for inner in blocks_of(stmt):
                    block(inner)
                found.update(self._growing(stmt, found))

        block(loop.body)
        return found

    def _growing(self, stmt: Stmt, found: set[Var]) -> set[Var]:
        if isinstance(stmt, Call):
            fn: Any = canonical(stmt.fn)
            rule = RULES.get(fn) if not isinstance(fn, type) or fn is int else None
            grows = rule is not None and fn is not np.remainder and any(a in found for a in stmt.operands)
            return {r for r in stmt.results if self.is_int(r)} if grows else set()
        if isinstance(stmt, Opaque):
            return set()
        mine = {*results_of(stmt), *inner_of(stmt)}
        read = {a for b in blocks_of(stmt) for a in b.yields} | set(getattr(stmt, "inits", ()))
        return {v for v in mine if self.is_int(v)} if read & found else set()

    def _steps(self, atom: Atom, param: Var, body: Block, changing: set[Var]) -> list[Atom] | None:
        """What a trip adds to a carried int; None if it grows in another way."""
        if atom is param or atom not in changing:
            return []
        for stmt in body.stmts:
            if isinstance(stmt, Call) and stmt.results == (atom,):
                return self._added(stmt, param, body, changing)
            if isinstance(stmt, If) and atom in stmt.results:
                place = stmt.results.index(atom)
                sides = [
                    self._steps(b.yields[place], param, Block((*body.stmts, *b.stmts)), changing)
                    for b in (stmt.then, stmt.orelse)
                ]
                return None if None in sides else [a for side in sides for a in side or ()]
        return None

    def _added(self, call: Call, param: Var, body: Block, changing: set[Var]) -> list[Atom] | None:
        if call.fn not in SUMS:
            return None
        one, other = call.operands
        if other in changing and call.fn in (operator.add, operator.iadd):
            one, other = other, one
        steps = None if other in changing else self._steps(one, param, body, changing)
        return None if steps is None else [*steps, other]
