"""Which values are read at all: what is not needed is not computed.

A statement that does nothing but compute is needed if a result of it is; one with an effect
is needed always. A loop's carried value is needed if its result is read, or if its param is
read by what is needed.

relies on: nothing.  ensures: the set of values that something needed reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from adcompile.analyses.effects import is_pure
from adcompile.ir.nodes import Atom, Block, Call, For, If, Stmt, Var, While
from adcompile.ir.traverse import atoms_of, blocks_of, inner_of, results_of, source_atoms


class Needs:
    """What a block's yields and its effects need, and `read`, which something else reads: values
    of the block, or of blocks inside it."""

    def __init__(self, block: Block, read: Collection[Var] = ()) -> None:
        self.found: set[Var] = set(read)
        self._effects: dict[Stmt, bool] = {}
        self._holders: set[Stmt] = set()  # the statements that hold a value which is read from elsewhere
        if read:
            self._hold(block, set(read))
        self.add(block.yields)
        size = -1
        while size != len(self.found):
            size = len(self.found)
            self.block(block)

    def is_needed(self, stmt: Stmt) -> bool:
        """Whether a statement computes what is needed, or does more than compute."""
        return not self.found.isdisjoint(results_of(stmt)) or stmt in self._holders or self.has_effect(stmt)

    def _hold(self, block: Block, read: set[Var]) -> bool:
        """Find the statements that hold what is read; whether the block does."""
        found = False
        for stmt in block.stmts:
            inside = [self._hold(inner, read) for inner in blocks_of(stmt)]
            if any(inside) or not read.isdisjoint(inner_of(stmt)):
                self._holders.add(stmt)
            found = found or stmt in self._holders or not read.isdisjoint(results_of(stmt))
        return found

    def has_effect(self, stmt: Stmt) -> bool:
        """Whether a statement does more than compute its results."""
        if stmt not in self._effects:
            self._effects[stmt] = self._has_effect(stmt)
        return self._effects[stmt]

    def _has_effect(self, stmt: Stmt) -> bool:
        if isinstance(stmt, Call):
            return not is_pure(stmt)
        if not isinstance(stmt, (If, For, While)):
            return True
        if isinstance(stmt, While) and not stmt.params:
            return True
        return any(self.has_effect(s) for b in blocks_of(stmt) for s in b.stmts)

    def add(self, atoms: Iterable[Atom]) -> None:
        """Note that values are read."""
        self.found.update([a for a in atoms if type(a) is Var])

    def block(self, block: Block) -> None:
        """Note what the needed statements of a block read."""
        for stmt in reversed(block.stmts):
            if self.is_needed(stmt):
                self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        """Note what a needed statement reads."""
        if type(stmt) is Call:
            self.add(stmt.operands)
            return
        if isinstance(stmt, If):
            self.add([stmt.cond])
            for i, result in enumerate(stmt.results):
                if result in self.found:
                    self.add([stmt.then.yields[i], stmt.orelse.yields[i]])
        elif isinstance(stmt, (For, While)):
            for i, param in enumerate(stmt.params):
                if param in self.found or stmt.results[i] in self.found or i == stmt.stop:
                    self.add([param, stmt.inits[i], stmt.body.yields[i]])
            if isinstance(stmt, While):
                self.add(stmt.head.yields)
            else:
                self.add(a for s in stmt.sources for a in source_atoms(s))
        else:
            self.add(atoms_of(stmt))
            for inner in blocks_of(stmt):
                self.add(inner.yields)
        for inner in reversed(blocks_of(stmt)):
            self.block(inner)
