"""Read shapes off what is at hand.

Of some values the reverse sweep needs the shape, the size or the dtype alone. They need not
be kept, and need not even be computed, if another value of the same shape is kept anyway:
the size of `(p - y) ** 2` is the size of `p - y`. Where the types say so, an argument of the
same shape does as well for the values of a loop's trips.

relies on: infer, reverse.  ensures: the same shapes, read off fewer values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scopes
from adcompile.analyses.shape_reads import asked_for_shape, asks_dtype, read_for_more_in
from adcompile.analyses.unbound import Unbound
from adcompile.analyses.versions import versions_of_inputs
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Attribute, Block, Call, Const, For, If, Star, Stmt, Var, While
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import INT, Array, symbols_of
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.choose_residuals import updated_values

MOST = 8  # values of one shape that are thought of


def read_shapes(
    backward: Block, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types, split: bool = False
) -> Block:
    """The reverse sweep with each shape read off the value that is cheapest to have. `split`: in a
    function of its own, which is handed what it reads."""
    reading = _Reading(backward, forward, inputs, types, split)

    def block(b: Block) -> Block:
        return Block(tuple(made for s in b.stmts for made in stmt(s)), b.yields)

    def stmt(s: Stmt) -> list[Stmt]:
        asked = asked_for_shape(s) if isinstance(s, Call) else ()
        if not isinstance(s, Call) or not asked:
            return [map_atoms(s, lambda a: a, block)]
        args = tuple(reading.best(s, a) if i in asked else a for i, a in enumerate(s.args))
        return reading.flat(replace(s, args=args))

    return block(backward)


class _Reading:
    def __init__(
        self, backward: Block, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types, split: bool
    ) -> None:
        self.types = types
        self.inputs = list(inputs)
        self.split = split
        self.scopes = Scopes(forward, inputs)
        self.updated = updated_values(forward)
        # Of a caller's object that changes, the last value is asked for its shape.
        self.written = set(versions_of_inputs(Block(tuple(forward))).values())
        self.sizes = {s for v in inputs for s in symbols_of(types[v])}
        self.versions = Counter(v.name for v in self.scopes.of if v.name)
        self.tuples: dict[Var, Sequence[Atom]] = {}
        self.alike: dict[Var, list[Var]] = {}  # the values of the same shape that a value is made from
        for stmt in walk(Block(tuple(forward))):
            self.add(stmt)
        self.needed = read_for_more_in(backward)
        self.maybe = Unbound(Block(tuple(forward)), types).maybe  # None has no shape
        of_calls = [r for s in forward if isinstance(s, Call) for r in s.results if r in self.needed]
        self.at_hand = [v for v in of_calls if v not in self.updated and self.versions[v.name] < 2]

    def add(self, stmt: Stmt) -> None:
        """Note from what the values that a statement defines may have their shapes."""
        if isinstance(stmt, Call) and len(stmt.results) == 1:
            items = [i for a in stmt.operands if isinstance(a, Var) for i in self.tuples.get(a, ())]
            self.from_one(stmt.result, [*stmt.operands, *items])
            if stmt.fn is make_tuple:
                self.tuples[stmt.result] = stmt.operands
        elif isinstance(stmt, (For, While)):
            for param, result, init in zip(stmt.params, stmt.results, stmt.inits, strict=True):
                self.from_one(param, [init])
                self.from_one(result, [init])
        elif isinstance(stmt, If) and not stmt.then.leaves and not stmt.orelse.leaves:
            for inner in (stmt.then, stmt.orelse):
                for s in inner.stmts:
                    self.add(s)
            for result, one, other in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True):
                there = self.like(other, result)
                self.note(result, [v for v in self.like(one, result) if v in there])

    def from_one(self, var: Var, atoms: Sequence[Atom]) -> None:
        """The value has its shape from any of some values of that shape."""
        self.note(var, [v for a in atoms for v in self.like(a, var)])

    def like(self, atom: Atom, var: Var) -> list[Var]:
        """An atom and what it is alike, if it has the shape of `var`."""
        mine, other = self.types.get(var), self.types.get(atom) if isinstance(atom, Var) else None
        if not isinstance(mine, Array) or not isinstance(other, Array) or mine.shape is None:
            return []
        assert isinstance(atom, Var)
        return [atom, *self.alike.get(atom, ())] if mine.shape == other.shape else []

    def note(self, var: Var, alike: Sequence[Var]) -> None:
        found = list(dict.fromkeys(alike))
        self.alike[var] = found if len(found) <= MOST else [*found[: MOST - 1], found[-1]]

    def best(self, call: Call, atom: Atom | Star) -> Atom | Star:
        """What to read a shape off: what is needed for more, or an argument; what may be unbound
        at the last."""
        if not isinstance(atom, Var) or atom not in self.scopes.of or (atom in self.needed and atom not in self.maybe):
            return atom
        choice = [v for v in self.alike.get(atom, ()) if v not in self.updated and v not in self.maybe]
        if asks_dtype(call):
            choice = [v for v in choice if self.types[v] == self.types[atom]]
        frame = self.scopes.frame(atom)
        # An earlier value of a name that is bound again would need a name of its own.
        choice = [v for v in choice if self.versions[v.name] < 2 or self.scopes.frame(v) is not frame]
        near = [v for v in choice if v in self.needed and self.scopes.frame(v) is frame]
        far = [v for v in choice if v in self.inputs or v in self.needed]
        return next(iter((*near, *far, *self.arguments(call, atom))), atom)

    def arguments(self, call: Call, atom: Var) -> list[Var]:
        """The arguments that certainly have the shape of a value which is not at hand, those that
        are needed anyway first; for a value that may be unbound, what else is needed anyway."""
        type_ = self.types.get(atom)
        if atom in self.inputs or not isinstance(type_, Array) or type_.shape is None or type_.dtype == "?":
            return []
        if self.scopes.of[atom] is self.scopes.root and atom.name and not self.split and atom not in self.maybe:
            return []  # a local: it is at hand
        if not symbols_of(type_) <= self.sizes:
            return []
        # Not one that changes under this name, nor one whose name means something else by then.
        stays = [v for v in self.inputs if v in self.written or (v not in self.updated and self.versions[v.name] < 2)]
        found = [v for v in stays if self.types[v] == type_]
        if atom in self.maybe:
            found += [v for v in self.at_hand if self.types.get(v) == type_]
        return sorted(found, key=lambda v: (v not in self.needed, v.name != atom.name))

    def flat(self, call: Call) -> list[Stmt]:
        """A call that asks a flattened array for its shape, with the size of the array instead."""
        first = call.operands[0]
        if call.fn is not np.zeros_like or not isinstance(first, Var) or first in self.needed:
            return [call]
        made, type_ = self.scopes.calls.get(first), self.types.get(first)
        if made is None or canonical(made.fn) is not np.ravel or len(made.operands) != 1:
            return [call]
        whole = made.operands[0]
        if not isinstance(whole, Var) or not isinstance(self.types.get(whole), Array):
            return [call]
        if not isinstance(type_, Array) or type_.dtype == "?":
            return [call]
        size = Var("", call.origin)
        self.types[size] = INT
        dtype = () if type_.dtype == "float64" else (Const(np.dtype(type_.dtype)),)
        ask = Call((size,), Attribute("size"), (whole,), origin=call.origin)
        return [replace(ask, args=(self.best(ask, whole),)), replace(call, fn=np.zeros, args=(size, *dtype))]
