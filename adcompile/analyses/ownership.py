"""Which values have memory that the function may change.

relies on: nothing.  ensures: `owns` is true only of memory that was made for the value.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from adcompile.analyses.aliasing import Aliasing, OwnResults, own_of_half
from adcompile.analyses.effects import is_pure_callable
from adcompile.analyses.infer import Types
from adcompile.analyses.places import Places
from adcompile.analyses.sharing import copies, hands_on, makes_list
from adcompile.ir.callables import FLAT, is_update
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    For,
    Function,
    FunctionRef,
    If,
    Method,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import walk
from adcompile.ir.types import Array, Scalar
from adcompile.runtime.structures import make_tuple, unpack, unpack_star


class Ownership:
    """Whether a value's memory was made by this function, for this value alone. `given` are
    inputs that the function may change: those that it gives back changed. `own_results` says of
    each result of a call whether its memory is new, where nothing else does."""

    def __init__(
        self, body: Block, types: Types, given: Iterable[Var] = (), own_results: OwnResults = own_of_half
    ) -> None:
        self.types = types
        self._own_results = own_results
        self._own_items: dict[Var, tuple[bool, ...]] = {}  # of what several results came in
        self.sources: dict[Var, tuple[Atom, ...] | None] = dict.fromkeys(given, ())
        self._iterators: set[Atom] = set()  # `a.flat`
        for stmt in walk(body):
            if isinstance(stmt, Call):
                self._iterators.update(stmt.results if stmt.fn == FLAT else ())
                for i, result in enumerate(stmt.results):
                    self.sources[result] = self._of_call(stmt, i)
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

    def _of_call(self, call: Call, number: int) -> tuple[Atom, ...] | None:
        """What a call's result owes its memory to: () for memory of its own, None for others'."""
        fn: Any = call.fn
        own = self._own_results(call)
        if fn is unpack and isinstance(whole := call.operands[0], Var):
            own = self._own_items.get(whole, ())
        elif own and len(call.results) == 1:
            self._own_items[call.result] = own
        if own or isinstance(fn, FunctionRef) or fn in (unpack, unpack_star):
            return () if len(own) == len(call.results) and own[number] else None
        if is_update(call):
            return call.operands[:1]
        if fn == Method("flatten") or copies(call, self.types) or makes_list(call, self.types):
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


def own_results(function: Function, types: Types, own: OwnResults = own_of_half) -> tuple[bool, ...]:
    """Of each result of a function whether its memory is certainly new, and in no other result. `own`
    says this of the functions that it calls."""
    body = function.body
    (whole,) = body.yields
    made = next((s for s in body.stmts if isinstance(s, Call) and whole in s.results), None)
    results = made.operands if made is not None and made.fn is make_tuple else (whole,)
    ownership, aliasing = Ownership(body, types, own_results=own), Aliasing(body, types, own)
    places = Places(body, types)  # a view of new memory is new memory

    def is_own(position: int, result: Atom) -> bool:
        if not isinstance(result, Var):
            return True
        new = ownership.owns(result) or ownership.owns(places.at(result).root)
        if not isinstance(types.get(result), (Array, Scalar)) or not new:
            return False
        others = (a for i, a in enumerate(results) if i != position)
        return not any(isinstance(a, Var) and (a is result or aliasing.touches(a, result)) for a in others)

    return tuple(is_own(i, result) for i, result in enumerate(results))
