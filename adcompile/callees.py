"""The functions that a program calls: the types of their results, and what they do to what
they are given. Each is looked at for the types that it is called with."""

from __future__ import annotations

import operator
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from adcompile.analyses.activity import active_values
from adcompile.analyses.infer import Types, atom_type, expand_stars, infer
from adcompile.analyses.kinds import may_make_complex
from adcompile.analyses.methods import attribute_of_module, function_of_method
from adcompile.analyses.outgrown import outgrown
from adcompile.analyses.transformations import pullback_of, type_of_transformed
from adcompile.analyses.user_functions import has_followed_type, is_user_function
from adcompile.called_effects import CalledEffects, Followed
from adcompile.errors import Diagnostic, DiagnosticList, Origin, Refused, SourceError, UsageError
from adcompile.frontend.closures import closure_in, closure_of
from adcompile.frontend.lower import lowered
from adcompile.frontend.transformations import Emission, is_transformation, is_transformed, stands_between
from adcompile.inference.registry import infer_call
from adcompile.ir.binding import bind_arguments
from adcompile.ir.dims import Affine
from adcompile.ir.nodes import Attribute, Call, Function, Method, Star, Var
from adcompile.ir.types import (
    NEVER,
    UNKNOWN,
    Dict,
    Never,
    NotStatic,
    Scalar,
    Static,
    Tuple,
    Type,
    forget_symbols,
    of_constant,
    static_value,
)
from adcompile.outside import Outside
from adcompile.rules.registry import STATIC
from adcompile.transforms.check_mutation import check_mutation
from adcompile.transforms.check_pullbacks import without_pullbacks
from adcompile.transforms.choose_objects import choose_objects
from adcompile.transforms.convert_lists import convert_lists
from adcompile.transforms.detach_blocks import detach_blocks
from adcompile.transforms.follow_stores import follow_stores
from adcompile.transforms.forget_none import forget_none
from adcompile.transforms.inline_calls import can_stand_in, inline_calls
from adcompile.transforms.normalise_stores import normalise_stores
from adcompile.transforms.open_closures import (
    arguments_of,
    gives_back_closure,
    is_given_closure,
    open_closures,
    put_back_closures,
)
from adcompile.transforms.put_back_parts import put_back_parts
from adcompile.transforms.resolve_calls import resolve_calls
from adcompile.transforms.separate_items import changes_containers, separate_items
from adcompile.transforms.unroll_displays import unroll_displays

ROUNDS = 4  # a recursive function's result has a type after a few rounds, or is Unknown


DEPTH = 8  # so often a function is written for a call within itself with a number that is known
REWRITES = (unroll_displays, separate_items, choose_objects)  # of programs whose stores could not be followed


