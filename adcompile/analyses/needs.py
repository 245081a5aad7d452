"""Which values are read at all: what is not needed is not computed.

A statement that does nothing but compute is needed if a result of it is; one with an effect
is needed always. A loop's carried value is needed if its result is read, or if its param is
read by what is needed.

relies on: nothing.  ensures: the set of values that something needed reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from adcompile.analyses.effects import is_pure
from adcompile.ir.nodes import Atom, Block, Call, For, If, Stmt, Var, While
from adcompile.ir.traverse import atoms_of, blocks_of, results_of, source_atoms


def needed_values(block: Block) -> set[Var]:
    """The values that the block's yields and its effects need."""
    needs = _Needs()
    needs.add(block.yields)
    size = -1
    while size != len(needs.found):
        size = len(needs.found)
        needs.block(block)
    return needs.found


def has_effect(stmt: Stmt) -> bool:
    """Whether a statement does more than compute its results."""
    if isinstance(stmt, Call):
        return not is_pure(stmt)
    inner = blocks_of(stmt)
    if not isinstance(stmt, (If, For, While)):
        return True
    if isinstance(stmt, While) and not any(s.params for s in [stmt]):
        return True
    return any(has_effect(s) for b in inner for s in b.stmts)


class _Needs:
    def __init__(self) -> None:
        self.found: set[Var] = set()

    def add(self, atoms: Iterable[Atom]) -> None:
        self.found.update(a for a in atoms if isinstance(a, Var))

    def block(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            if self.is_needed(stmt):
                self.stmt(stmt)

    def is_needed(self, stmt: Stmt) -> bool:
        return any(v in self.found for v in results_of(stmt)) or has_effect(stmt)

    def stmt(self, stmt: Stmt) -> None:
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
