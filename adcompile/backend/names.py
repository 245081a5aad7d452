"""Give each value a name: the user's again, wherever two values can share it.

Values that a loop or a branch hands on are put into one class with what they become, so
that a carried `b` is `b` again; then each class takes its own name, or the next free one if
a value that is alive at the same time has it.

relies on: liveness with folding.  ensures: values alive at once have different names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from adcompile.analyses.liveness import Liveness
from adcompile.ir.nodes import Atom, Block, Call, For, Function, If, Loop, Var, While, With
from adcompile.ir.traverse import inner_of, results_of, walk


class Names:
    """The names of a function's values."""

    def __init__(
        self,
        function: Function,
        liveness: Liveness,
        in_place: frozenset[Call],
        reserved: Iterable[str],
        hints: Mapping[Var, str],
    ) -> None:
        self._hints = hints
        self._parent: dict[Var, Var] = {}
        self._clashes = liveness.interference
        self._reserved = reserved = set(reserved)
        self._params = {p.var for p in function.params} | {c.var for c in function.captures}
        self._folded = liveness.folded
        self._names: dict[Var, str] = {}
        self._fixed: dict[Var, str] = {}
        self._coalesce(function.body, in_place)
        for var in function.inputs:
            self._fixed[self.find(var)] = var.name
            self._names[self.find(var)] = var.name
        # What nobody reads is bound to this; so nothing that is read may be called so.
        self.nobody = next(n for n in ("_" * k for k in count(1)) if n not in {*self._names.values(), *reserved})
        self._reserved.add(self.nobody)
        self._name_all(function.body)

    def all_names(self) -> Iterable[str]:
        """Every name that a value has."""
        return self._names.values()

    def __contains__(self, var: Var) -> bool:
        return self.find(var) in self._names

    def __getitem__(self, var: Var) -> str:
        return self._names[self.find(var)]

    def find(self, var: Var) -> Var:
        """The representative of a value's class."""
        while (up := self._parent.get(var, var)) is not var:
            var = up
        return var

    # ------------------------------------------------------------------------------- classes

    def _coalesce(self, body: Block, in_place: frozenset[Call]) -> None:
        for stmt in walk(body):
            if isinstance(stmt, Call) and stmt in in_place:
                self._merge(stmt.result, stmt.operands[0], renamed=True)
        for stmt in walk(body):
            if isinstance(stmt, (For, While)):
                self._merge_loop(stmt)
            elif isinstance(stmt, If):
                for i, result in enumerate(stmt.results):
                    self._merge(result, stmt.then.yields[i])
                    self._merge(result, stmt.orelse.yields[i])
            elif isinstance(stmt, With):
                for i, result in enumerate(stmt.results):
                    self._merge(result, stmt.body.yields[i])

    def _merge_loop(self, loop: Loop) -> None:
        for i, result in enumerate(loop.results):
            self._merge(result, loop.body.yields[i])
            self._merge(result, loop.inits[i])
            self._merge(result, loop.params[i])
        if isinstance(loop, For):
            # After the loop, the last element has the name that it has in the loop.
            for i, param in enumerate(loop.params):
                if loop.body.yields[i] in loop.items:
                    self._merge(param, loop.body.yields[i])

    def _merge(self, a: Var, b: Atom, renamed: bool = False) -> None:
        """Put two values into one class, if they can share a name. `renamed` lets a cotangent have
        the name of the one whose memory it takes over."""
        if not isinstance(b, Var) or b in self._folded or a in self._folded:
            return
        one, other = self.find(a), self.find(b)
        if one is other:
            return
        if one.name and other.name and one.name != other.name:
            if not (renamed and one.name.endswith("_bar") and other.name.endswith("_bar")):
                return
            one, other = other, one
        if other in self._clashes.get(one, ()):
            return
        if self._is_param(one) and self._is_param(other):
            return
        if not one.name or self._is_param(other):
            one, other = other, one
        self._parent[other] = one
        mine = self._clashes.setdefault(one, set())
        for clash in self._clashes.pop(other, set()):
            mine.add(clash)
            theirs = self._clashes[clash]
            theirs.discard(other)
            theirs.add(one)

    def _is_param(self, var: Var) -> bool:
        return var in self._params

    # --------------------------------------------------------------------------------- names

    def _name_all(self, body: Block) -> None:
        for stmt in walk(body):
            for var in (*results_of(stmt), *inner_of(stmt)):
                root = self.find(var)
                if var not in self._folded and root not in self._names:
                    self._names[root] = self._choose(root, stmt if isinstance(stmt, (For, While)) else None)

    def _choose(self, root: Var, loop: Loop | None) -> str:
        taken = {self._names[c] for c in map(self.find, self._clashes.get(root, ())) if c in self._names}
        taken |= self._reserved
        for name in self._candidates(root, loop):
            if name not in taken:
                return name
        raise AssertionError("unreachable: the candidates do not end")

    def _candidates(self, root: Var, loop: Loop | None) -> Iterable[str]:
        base = root.name if root.name.isidentifier() and root.name.strip("_") else ""
        counts = isinstance(loop, For) and root in map(self.find, loop.items)
        base = base or self._hints.get(root) or ("k" if root.name and counts else _temporary_name(root))
        yield base
        if loop is not None and root in map(self.find, loop.params):
            yield f"{base}_in"
        number = 2
        while True:
            yield f"{base}{number}" if not base[-1].isdigit() else f"{base}_{number}"
            number += 1


def _temporary_name(var: Var) -> str:
    return "g" if var.origin is not None and var.origin.reverse else "t"


def in_sequence(copies: Sequence[tuple[str, frozenset[str]]]) -> tuple[list[int], list[int]]:
    """An order for assignments that are to act as if made at once, each given as its target
    and the names that it reads: first those in order, then those that form cycles."""
    pending = list(range(len(copies)))
    ordered: list[int] = []
    while pending:
        free = next((i for i in pending if not any(copies[i][0] in copies[j][1] for j in pending if j != i)), None)
        if free is None:
            break
        pending.remove(free)
        ordered.append(free)
    return ordered, pending
