"""Which values are read later, at every statement, and which may not share a name.

One walk backwards over the structured program. The reader is told which names interfere
and, for the statements it asks about, what is alive behind them.

relies on: nothing.  ensures: `interference` between values that are alive at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from adcompile.ir.nodes import Atom, Block, For, Function, If, Loop, Stmt, Var, While, With
from adcompile.ir.traverse import atoms_of, blocks_of, inner_of, results_of

Expand = Callable[[Atom], Iterable[Var]]


def itself(atom: Atom) -> Iterable[Var]:
    """The values that an atom stands for when nothing is folded."""
    return (atom,) if isinstance(atom, Var) else ()


class Liveness:
    """Liveness of a function's values. `expand` says which values reading an atom reads (an
    atom that is folded into its reader stands for the values in its expression); `folded`
    are the results that get no name of their own."""

    def __init__(self, function: Function, expand: Expand = itself, folded: Set[Var] = frozenset()) -> None:
        self.expand = expand
        self.folded = folded
        self.interference: dict[Var, set[Var]] = {}
        self.live_after: dict[Stmt, frozenset[Var]] = {}
        self.free: dict[Block, frozenset[Var]] = {}
        live = self._block(function.body, set())
        for var in function.inputs:
            self._clash(var, live | set(function.inputs))

    def clash(self, var: Var, others: Iterable[Var]) -> None:
        """Keep `var` and `others` apart, for a reason of the caller's."""
        self._clash(var, others)

    # ------------------------------------------------------------------------------- pieces

    def _reads(self, atoms: Iterable[Atom]) -> set[Var]:
        return {v for a in atoms for v in self.expand(a)}

    def _clash(self, var: Var, others: Iterable[Var]) -> None:
        mine = self.interference.setdefault(var, set())
        for other in others:
            if other is not var:
                mine.add(other)
                self.interference.setdefault(other, set()).add(var)

    def _is_folded(self, stmt: Stmt) -> bool:
        results = results_of(stmt)
        return bool(results) and results[0] in self.folded

    def _free(self, block: Block) -> frozenset[Var]:
        """The values that a block reads and does not define."""
        if block not in self.free:
            reads = self._reads(block.yields)
            defined: set[Var] = set()
            for stmt in block.stmts:
                if self._is_folded(stmt):
                    continue
                reads |= self._reads(atoms_of(stmt))
                defined.update(results_of(stmt))
                for inner in blocks_of(stmt):
                    reads |= self._free(inner)
                defined.update(inner_of(stmt))
            self.free[block] = frozenset(reads - defined)
        return self.free[block]

    # -------------------------------------------------------------------------------- walking

    def _block(self, block: Block, live_out: set[Var]) -> set[Var]:
        live = live_out | self._reads(block.yields)
        for stmt in reversed(block.stmts):
            if self._is_folded(stmt):
                continue
            live = self._stmt(stmt, live)
        return live

    def _stmt(self, stmt: Stmt, live: set[Var]) -> set[Var]:
        self.live_after[stmt] = frozenset(live)
        results = results_of(stmt)
        for result in results:
            self._clash(result, live | set(results))
        live = live - set(results)
        if isinstance(stmt, If):
            live = self._block(stmt.then, set(live)) | self._block(stmt.orelse, set(live))
        elif isinstance(stmt, With):
            live = self._block(stmt.body, live)
            if stmt.target is not None:
                self._clash(stmt.target, live)
                live = live - {stmt.target}
        elif isinstance(stmt, (For, While)):
            live = self._loop(stmt, live)
        return live | self._reads(atoms_of(stmt))

    def _loop(self, loop: Loop, after: set[Var]) -> set[Var]:
        inner = set(inner_of(loop))
        around = after | (set(self._free(loop.body)) - inner)
        if isinstance(loop, While):
            around |= set(self._free(loop.head)) - inner
        live = self._block(loop.body, set(around))
        if isinstance(loop, While):
            live = self._block(loop.head, live | around)
            for stmt in loop.head.stmts:
                for var in results_of(stmt):
                    self._clash(var, loop.results)
        items = [v for v in inner_of(loop) if v not in loop.params]
        for var in (*loop.params, *items):
            self._clash(var, live | set(items))
        for i, result in enumerate(loop.results):
            # The name that carries the value from trip to trip is bound all through the loop.
            self._clash(result, around | set(items) | set(loop.results))
            self._clash(result, (p for j, p in enumerate(loop.params) if j != i))
        return around

