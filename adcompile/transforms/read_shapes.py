"""Read shapes off what is at hand.

Of some values the reverse sweep needs the shape, the size or the dtype alone. They need not
be kept, and need not even be computed, if another value of the same shape is kept anyway:
the size of `(p - y) ** 2` is the size of `p - y`.

relies on: infer, reverse.  ensures: the same shapes, read off fewer values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.scopes import Scopes
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Block, Call, For, If, Stmt, Syntax, Var, While
from adcompile.ir.traverse import atoms_of, blocks_of, map_atoms, walk
from adcompile.ir.types import Array
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.choose_residuals import updated_values

SHAPES = frozenset([np.shape, np.size, np.ndim, len])
LIKE = frozenset([np.zeros_like, np.ones_like, np.full_like])
MOST = 8  # values of one shape that are thought of


def read_shapes(backward: Block, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types) -> Block:
    """The reverse sweep with each shape read off the value that is cheapest to have."""
    reading = _Reading(backward, forward, inputs, types)

    def block(b: Block) -> Block:
        return Block(tuple(map(stmt, b.stmts)), b.yields)

    def stmt(s: Stmt) -> Stmt:
        first = s.operands[0] if isinstance(s, Call) and is_shape_read(s) else None
        return map_atoms(s, lambda a: reading.best(s, a) if a is first else a, block)  # type: ignore[arg-type]

    return block(backward)


def is_shape_read(call: Call) -> bool:
    """Whether a call looks at the shape or dtype of its first operand, and at nothing else of it."""
    fn: Any = call.fn
    if isinstance(fn, (Syntax, type)) or not call.operands or not isinstance(call.operands[0], Var):
        return False
    return canonical(fn) in SHAPES or fn in LIKE


class _Reading:
    def __init__(self, backward: Block, forward: Sequence[Stmt], inputs: Sequence[Var], types: Types) -> None:
        self.types = types
        self.inputs = set(inputs)
        self.scopes = Scopes(forward, inputs)
        self.updated = updated_values(forward)
        self.versions = Counter(v.name for v in self.scopes.of if v.name)
        self.tuples: dict[Var, Sequence[Atom]] = {}
        self.alike: dict[Var, list[Var]] = {}  # the values of the same shape that a value is made from
        for stmt in walk(Block(tuple(forward))):
            self.add(stmt)
        self.needed: set[Var] = set()  # for more than their shapes
        for stmt in walk(backward):
            read = atoms_of(stmt)
            read = read[1:] if isinstance(stmt, Call) and is_shape_read(stmt) else read
            self.needed.update(a for a in read if isinstance(a, Var))
        yields = [a for s in walk(backward) for b in blocks_of(s) for a in b.yields]
        self.needed.update(a for a in (*yields, *backward.yields) if isinstance(a, Var))

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

    def best(self, call: Call, atom: Atom) -> Atom:
        """What to read a shape off: what is needed for more, or an argument."""
        if not isinstance(atom, Var) or atom in self.needed or atom not in self.scopes.of:
            return atom
        choice = [v for v in self.alike.get(atom, ()) if v not in self.updated]
        if call.fn in LIKE:
            choice = [v for v in choice if self.types[v] == self.types[atom]]
        frame = self.scopes.frame(atom)
        # An earlier value of a name that is bound again would need a name of its own.
        choice = [v for v in choice if self.versions[v.name] < 2 or self.scopes.frame(v) is not frame]
        near = [v for v in choice if v in self.needed and self.scopes.frame(v) is frame]
        far = [v for v in choice if v in self.inputs or v in self.needed]
        return next(iter((*near, *far)), atom)
