"""What the functions that a program calls do to what they are given."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from adcompile.analyses.effects import leaves_arguments
from adcompile.analyses.infer import Types, atom_type, expand_stars
from adcompile.analyses.ownership import own_results
from adcompile.analyses.places import Places
from adcompile.analyses.run_time_calls import may_find_at_run_time
from adcompile.analyses.user_functions import is_user_function
from adcompile.analyses.versions import versions_of_inputs
from adcompile.errors import DiagnosticList, Refused, SourceError
from adcompile.frontend.lower import lowered
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Call, Function, Opaque, Stmt, Syntax, Var
from adcompile.ir.traverse import walk
from adcompile.ir.types import UNKNOWN, Type
from adcompile.runtime.checks import require_number
from adcompile.transforms.check_mutation import changes_inputs


@dataclass(frozen=True, slots=True)
class Effect:
    """What a user's function does to what it is given: whether it may change it, and whether
    its stores or its result have to be seen in the caller's own code; whether it may leave what
    it makes where others see it (a log, a cache); of each result whether its memory is new; and
    whether it calls functions that only the running program knows."""

    changes: bool
    shares: bool
    keeps: bool = False
    own: tuple[bool, ...] = ()
    finds: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """A function whose stores are followed, as such and checked; and what had to be refused."""

    function: Function
    checked: Function
    types: Types
    refused: DiagnosticList


class CalledEffects:
    """What the functions that one program calls do; how each of them is looked at, `Callees` says."""

    def __init__(self) -> None:
        self._effects: dict[Any, Effect] = {}

    def typed(self, fn: types.FunctionType, inputs: Sequence[Type]) -> tuple[Function, Types]:
        """A user's function, and the types of its inputs."""
        raise NotImplementedError

    def resolved(self, primal: Function, known: Mapping[Var, Type]) -> tuple[Function, Types]:
        """A function with its calls resolved, and the types of its values."""
        raise NotImplementedError

    def followed(self, primal: Function, types_: Types) -> Followed:
        """A function with its stores followed."""
        raise NotImplementedError

    def following(self, fn: Any) -> AbstractContextManager[None]:
        """While a function is looked at."""
        raise NotImplementedError

    def bind(
        self, fn: types.FunctionType, args: Sequence[Type], kwargs: Mapping[str | None, Type]
    ) -> tuple[Type, ...] | None:
        """The types of a user function's parameters at a call."""
        raise NotImplementedError

    def changes_arguments(self, call: Call, types_: Types) -> bool:
        """Whether a call that is not known to leave its arguments alone may change them: a
        user's function does not, if nothing in its source does."""
        if isinstance(call.fn, Syntax):
            plain = replace(call, fn=replace(call.fn, called=()))
            return not leaves_arguments(plain, types_) or any(map(self._changes_anything, call.fn.called))
        return not is_user_function(call.fn) or self.effect(call, types_).changes

    def finds_functions(self, stmt: Stmt, types_: Types) -> bool:
        """Whether a statement calls a user's function that calls functions that only the running program knows."""
        return isinstance(stmt, Call) and is_user_function(stmt.fn) and self.effect(stmt, types_).finds

    def changes_inputs(self, function: Function, types_: Types) -> bool:
        """Whether a function may change what it is given."""
        return bool(versions_of_inputs(function.body)) or changes_inputs(function, types_, self)

    def own_results(self, call: Call, types_: Types) -> tuple[bool, ...]:
        """Of each result of a call of a user's function whether its memory is certainly new."""
        return self.effect(call, types_).own if is_user_function(call.fn) else ()

    def effect(self, call: Call, types_: Types) -> Effect:
        """What a call of a user's function does to its arguments."""
        args = expand_stars(call, types_)
        inputs = None
        if args is not None and all(k is not None for k, _ in call.kwargs):
            inputs = self.bind(call.fn, args, {k: atom_type(types_, a) for k, a in call.kwargs})  # type: ignore[arg-type]
        if inputs is None:
            return Effect(changes=True, shares=False, keeps=True)
        return self._effect_on(call.fn, inputs)  # type: ignore[arg-type]

    def _effect_on(self, fn: types.FunctionType, inputs: tuple[Type, ...]) -> Effect:
        if (fn, inputs) not in self._effects:
            self._effects[fn, inputs] = Effect(changes=False, shares=False)  # what a recursive call finds
            with self.following(fn):
                self._effects[fn, inputs] = self._effect_of(fn, inputs)
        return self._effects[fn, inputs]

    def _changes_anything(self, fn: types.FunctionType) -> bool:
        """Whether a function that is called with nobody knows what may change it."""
        if not is_user_function(fn):
            return False
        try:
            inputs = (UNKNOWN,) * len(lowered(fn).params)
        except (Refused, SourceError):
            return True
        return self._effect_on(fn, inputs).changes

    def _effect_of(self, fn: types.FunctionType, inputs: tuple[Type, ...]) -> Effect:
        followed = self.followed(*self.resolved(*self.typed(fn, inputs)))
        made, found = followed.function, followed.types
        unknown = bool(followed.refused) or changes_inputs(made, found, self)
        # In a call of the function as it is, nothing checks what `self.a += b` adds to.
        counts = any(isinstance(s, Call) and s.fn is require_number for s in walk(made.body))
        unknown |= counts
        writes = bool(versions_of_inputs(made.body))
        given = Places(made.body, found).place(made.body.yields[0])
        shares = writes or counts or (given is not None and given.root in made.inputs)
        keeps = self._may_keep(made, found)
        own = () if unknown or writes or keeps else self._own_results(made, found)
        finds = any(may_find_at_run_time(s, found) or self.finds_functions(s, found) for s in walk(made.body))
        return Effect(unknown or writes, shares, keeps, own, finds)

    def _may_keep(self, function: Function, types_: Types) -> bool:
        def keeps(stmt: Stmt) -> bool:
            if isinstance(stmt, Opaque):
                return bool(stmt.reads) and not stmt.leaves
            if not isinstance(stmt, Call) or is_update(stmt) or leaves_arguments(stmt, types_):
                return False
            if isinstance(stmt.fn, Syntax):
                return self.changes_arguments(stmt, types_)
            return not is_user_function(stmt.fn) or self.effect(stmt, types_).keeps

        return any(map(keeps, walk(function.body)))

    def _own_results(self, function: Function, types_: Types) -> tuple[bool, ...]:
        return own_results(function, types_, lambda call: self.own_results(call, types_))
