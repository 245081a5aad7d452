"""Which values are read later, at every statement, and which may not share a name.

One walk backwards over the structured program. A set of values is an int with a bit for each,
so that to join two is one operation; what is asked for is given as a set of values.

relies on: nothing.  ensures: `interference` between values that are alive at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import TypeVar

from adcompile.ir.nodes import Atom, Block, Each, For, Function, If, Loop, Stmt, Var, While, With
from adcompile.ir.traverse import atoms_of, blocks_of, inner_of, results_of, source_atoms, walk

Expand = Callable[[Atom], Iterable[Var]]
Key = TypeVar("Key")


def itself(atom: Atom) -> Iterable[Var]:
    """The values that an atom stands for when nothing is folded."""
    return (atom,) if isinstance(atom, Var) else ()


class Bits:
    """Gives each value a bit, and says what a sum of bits means."""

    def __init__(self) -> None:
        self._bits: dict[Var, int] = {}
        self._values: list[Var] = []

    def of(self, values: Iterable[Var]) -> int:
        """The bits of values."""
        found = 0
        for value in values:
            bit = self._bits.get(value)
            if bit is None:
                bit = self._bits[value] = 1 << len(self._values)
                self._values.append(value)
            found |= bit
        return found

    def values(self, bits: int) -> Iterator[Var]:
        """The values that have these bits."""
        while bits:
            lowest = bits & -bits
            yield self._values[lowest.bit_length() - 1]
            bits ^= lowest


class Meant(Mapping[Key, frozenset[Var]]):
    """A mapping to sets of values, made from one to their bits, each when it is asked for."""

    def __init__(self, bits: Bits, held: Mapping[Key, int]) -> None:
        self._bits = bits
        self._held = held

    def __getitem__(self, key: Key) -> frozenset[Var]:
        return frozenset(self._bits.values(self._held[key]))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Liveness:
    """Liveness of a function's values. `expand` says which values reading an atom reads (an
    atom that is folded into its reader stands for the values in its expression); `folded`
    are the results that get no name of their own."""

    def __init__(self, function: Function, expand: Expand = itself, folded: Set[Var] = frozenset()) -> None:
        self.expand = expand
        self.folded = folded
        self._bits = Bits()
        self._clashes: dict[Var, int] = {}
        self._after: dict[Stmt, int] = {}
        self._free: dict[Block, int] = {}
        inputs = self._bits.of(function.inputs)
        live = self._block(function.body, 0)
        self._clash(function.inputs, live | inputs)

    @property
    def live_after(self) -> Mapping[Stmt, frozenset[Var]]:
        """The values that are read later, behind each statement."""
        return Meant(self._bits, self._after)

    @property
    def free(self) -> Mapping[Block, frozenset[Var]]:
        """The values that each block of a loop reads and does not define."""
        return Meant(self._bits, self._free)

    @property
    def interference(self) -> dict[Var, set[Var]]:
        """For each value those that may not have its name."""
        found: dict[Var, set[Var]] = {}
        for var, bits in self._clashes.items():
            mine = found.setdefault(var, set())
            for other in self._bits.values(bits):
                if other is not var:
                    mine.add(other)
                    found.setdefault(other, set()).add(var)
        return found

    def clash(self, var: Var, others: Iterable[Var]) -> None:
        """Keep `var` and `others` apart, for a reason of the caller's."""
        self._clash((var,), self._bits.of(others))

    # ------------------------------------------------------------------------------- pieces

    def _reads(self, atoms: Iterable[Atom]) -> int:
        return self._bits.of(v for a in atoms for v in self.expand(a))

    def _clash(self, values: Iterable[Var], others: int) -> None:
        for var in values:
            self._clashes[var] = self._clashes.get(var, 0) | others

    def _is_folded(self, stmt: Stmt) -> bool:
        results = results_of(stmt)
        return bool(results) and results[0] in self.folded

    def _free_in(self, block: Block) -> int:
        """The values that a block reads and does not define."""
        if block not in self._free:
            reads, defined = self._reads(block.yields), 0
            for stmt in block.stmts:
                if self._is_folded(stmt):
                    continue
                reads |= self._reads(atoms_of(stmt))
                for inner in blocks_of(stmt):
                    reads |= self._free_in(inner)
                defined |= self._bits.of((*results_of(stmt), *inner_of(stmt)))
            self._free[block] = reads & ~defined
        return self._free[block]

    # -------------------------------------------------------------------------------- walking

    def _block(self, block: Block, live_out: int) -> int:
        live = live_out | self._reads(block.yields)
        for stmt in reversed(block.stmts):
            if not self.folded or not self._is_folded(stmt):
                live = self._stmt(stmt, live)
        return live

    def _stmt(self, stmt: Stmt, live: int) -> int:
        self._after[stmt] = live
        results = results_of(stmt)
        made = self._bits.of(results)
        self._clash(results, live | made)
        live &= ~made
        if isinstance(stmt, If):
            live = self._block(stmt.then, live) | self._block(stmt.orelse, live)
        elif isinstance(stmt, With):
            live = self._block(stmt.body, live)
            if stmt.target is not None:
                self._clash((stmt.target,), live)
                live &= ~self._bits.of((stmt.target,))
        elif isinstance(stmt, (For, While)):
            live = self._loop(stmt, live)
        return live | self._reads(atoms_of(stmt))

    def _loop(self, loop: Loop, after: int) -> int:
        inner = self._bits.of(inner_of(loop))
        results = self._bits.of(loop.results)
        around = after | (self._free_in(loop.body) & ~inner)
        if isinstance(loop, While):
            around |= self._free_in(loop.head) & ~inner
        else:  # what is iterated over is read until the last trip begins
            around |= self._reads(a for s in loop.sources if isinstance(s, Each) for a in source_atoms(s))
        live = self._block(loop.body, around)
        if isinstance(loop, While):
            live = self._block(loop.head, live | around)
            for stmt in loop.head.stmts:
                self._clash(results_of(stmt), results)
        params = self._bits.of(loop.params)
        items = inner & ~params
        self._clash(inner_of(loop), live | items)
        # The name that carries a value from trip to trip is bound all through the loop.
        self._clash(loop.results, around | items | results)
        for param, result in zip(loop.params, loop.results, strict=True):
            self._clash((result,), params & ~self._bits.of((param,)))
        if loop.stop is not None:
            self._clash((loop.results[loop.stop],), self._bits.of(_beside_flag(loop, loop.stop)))
        return around


def _beside_flag(loop: Loop, stop: int) -> set[Var]:
    """What a loop's trips define and its flag must not be taken for: the flag is set where the
    loop ends and nowhere else, so its name keeps the value that it has before the loop."""
    defined = {
        var for block in blocks_of(loop) for stmt in walk(block) for var in (*results_of(stmt), *inner_of(stmt))
    }
    branches = {r: (s, i) for s in walk(loop.body) if isinstance(s, If) for i, r in enumerate(s.results)}
    pending = [loop.body.yields[stop]]
    while pending:
        flag = pending.pop()
        if isinstance(flag, Var) and flag in defined:
            defined.discard(flag)
            if flag in branches:
                branch, i = branches[flag]
                pending += [branch.then.yields[i], branch.orelse.yields[i]]
    return defined