class Callees(CalledEffects):
    """What is known of the functions that one program calls."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self.outside = outside
        self._results: dict[Any, Type] = {}
        self._open: set[Any] = set()  # the functions whose results are being looked for
        self._recursive: set[Any] = set()  # those that were found to call themselves
        self._following: list[Any] = []
        self._varied: set[Any] = set()
        self.may_make_complex = False  # any of the functions

    def call_type(self, fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
        """The type of a call's result; calls of user functions are followed."""
        if fn is operator.call and args and isinstance(args[0], Static) and callable(args[0].value):
            return self.call_type(args[0].value, args[1:], kwargs)
        if isinstance(fn, Attribute) and isinstance(held := attribute_of_module(fn, args[0]), Static):
            self.outside.note_held(args[0].value, fn.name, held.value)  # type: ignore[attr-defined]
            return held
        method = function_of_method(fn, args[0]) if args and (isinstance(fn, Method) or fn is operator.call) else None
        if method is not None:
            self.outside.note_held(method.holder, method.held, method.function)
            first = [of_constant(c.value) for c in method.constants]
            return self.call_type(method.function, [*first, *args[0 if method.takes_receiver else 1 :]], kwargs)
        if is_transformation(fn):
            return type_of_transformed(fn, args, kwargs)
        pulled = pullback_of(args[0]) if fn is operator.call and args else None
        if pulled is not None:
            return self.call_type(pulled, args, kwargs)
        if is_transformed(fn):
            try:
                emitted = self.emitted_by(fn, args, kwargs)
            except (UsageError, Refused):  # where it is called it will be said
                return UNKNOWN
            return self.call_type(emitted, args, kwargs) if emitted is not None else UNKNOWN
        held = closure_in(args[0]) if fn is operator.call and args else None
        if held is not None:
            return self._call_of_closure(held, args, kwargs)
        if not has_followed_type(fn):
            return _of_static(fn, args, kwargs) or infer_call(fn, args, dict(kwargs))
        inputs = self.bind(fn, args, kwargs)
        if inputs is None:
            return UNKNOWN
        key = (fn, inputs)
        if key in self._open:
            self._recursive.add(key)
        elif key not in self._results:
            with self.following(fn):
                self._results[key] = self._fixed_point(fn, inputs)
        found = self._results[key]
        # The sizes of the call within are named as those around it.
        return forget_symbols(found, set(), ("of the call",)) if fn in self._following else found

    def _call_of_closure(self, held: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
        """The type of what a nested function gives that was given away."""
        items = list(args[0].items[1:]) if isinstance(args[0], Tuple) else []
        made = closure_of(held)
        given = arguments_of(made, items, list(args[1:]), kwargs) if made is not None else None
        return UNKNOWN if given is None else self.call_type(held, given, {})

    def _fixed_point(self, fn: types.FunctionType, inputs: tuple[Type, ...]) -> Type:
        """The type of a function's result. A recursive call finds what is known so far: at first
        nothing, then what the ways out that do not recur give."""
        key = (fn, inputs)
        self._open.add(key)
        self._results[key] = NEVER
        for _ in range(ROUNDS):
            before, known = self._results[key], set(self._results)
            found = self._results[key] = self._result_type(fn, inputs)
            if key not in self._recursive or found == before:
                break
            for other in set(self._results) - known:  # they may have been told too little
                del self._results[other]
        else:
            found = UNKNOWN
        self._open.discard(key)
        return UNKNOWN if isinstance(found, Never) else found

    @contextmanager
    def following(self, fn: Any) -> Iterator[None]:
        """While a user function that is called is looked at."""
        self._following.append(fn)
        try:
            yield
        finally:
            self._following.pop()

    def resolved(self, primal: Function, known: Mapping[Var, Type]) -> tuple[Function, Types]:
        """The function with plain calls and the types of its values; functions that change what
        they are given stand in it themselves."""
        while True:
            primal, types_ = self.inferred(primal, known)
            plain = open_closures(resolve_calls(primal, types_, self.emitted_at))
            primal = convert_lists(plain, types_)
            if primal is not plain:  # what is computed with the arrays has other types
                continue
            plain = put_back_parts(plain, types_)
            plain = normalise_stores(plain, types_)
            captured = set(plain.captures)
            primal = inline_calls(plain, lambda call: self.is_inlined(call, types_, plain.holder))
            if primal is plain:
                primal = put_back_closures(plain)
                if primal is not plain:
                    continue
                self.may_make_complex = self.may_make_complex or may_make_complex(plain, types_)
                return without_pullbacks(plain), types_
            new = {c.var: self.outside.capture_type(c.holder, c.name) for c in primal.captures if c not in captured}
            known = {**known, **new}

    def inferred(self, primal: Function, known: Mapping[Var, Type]) -> tuple[Function, Types]:
        """The function without the Nones that nobody reads, and the types of its values."""
        types_ = self.value_types(primal, known)
        bound = forget_none(primal, types_)
        return (primal, types_) if bound is primal else (bound, self.value_types(bound, known))

    def value_types(self, primal: Function, known: Mapping[Var, Type]) -> Types:
        """The types of a function's values. That of an object which changes holds under all its names."""
        types_, at_least, round_ = infer(primal, known, self.call_type), dict[Var, Type](), 0
        while found := outgrown(primal, types_, round_):
            at_least |= found
            types_, round_ = infer(primal, known, self.call_type, at_least), round_ + 1
        return types_

    def followed(self, primal: Function, types_: Types) -> Followed:
        """The function with its stores followed. Where a change would be seen through another name,
        the function is rewritten so that each store is into one certain object."""
        if changes_containers(primal.body, types_):
            apart = self._rewritten(separate_items, primal, types_)
            if apart is not None and not apart.refused:
                return apart
        plain = self._checked(follow_stores(primal, types_), types_)
        followed = plain
        for rewrite in REWRITES:
            other = rewrite(primal, types_) if followed.refused else primal
            if other is not primal:
                types_ = self.value_types(other, {v: types_[v] for v in primal.inputs})
                primal = other
                followed = self._checked(follow_stores(primal, types_), types_)
        return plain if followed.refused else followed

    def _rewritten(self, rewrite: Any, primal: Function, types_: Types) -> Followed | None:
        """A rewritten function with its stores followed; None if there is nothing to rewrite."""
        other = rewrite(primal, types_)
        if other is primal:
            return None
        types_ = self.value_types(other, {v: types_[v] for v in primal.inputs})
        return self._checked(follow_stores(other, types_), types_)

    def _checked(self, function: Function, types_: Types) -> Followed:
        found = DiagnosticList()
        # Of a function that is being followed it is not known yet what it does.
        self.outside.note_changes(
            function, lambda call: call.fn in self._following or self.changes_arguments(call, types_)
        )
        return Followed(function, check_mutation(function, types_, found, self), types_, found)

    def is_inlined(self, call: Call, types_: Types, holder: types.FunctionType) -> bool:
        """Whether a call is of a user's function that changes its arguments, or gives out what
        it was given, and can stand in the program itself."""
        if not is_user_function(call.fn) or any(isinstance(a, Star) for a in call.args) or call.fn in self._following:
            return False
        if gives_back_closure(call, types_):
            return False
        wanted = stands_between(call.fn) or is_given_closure(call, types_) or self.effect(call, types_).shares
        return wanted and can_stand_in(call.fn, holder)  # type: ignore[arg-type]

    def follow_varied(
        self, call: Call, types_: Types, varied: frozenset[Var]
    ) -> tuple[Function, Types, frozenset[Var]] | None:
        """The user function that a call gives varied values to, its types, and what varies in it."""
        fn: Any = call.fn
        args = expand_stars(call, types_) if is_user_function(fn) else None
        kwargs = dict(call.kwargs)
        inputs = args and self.bind(fn, args, {k: atom_type(types_, a) for k, a in kwargs.items()})
        if not inputs:
            return None
        if any(known is fn for known, *_ in self._varied):
            inputs = general(inputs)  # it may be a call within itself
        given = [a in varied for a in call.operands[: len(call.args)]]
        mask = bind_arguments(
            lowered(fn).params, given, {k: a in varied for k, a in kwargs.items()},
            lambda _: False, any, lambda named: any(named.values()),
        )
        key = (fn, inputs, tuple(mask or ()))
        if mask is None or key in self._varied:
            return None
        self._varied.add(key)
        primal, known = self.typed(fn, inputs)
        with self.following(fn):
            found = self.value_types(primal, known)
        plain = normalise_stores(resolve_calls(primal, found, self.emitted_at), found)
        primal = detach_blocks(plain, found, DiagnosticList())
        wrt = [p.var for p, is_varied in zip(primal.params, mask, strict=False) if is_varied]
        return primal, found, active_values(primal, found, wrt)[1]

    def typed(self, fn: types.FunctionType, inputs: Sequence[Type]) -> tuple[Function, dict[Var, Type]]:
        """A user function's IR, and the types of its inputs."""
        primal = lowered(fn)
        self.outside.note(primal)
        known = dict(zip((p.var for p in primal.params), inputs, strict=False))
        for param in primal.params[len(inputs) :]:  # the seed of an emitted function
            assert param.default is not None
            known[param.var] = of_constant(param.default.value)
        known |= {c.var: self.outside.capture_type(fn, c.name) for c in primal.captures}
        return primal, known

    def emitted_by(
        self, fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]
    ) -> types.FunctionType | None:
        """The function that a call of a transformed one (`grad(f)`, called by the program) is a call of;
        None for another, and for a call whose arguments are not known.

        Raises:
            UsageError: where that call would raise one.
            Refused: where the function cannot be differentiated.
        """
        named = {key: type_ for key, type_ in kwargs.items() if key is not None}
        if not is_transformed(fn) or len(named) < len(kwargs) or NEVER in (*args, *named.values()):
            return None
        emission: Emission = fn.__adcompile__(tuple(args), named)
        self.outside.take_over(emission)
        return emission.function

    def emitted_at(
        self, fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type], origin: Origin | None
    ) -> types.FunctionType | None:
        """The same at a place in the program, where what goes wrong is said.

        Raises:
            Refused: where the call would raise an error, or the function cannot be differentiated.
        """
        try:
            return self.emitted_by(fn, args, kwargs)
        except UsageError as error:
            raise Refused([Diagnostic(str(error), origin)]) from None
        except Refused as refused:
            raise refused.called_from(origin) from None

    def _result_type(self, fn: types.FunctionType, inputs: Sequence[Type]) -> Type:
        primal, found = self.inferred(*self.typed(fn, inputs))
        result = primal.body.yields[0]
        return found.get(result, UNKNOWN) if isinstance(result, Var) else UNKNOWN

    def bind(
        self, fn: types.FunctionType, args: Sequence[Type], kwargs: Mapping[str | None, Type]
    ) -> tuple[Type, ...] | None:
        """The types of a user function's parameters at a call."""
        try:
            params = lowered(fn).params
        except (Refused, SourceError):
            return None
        bound = bind_arguments(
            params, args, kwargs, lambda c: of_constant(c.value), lambda rest: Tuple(tuple(rest)),
            lambda named: Dict(tuple(named.items())),
        )
        if bound is None:
            return None
        return general(bound) if fn in self._following else tuple(bound)

    def inputs_of(self, fn: types.FunctionType, inputs: tuple[Type, ...]) -> tuple[Type, ...]:
        """The types that a derivative of a user function is written for. Within itself it is written
        without sizes, and not for number after number, or a recursion would not end."""
        depth = self._following.count(fn)
        return general(inputs, numbers=depth < DEPTH) if depth else inputs


def _of_static(fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type | None:
    """What a function that rules call on known values gives, where those are known."""
    if not isinstance(fn, types.FunctionType) or fn not in STATIC or None in kwargs:
        return None
    try:
        given, named = [static_value(t) for t in args], {str(key): static_value(t) for key, t in kwargs.items()}
    except NotStatic:
        return None
    if any(isinstance(value, Affine) for value in (*given, *named.values())):
        return None
    return of_constant(fn(*given, **named))


def general(inputs: Sequence[Type], numbers: bool = False) -> tuple[Type, ...]:
    """Types with sizes of their own, that pin no int down to its value but those of known `numbers`."""
    forgotten = tuple(forget_symbols(t, set(), ("again", i)) for i, t in enumerate(inputs))
    if numbers:
        return forgotten
    return tuple(Scalar(t.dtype) if isinstance(t, Scalar) and t.dtype == "int" else t for t in forgotten)
