"""Which values have memory that the function may change.

relies on: nothing.  ensures: `owns` is true only of memory that was made for the value.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from adcompile.analyses.aliasing import gathers, hands_on
from adcompile.analyses.effects import is_pure_callable
from adcompile.analyses.infer import Types
from adcompile.ir.callables import FLAT, is_update
from adcompile.ir.nodes import Atom, Attribute, Block, Call, Const, For, If, Method, Var, While, With
from adcompile.ir.traverse import walk


class Ownership:
    """Whether a value's memory was made by this function, for this value alone. `given` are
    inputs that the function may change: those that it gives back changed."""

    def __init__(self, body: Block, types: Types, given: Iterable[Var] = ()) -> None:
        self.types = types
        self.sources: dict[Var, tuple[Atom, ...] | None] = dict.fromkeys(given, ())
        self._iterators: set[Atom] = set()  # `a.flat`
        for stmt in walk(body):
            if isinstance(stmt, Call):
                self._iterators.update(stmt.results if stmt.fn == FLAT else ())
                for result in stmt.results:
                    self.sources[result] = self._of_call(stmt)
            elif isinstance(stmt, If):
                for i, result in enumerate(stmt.results):
                    self.sources[result] = (stmt.then.yields[i], stmt.orelse.yields[i])
            elif isinstance(stmt, (For, While)):
                for i, param in enumerate(stmt.params):
                    self.sources[param] = (stmt.inits[i], stmt.body.yields[i])
                    self.sources[stmt.results[i]] = (param,)
            elif isinstance(stmt, With):
                for i, result in enumerate(stmt.results):
                    self.sources[result] = (stmt.body.yields[i],)

    def _of_call(self, call: Call) -> tuple[Atom, ...] | None:
        """What a call's result owes its memory to: () for memory of its own, None for others'."""
        fn: Any = call.fn
        if is_update(call):
            return call.operands[:1]
        if fn == Method("flatten") or gathers(call, self.types):
            return ()
        if isinstance(fn, Attribute) or not is_pure_callable(fn) or fn is operator.getitem:
            return None
        if len(call.results) > 1 or hands_on(call, self._iterators):
            return None
        return ()

    def owns(self, atom: Atom) -> bool:
        """Whether all memory that an atom can have is the function's own."""
        seen: set[Var] = set()
        pending = [atom]
        while pending:
            one = pending.pop()
            if isinstance(one, Const) or one in seen:
                continue
            seen.add(one)
            sources = self.sources.get(one)
            if sources is None:
                return False
            pending.extend(sources)
        return True
