"""Whether the items of a list or dict are certainly different objects.

`a = [y, y]` holds one array twice: what is stored into `a[0]` is seen in `a[1]`. Items are apart if
each was made by a call of its own, in the very trip of a loop in which it was put there.

relies on: lowered IR, types.  ensures: `are_apart` is true only of containers no two items of which
share memory.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import Atom, Augmented, Block, Call, For, Loop, Star, Through, Var, While
from adcompile.ir.traverse import blocks_of
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Never, Scalar, Static, Tuple, Type, parts_of
from adcompile.runtime import structures, updates

Loops = tuple[Loop, ...]


class ItemsApart:
    """Finds what is put into the containers of a function."""

    def __init__(self, body: Block, types: Types) -> None:
        self.types = types
        self.aliasing = Aliasing(body, types)
        self.calls = list(_calls(body, ()))
        self._known: dict[Var, bool] = {}

    def are_apart(self, container: Var) -> bool:
        """Whether nothing that a container holds, and what that holds, stands in two places."""
        if container not in self._known:
            self._known[container] = self._found_apart(container)
        return self._known[container]

    def _found_apart(self, container: Var) -> bool:
        made: set[Var] = set()
        for call, loops in self.calls:
            if not any(self._is_within(result, container) for result in call.results):
                continue
            put = self._put_by(call)
            if put is None:
                return False
            for item in put:
                if not isinstance(item, Var) or isinstance(self.types.get(item), Scalar):
                    continue
                makers = self.aliasing.makers(item)
                if makers is None or makers & made or not all(self._is_of_trip(m, loops) for m in makers):
                    return False
                made |= makers
        return True

    def _is_within(self, result: Var, container: Var) -> bool:
        """Whether a value may be a container, or one that it holds."""
        is_one = not isinstance(self.types.get(result, UNKNOWN), (Array, Scalar))
        return is_one and self.aliasing.reaches(container, result)

    def _is_of_trip(self, maker: Var, loops: Loops) -> bool:
        """Whether each trip of the loops around a call that puts an object somewhere makes it anew."""
        around = self.aliasing.loops_around(maker)
        return all(loop in around for loop in loops)

    def _put_by(self, call: Call) -> tuple[Atom, ...] | None:
        """What a call puts into the container that it gives; None if that cannot be told."""
        fn = call.fn
        if all(holds_numbers(self.types.get(r, UNKNOWN)) for r in call.results):
            return ()
        if any(isinstance(a, Star) for a in call.args):
            return None
        if fn is structures.make_list or fn is structures.make_tuple:
            return call.operands
        if fn is structures.make_dict:
            return call.operands[1::2]
        if fn is updates.update or fn is updates.append:
            return call.operands[-1:]
        if fn is operator.getitem:
            taken = isinstance(atom_type(self.types, call.operands[1]), (Scalar, Static))
            return () if taken else None
        quiet = isinstance(fn, (Augmented, Through)) or fn is updates.without_last or fn is structures.unpack
        return () if quiet else None


def holds_numbers(type_: Type) -> bool:
    """Whether a list, tuple or dict certainly holds numbers alone."""
    return isinstance(type_, (List, Tuple, Dict)) and all(isinstance(t, (Scalar, Never)) for t in parts_of(type_))


def _calls(block: Block, loops: Loops) -> Iterator[tuple[Call, Loops]]:
    for stmt in block.stmts:
        if isinstance(stmt, Call):
            yield stmt, loops
        inside = (*loops, stmt) if isinstance(stmt, (For, While)) else loops
        for inner in blocks_of(stmt):
            yield from _calls(inner, inside)
