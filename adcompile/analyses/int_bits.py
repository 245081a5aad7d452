"""How large the Python ints of a program may get, in bits.

Python's ints have no bounds; a backend whose ints have 64 bits has to know where that matters.
Arguments, sizes, and ints that are made of floats are taken to be below 2**31, and loops to make
fewer than 2**31 trips.

relies on: lowered IR, types.  ensures: an int that is not found has at most 63 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Origin
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Block, Call, Const, For, Function, If, Loop, Range, Stmt, Var, While
from adcompile.ir.traverse import blocks_of, source_atoms, walk
from adcompile.ir.types import Scalar

SIZE, TRIPS, MOST = 31, 31, 63
SUMS = (np.add, np.subtract)
SMALLER = (np.floor_divide, np.right_shift)
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
        if fn is np.power and all(map(self.is_int, call.operands)) and _power((0, 0), call.operands):
            self.found.append(call.origin)  # a negative power is no int at all
        if len(call.results) != 1 or not self.is_int(call.result) or (isinstance(fn, type) and fn is not int):
            return
        rule = RULES.get(fn)
        if rule is None or not call.args:
            return
        known = [self.of(a) if self.is_int(a) else SIZE if fn is int else 1 for a in call.operands]
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
        before = list(self.found)
        for inner in blocks_of(loop):
            self._block(inner)  # for the size of what a trip adds
        self.found = before
        for i in carried:
            param, after = loop.params[i], loop.body.yields[i]
            steps = self._steps(after, param, loop.body, changing)
            if steps is None:
                self.found.append(loop.origin)
            self.bits[param] = max(self.of(loop.inits[i]), max(steps or (), default=-TRIPS) + TRIPS)
        for inner in blocks_of(loop):
            self._block(inner)
        for i in carried:
            bits = max(self.bits[loop.params[i]], self.of(loop.body.yields[i]))
            self.bits[loop.results[i]] = self.bits[loop.params[i]] = min(bits, MOST)

    def _depending(self, loop: Loop, params: Sequence[Var]) -> set[Var]:
        """The ints of a trip that grow with the carried ones."""
        found, size = set(params), -1
        while size != len(found):
            size = len(found)
            for stmt in walk(loop.body):
                found.update(v for v in self._growing(stmt, found) if self.is_int(v))
        return found

    @staticmethod
    def _growing(stmt: Stmt, found: set[Var]) -> Sequence[Var]:
        if isinstance(stmt, Call):
            fn: Any = canonical(stmt.fn)
            rule = RULES.get(fn) if not isinstance(fn, type) or fn is int else None
            grows = rule is not None and fn is not np.remainder and any(a in found for a in stmt.operands)
            return stmt.results if grows else ()
        if isinstance(stmt, If):
            pairs = zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True)
            return [r for r, *sources in pairs if not found.isdisjoint(sources)]
        if not isinstance(stmt, (For, While)):
            return ()
        edges = zip(stmt.params, stmt.results, stmt.inits, stmt.body.yields, strict=True)
        grown = [v for *ends, init, after in edges if init in found or after in found for v in ends]
        if isinstance(stmt, For):
            pairs_ = zip(stmt.items, stmt.sources, strict=True)
            grown += [i for i, source in pairs_ if not found.isdisjoint(source_atoms(source))]
        return grown

    def _steps(self, atom: Atom, param: Var, body: Block, changing: set[Var]) -> list[int] | None:
        """The bits of what a trip adds to a carried int; None if it grows in another way."""
        if atom is param or atom not in changing:
            return []
        for stmt in body.stmts:
            if isinstance(stmt, Call) and stmt.results == (atom,):
                return self._added(stmt, param, body, changing)
            if not isinstance(stmt, (If, For, While)) or atom not in stmt.results:
                continue
            i = stmt.results.index(atom)
            if isinstance(stmt, If):
                blocks = [Block((*body.stmts, *b.stmts), b.yields) for b in (stmt.then, stmt.orelse)]
                return _together(*(self._steps(b.yields[i], param, b, changing) for b in blocks))
            inner = self._steps(stmt.body.yields[i], stmt.params[i], stmt.body, changing)
            outer = self._steps(stmt.inits[i], param, body, changing)
            return _together(outer, inner and [bits + TRIPS for bits in inner])
        return None

    def _added(self, call: Call, param: Var, body: Block, changing: set[Var]) -> list[int] | None:
        fn: Any = canonical(call.fn)
        if fn in SMALLER:
            return self._steps(call.operands[0], param, body, changing)
        if fn not in SUMS:
            return None
        one, other = call.operands
        if other in changing and fn is np.add:
            one, other = other, one
        if other in changing:
            return None
        return _together(self._steps(one, param, body, changing), [self.of(other)])


def _together(*steps: list[int] | None) -> list[int] | None:
    """All the steps, if all are known."""
    return None if None in steps else [bits for known in steps for bits in known or ()]
