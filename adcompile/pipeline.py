"""The way through: from a Python function to the text of its gradient.

`Compilation.gradient` reads from top to bottom; each step is a pass in a file of its own.
User functions that are called go the same way, each for the types that it is called with.
"""

from __future__ import annotations

import itertools
import operator
import os
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import adcompile.inference
import adcompile.rules  # noqa: F401  (registers the rules)
from adcompile.analyses.activity import active_values
from adcompile.analyses.infer import Types, atom_type, expand_stars, infer
from adcompile.analyses.methods import attribute_of_module, function_of_method
from adcompile.analyses.places import Places
from adcompile.analyses.user_functions import is_user_function
from adcompile.analyses.versions import versions_of_inputs
from adcompile.backend.callables import Bindings
from adcompile.backend.emit import emit
from adcompile.backend.unparse import to_text
from adcompile.errors import ADError, DiagnosticList, InternalError, Origin, Refused, SourceError
from adcompile.frontend.lower import lowered
from adcompile.frontend.scope import MISSING, OutsideScope
from adcompile.frontend.source import return_origin
from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import infer_call
from adcompile.ir.binding import bind_arguments
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Function,
    FunctionRef,
    Method,
    Param,
    Star,
    Stmt,
    Var,
)
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import (
    NEVER,
    UNKNOWN,
    Array,
    Dict,
    List,
    Never,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    kind_of,
    of_constant,
)
from adcompile.ir.verifier import verify
from adcompile.runtime.checks import require_scalar
from adcompile.runtime.structures import make_tuple, unpack
from adcompile.transforms.arrange import arrange
from adcompile.transforms.build import Builder
from adcompile.transforms.check_escape import check_escape
from adcompile.transforms.check_mutation import changes_inputs, check_mutation, outside_changes
from adcompile.transforms.check_real import check_real
from adcompile.transforms.decisions import Decisions, Differentiation
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.fill_spread import fill_spread
from adcompile.transforms.finish_cotangents import finish_cotangents, keep_from_caller
from adcompile.transforms.follow_stores import follow_stores
from adcompile.transforms.hoist import hoist
from adcompile.transforms.inline_calls import can_stand_in, inline_calls
from adcompile.transforms.normalise_stores import normalise_stores
from adcompile.transforms.place_residuals import place_residuals, split_residuals
from adcompile.transforms.plan_buffers import plan_buffers
from adcompile.transforms.read_shapes import read_shapes
from adcompile.transforms.resolve_calls import resolve_calls
from adcompile.transforms.reverse import Reversed, reverse
from adcompile.transforms.simplify import simplify
from adcompile.transforms.split_calls import split_calls

CALLED = {
    *("np", "math", "range", "reversed", "enumerate", "zip", "len", "list", "tuple", "slice", "dict", "isinstance"),
    *("float", "int", "abs", "sum", "min", "max", "bool"),
}
ROUNDS = 4  # a recursive function's result has a type after a few rounds, or is Unknown
COMPILE_LOCK = threading.RLock()
VERIFYING = "ADCOMPILE_VERIFY" in os.environ  # hold the IR to its rules after every pass


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked for: the inputs to differentiate by (positions), whether the value is
    returned as well, and whether the result is `(value, auxiliary)`."""

    wrt: tuple[int, ...]
    value: bool = False
    has_aux: bool = False
    several: bool = False  # the gradients are a tuple, even if it is one
    split: bool = False


@dataclass(slots=True)
class Program:
    """A compiled program: its text, its entry, and what loading it binds."""

    text: str
    entry: str
    second: str
    holders: dict[str, Any]
    values: dict[str, Any]
    imports: list[str]
    guards: dict[tuple[Any, str], Any] = field(default_factory=dict)
    captures: dict[tuple[Any, str], Any] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a user's function does to what it is given: whether it may change it, and whether
    its stores or its result have to be seen in the caller's own code."""

    changes: bool
    shares: bool


class Compilation:
    """One compilation: a function, the types of its inputs, and all functions that it calls."""

    def __init__(self, trace: Callable[[str, Function], None] | None = None) -> None:
        self.trace = trace or (lambda name, function: None)
        self.found = DiagnosticList()
        self.stage = "lower"
        self.decisions = Decisions()
        self.functions: list[tuple[Function, Types]] = []
        self.names: set[str] = set()
        self.holders: dict[str, Any] = {}
        self.guards: dict[tuple[Any, str], Any] = {}
        self.captures: dict[tuple[Any, str], Any] = {}
        self._results: dict[Any, Type] = {}
        self._open: set[Any] = set()  # the functions whose results are being looked for
        self._recursive: set[Any] = set()  # those that were found to call themselves
        self.outside_changes: dict[int, tuple[Any, str, Any]] = {}
        self._following: list[Any] = []
        self._effects: dict[Any, Effect] = {}
        self._varied: set[Any] = set()
        self._halves: dict[Any, tuple[FunctionRef, FunctionRef]] = {}

    # --------------------------------------------------------------------------- the pipeline

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn a fault of ours into an `InternalError` that names the pass."""
        try:
            yield
        except (ADError, KeyboardInterrupt, MemoryError):
            raise
        except Exception as fault:
            raise InternalError(self.stage, f"{type(fault).__name__}: {fault}") from fault

    def after(self, stage: str, function: Function, abstract: bool = False) -> None:
        """A pass is done: show what it made, and hold it to the rules of the IR if that is asked for."""
        self.trace(stage, function)
        if VERIFYING:
            verify(function, stage, abstract=abstract)

    def gradient(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes the gradient of `function` at inputs of these types."""
        primal, types_ = self.prepare(function, inputs, want.has_aux)
        self.check_scalar(primal, types_)
        decided = self.reverse(primal, types_, [primal.params[i].var for i in want.wrt])
        both = decided.both
        name = self.fresh(f"{_plain_name(function)}_{'value_and_grad' if want.value else 'grad'}")
        decided.emitted = (name,)
        self.stage = "place_residuals"
        is_read = want.value or want.has_aux or not isinstance(atom_type(types_, both.value), Scalar)
        returned = primal.body.yields if is_read else ()
        forward, backward = place_residuals(both, primal.inputs, returned, decided.placement)
        self.stage = "finish_cotangents"
        cotangents, finishing = finish_cotangents(both, [primal.params[i].var for i in want.wrt], backward)
        self.after("place_residuals", _whole(primal, both.seed, forward, backward))
        self.check_outside()
        self.found.raise_if_any()
        # The generic program is for reading: it is written for the functions that fit it.
        check = any(t is not UNKNOWN for t in inputs)
        gradient = _join(name, primal, both, forward, (*backward.stmts, *finishing), cotangents, want, check)
        self.after("finish_cotangents", gradient)
        self.finish(gradient, types_, function)
        return self.program(name)

    def vector_jacobian(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program of two functions: the value with a residual, and the pullback."""
        active = tuple(i in want.wrt for i in range(len(inputs)))
        base = _plain_name(function)
        forward, pullback = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
        self._split(function, tuple(inputs), active, forward, pullback, order=want.wrt, for_caller=True)
        self.check_outside()
        self.found.raise_if_any()
        return self.program(forward.name, pullback.name)

    def check_outside(self) -> None:
        """Refuse a change of an object from outside in one function that another one reads."""
        for (holder, name), value in self.captures.items():
            changed = self.outside_changes.get(id(value))
            if changed is not None and changed[0] is not holder:
                self.found.add(
                    f"'{name}' is read here, and changed in '{changed[0].__name__}'",
                    changed[2],
                    "the reverse sweep reads it after the change",
                    f"pass '{name}' as an argument",
                )

    def check_scalar(self, primal: Function, types_: Types) -> None:
        """Refuse a result that is certainly not one real number."""
        result = atom_type(types_, primal.body.yields[0])
        shape = shape_of(result)
        why, hint = "", ""
        if isinstance(result, (Static, Passive)):
            what = repr(result.value) if isinstance(result, Static) else f"a {result}"
            hint = "return a number"
        elif isinstance(result, (Tuple, List, Dict)):
            what = "several values"
            hint = "has_aux=True if the others are auxiliary; vjp for several results"
        elif shape not in (None, ()):
            what = f"an array of shape ({', '.join(map(str, shape or ()))})"
            why, hint = "the gradient of an array is a Jacobian", "return its sum, or use vjp (cotangents of any shape)"
        elif isinstance(result, (Scalar, Array)) and kind_of(result.dtype) == "complex":
            what, hint = "a complex one", "compute with real and imaginary parts"
        else:
            return
        origin = return_origin(primal.holder)
        self.found.add(f"grad needs one real number, and the function returns {what}", origin, why, hint)

    def prepare(
        self, function: types.FunctionType, inputs: Sequence[Type], has_aux: bool = False
    ) -> tuple[Function, Types]:
        """The function's IR with the types of its values, simplified."""
        primal, known = self.typed(function, inputs)
        if has_aux:
            primal = _separate_aux(primal)
        self.after("lower", primal)
        self.stage = "infer"
        primal, types_ = self.resolved(primal, known)
        self.after("infer", primal)
        self.stage = "follow_stores"
        primal = follow_stores(primal, types_)
        self.after("follow_stores", primal)
        self.stage = "check_mutation"
        primal = check_mutation(primal, types_, self.found, self.changes_arguments)
        self.after("check_mutation", primal)
        self.stage = "simplify"
        primal = simplify(primal, types_)
        self.after("simplify", primal)
        return primal, types_

    def reverse(self, primal: Function, types_: Types, wrt: Sequence[Var]) -> Differentiation:
        """Both sweeps, storage still abstract, with what was decided on the way."""
        self.stage = "activity"
        active, varied = active_values(primal, types_, wrt)
        check_escape(primal, types_, varied, self.found, self.follow_varied)
        check_real(active, types_, self.found)
        self.stage = "reverse"
        try:
            primal, pullbacks, active = split_calls(primal, types_, active, self.halves)
        except Refused as refused:  # a function that is called could not be lowered
            self.found.extend(refused.diagnostics)
            self.found.raise_if_any()
            raise
        self.after("split_calls", primal)
        both = reverse(primal, types_, active, wrt, pullbacks, self.found)
        name_seed(both.seed, primal)
        self.after("reverse", _whole(primal, both.seed, both.forward, both.backward), abstract=True)
        sweep = eliminate_dead(replace(primal, body=both.backward))
        body = arrange(sweep.body, types_)
        body = hoist(body, both.forward, primal.inputs, types_)
        body = read_shapes(eliminate_dead(replace(sweep, body=body)).body, both.forward, primal.inputs, types_)
        sweep = replace(sweep, body=fill_spread(body, types_))
        both = replace(both, backward=sweep.body)
        decided = Differentiation(primal, types_, tuple(wrt), active, pullbacks, both)
        self.decisions.functions.append(decided)
        return decided

    def finish(self, function: Function, types_: Types, holder: Any) -> None:
        """Drop what is not needed; keep the function for emission."""
        function = eliminate_dead(function)
        self.after("eliminate_dead", function)
        self.functions.append((function, types_))
        self.holders[function.name] = holder

    def program(self, entry: str, second: str = "") -> Program:
        """Emit every function of the program as one text."""
        outside = [OutsideScope(holder) for holder in self.holders.values()]
        taken = {name: scope.value(name) for scope in outside for name in _outside_names(scope.holder)}
        taken = {name: value for name, value in taken.items() if value is not MISSING}
        params = dict.fromkeys(p.var.name for one, _ in self.functions for p in one.params)
        taken |= {c.name: OutsideScope(c.holder).value(c.name) for one, _ in self.functions for c in one.captures}
        spelled = {name for scope in outside for name in _spelled(scope.holder.__code__)}
        bindings = Bindings({**taken, **dict.fromkeys(self.names), **params}, spelled)
        # Names that emitted code may call: a local of the user's with such a name gets another.
        reserved = set(taken)
        texts = []
        for one, types_ in reversed(self.functions):
            self.stage = "plan_buffers"
            plan = plan_buffers(one, types_)
            self.after("plan_buffers", plan.function)
            self.decisions.plans[one.name] = plan
            self.stage = "emit"
            texts.append(to_text(emit(plan, types_, bindings, reserved | self.names | CALLED)))
        imports = _import_lines(bindings)
        text = "\n".join(imports) + "\n\n\n" * bool(imports) + "\n\n".join(texts)
        return Program(
            text, entry, second, self.holders, bindings.values, imports, self.guards, self.captures, self.decisions
        )

    # ------------------------------------------------------------------------- user functions

    def call_type(self, fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
        """The type of a call's result; calls of user functions are followed."""
        if fn is operator.call and args and isinstance(args[0], Static) and callable(args[0].value):
            return self.call_type(args[0].value, args[1:], kwargs)
        if isinstance(fn, Attribute) and isinstance(held := attribute_of_module(fn, args[0]), Static):
            return held
        method = function_of_method(fn, args[0]) if args and (isinstance(fn, Method) or fn is operator.call) else None
        if method is not None:
            first = [of_constant(c.value) for c in method.constants]
            return self.call_type(method.function, [*first, *args[0 if method.takes_receiver else 1 :]], kwargs)
        emitted = self.emitted_by(fn, args) if not kwargs else None
        if emitted is not None:
            return self.call_type(emitted, args, kwargs)
        if not is_user_function(fn):
            return infer_call(fn, args, dict(kwargs))
        inputs = self.bind(fn, args, kwargs)
        if inputs is None:
            return UNKNOWN
        key = (fn, inputs)
        if key in self._open:
            self._recursive.add(key)
        elif key not in self._results:
            with self.following(fn):
                self._results[key] = self._fixed_point(fn, inputs)
        return self._results[key]

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
            types_ = infer(primal, known, self.call_type)
            plain = normalise_stores(resolve_calls(primal, types_, self.emitted_by), types_)
            captured = set(plain.captures)
            primal = inline_calls(plain, lambda call: self.is_inlined(call, types_, plain.holder))
            if primal is plain:
                return plain, types_
            new = {c.var: self.capture_type(c.holder, c.name) for c in primal.captures if c not in captured}
            known = {**known, **new}

    def is_inlined(self, call: Call, types_: Types, holder: types.FunctionType) -> bool:
        """Whether a call is of a user's function that changes its arguments, or gives out what
        it was given, and can stand in the program itself."""
        if not is_user_function(call.fn) or any(isinstance(a, Star) for a in call.args) or call.fn in self._following:
            return False
        return self._effect(call, types_).shares and can_stand_in(call.fn, holder)  # type: ignore[arg-type]

    def changes_arguments(self, call: Call, types_: Types) -> bool:
        """Whether a call that is not known to leave its arguments alone may change them: a
        user's function does not, if nothing in its source does."""
        return not is_user_function(call.fn) or self._effect(call, types_).changes

    def _effect(self, call: Call, types_: Types) -> Effect:
        """What a call of a user's function does to its arguments."""
        args = expand_stars(call, types_)
        inputs = None
        if args is not None and all(k is not None for k, _ in call.kwargs):
            inputs = self.bind(call.fn, args, {k: atom_type(types_, a) for k, a in call.kwargs})  # type: ignore[arg-type]
        if inputs is None:
            return Effect(changes=True, shares=False)
        key = (call.fn, inputs)
        if key not in self._effects:
            self._effects[key] = Effect(changes=False, shares=False)  # what a recursive call finds
            primal, known = self.typed(call.fn, inputs)  # type: ignore[arg-type]
            with self.following(call.fn):
                primal, types_ = self.resolved(primal, known)
                followed = follow_stores(primal, types_)
                found = DiagnosticList()
                check_mutation(followed, types_, found, self.changes_arguments)
                unknown = bool(found) or changes_inputs(followed, types_, self.changes_arguments)
            writes = bool(versions_of_inputs(followed.body))
            given = Places(followed.body, types_).place(followed.body.yields[0])
            shares = writes or (given is not None and given.root in followed.inputs)
            self._effects[key] = Effect(changes=unknown or writes, shares=shares)
        return self._effects[key]

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
            found = infer(primal, known, self.call_type)
        primal = resolve_calls(primal, found, self.emitted_by)
        wrt = [p.var for p, is_varied in zip(primal.params, mask, strict=False) if is_varied]
        return primal, found, active_values(primal, found, wrt)[1]

    def typed(self, fn: types.FunctionType, inputs: Sequence[Type]) -> tuple[Function, dict[Var, Type]]:
        """A user function's IR, and the types of its inputs."""
        primal = lowered(fn)
        self.note_outside(primal)
        known = dict(zip((p.var for p in primal.params), inputs, strict=False))
        for param in primal.params[len(inputs) :]:  # the seed of an emitted function
            assert param.default is not None
            known[param.var] = of_constant(param.default.value)
        known |= {c.var: self.capture_type(fn, c.name) for c in primal.captures}
        return primal, known

    @staticmethod
    def emitted_by(fn: Any, inputs: Sequence[Type]) -> types.FunctionType | None:
        """The function that a transformation (`grad(f)`, called by the program) emits."""
        return fn.__adcompile__(inputs) if hasattr(type(fn), "__adcompile__") else None

    def _result_type(self, fn: types.FunctionType, inputs: Sequence[Type]) -> Type:
        primal, known = self.typed(fn, inputs)
        result = primal.body.yields[0]
        found = infer(primal, known, self.call_type)
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
        # Within itself a function is typed without the numbers, or a recursion would not end.
        return tuple(_without_numbers(t) for t in bound) if fn in self._following else tuple(bound)

    def halves(
        self, fn: types.FunctionType, inputs: tuple[Type, ...], active: tuple[bool, ...], origin: Origin | None
    ) -> tuple[FunctionRef, FunctionRef]:
        """The two halves of an active call: the function that computes the value and a
        residual, and the function that pulls a cotangent back."""
        key = (fn, inputs, active)
        if key not in self._halves:
            base = _plain_name(fn)
            refs = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
            self._halves[key] = refs
            with self.following(fn), self.found.called_from(origin):
                self._split(fn, inputs, active, *refs)
        return self._halves[key]

    def _split(
        self,
        fn: types.FunctionType,
        inputs: tuple[Type, ...],
        active: tuple[bool, ...],
        forward_ref: FunctionRef,
        pullback_ref: FunctionRef,
        order: Sequence[int] | None = None,
        for_caller: bool = False,
    ) -> None:
        primal, types_ = self.prepare(fn, inputs)
        chosen = order if order is not None else [i for i, is_active in enumerate(active) if is_active]
        wrt = [primal.params[i].var for i in chosen]
        decided = self.reverse(primal, types_, wrt)
        both = decided.both
        decided.emitted = (forward_ref.name, pullback_ref.name)
        if for_caller:  # before the residual is chosen: to finish may need the arguments
            cotangents, finishing = finish_cotangents(both, wrt, both.backward)
            both = replace(both, backward=Block((*both.backward.stmts, *finishing), cotangents))
        forward, stored, received, backward = split_residuals(both, primal.inputs, decided.placement)
        if for_caller:
            forward, stored = keep_from_caller(primal, both, forward, stored)
        names = forward_ref.name, pullback_ref.name
        one, two = _halve(*names, primal, both, forward, stored, received, backward, for_caller)
        for half in (two, one):
            self.after("finish_cotangents" if for_caller else "place_residuals", half)
            self.finish(half, types_, fn)

    # ------------------------------------------------------------------------------- outside

    def note_outside(self, primal: Function) -> None:
        """Remember what a function takes from outside, for the guards and the captures."""
        scope = OutsideScope(primal.holder)
        for name, value in primal.resolved:
            self.guards[(primal.holder, name)] = value
        self.outside_changes |= outside_changes(primal, scope)
        for capture in primal.captures:
            self.captures[(primal.holder, capture.name)] = scope.value(capture.name)

    def capture_type(self, holder: Any, name: str) -> Type:
        """The type of a captured value, as it is now."""
        from adcompile.signature import type_of_value

        return type_of_value(self.captures[(holder, name)], name)

    def fresh(self, name: str) -> str:
        """A name for a function that no other function of the program has, and nothing outside."""
        outside = {known for _, known in (*self.captures, *self.guards)}
        candidate, number = name, 1
        while candidate in self.names or candidate in outside:
            number += 1
            candidate = f"{name}_{number}"
        self.names.add(candidate)
        return candidate


def _without_numbers(type_: Type) -> Type:
    """A type that does not pin an int down to its value."""
    return Scalar(type_.dtype) if isinstance(type_, Scalar) and type_.dtype == "int" else type_


# ------------------------------------------------------------------------------------ assembly


def _join(
    name: str,
    primal: Function,
    both: Reversed,
    forward: Sequence[Stmt],
    backward: Sequence[Stmt],
    cotangents: Sequence[Atom],
    want: Want,
    check_result: bool,
) -> Function:
    """One function with both sweeps that returns the cotangents (and the value)."""
    builder = Builder(both.types, "result")
    single = len(cotangents) == 1 and not want.several
    result = cotangents[0] if single else builder.make(make_tuple, cotangents)
    value = both.value
    check: list[Stmt] = []
    if check_result and not isinstance(atom_type(both.types, value), Scalar):
        check = [Call((Var(),), require_scalar, (value,))]
    if want.has_aux:
        aux = primal.body.yields[1]
        if want.value:
            value = builder.make(make_tuple, (value, aux))
        else:
            result = builder.make(make_tuple, (result, aux))
    if want.value:
        result = builder.make(make_tuple, (value, result))
    params = tuple(p for p in primal.params if p.kind in ("positional", "*"))
    rest = tuple(p for p in primal.params if p.kind not in ("positional", "*"))
    seed = Param(both.seed, "positional" if not any(p.kind == "*" for p in params) else "keyword", Const(1.0))
    stmts = (*forward, *check, *backward, *builder.stmts)
    return replace(primal, name=name, params=(*params, seed, *rest), body=Block(stmts, (result,)))


def _whole(primal: Function, seed: Var, forward: Sequence[Stmt], backward: Block) -> Function:
    """Both sweeps as one function that returns the cotangents, to be looked at."""
    params = (Param(seed), *primal.params)
    result = Var("cotangents")
    pack = Call((result,), make_tuple, backward.yields)
    return replace(primal, params=params, body=Block((*forward, *backward.stmts, pack), (result,)))


def name_seed(seed: Var, primal: Function) -> None:
    """Give the result's cotangent a name that no parameter has. A result without a name of its own
    does not take the one of a local's cotangent either."""
    taken = {p.var.name for p in primal.params}
    if not seed.name:
        named = {v.name for s in walk(primal.body) for v in (*results_of(s), *inner_of(s))}
        taken |= {f"{name}_bar" for name in taken | named}
    first = [seed.name] if seed.name else ["out_bar", "result_bar"]
    candidates = itertools.chain(first, (f"{first[-1]}{number}" for number in itertools.count(2)))
    seed.name = next(name for name in candidates if name not in taken)


def _separate_aux(primal: Function) -> Function:
    """A function that returns `(value, aux)` as one that yields the two."""
    value, aux = Var("value"), Var("aux")
    call = Call((value, aux), unpack, (primal.body.yields[0], Const(2)))
    return replace(primal, body=Block((*primal.body.stmts, call), (value, aux)))


def _halve(
    forward_name: str,
    pullback_name: str,
    primal: Function,
    both: Reversed,
    forward: Sequence[Stmt],
    stored: Sequence[Atom],
    received: Sequence[Var],
    backward: Block,
    for_caller: bool,
) -> tuple[Function, Function]:
    """A function that returns the value and a residual, and one that takes the residual and a
    cotangent."""
    builder = Builder(both.types, "halves")
    residual = builder.make(make_tuple, stored) if len(stored) != 1 else stored[0]
    result = builder.make(make_tuple, (both.value, residual))
    plain = tuple(Param(p.var, "positional") for p in primal.params) if not for_caller else primal.params
    one = replace(primal, name=forward_name, params=plain, body=Block((*forward, *builder.stmts), (result,)))
    builder = Builder(both.types, "pullback")
    packed = received[0] if len(received) == 1 else builder.new("residual", Tuple(()))
    packed.name = packed.name or "residual"
    if len(received) > 1:
        builder.unpack_call(received, packed)
    head = tuple(builder.stmts)
    builder = Builder(both.types, "cotangents")
    yields = backward.yields
    cotangent = yields[0] if len(yields) == 1 else builder.make(make_tuple, yields)
    params = (Param(packed), Param(both.seed))
    body = Block((*head, *backward.stmts, *builder.stmts), (cotangent,))
    return one, replace(primal, name=pullback_name, params=params, body=body)


def _plain_name(function: Any) -> str:
    name = function.__name__
    return name if name.isidentifier() else "function"


def _outside_names(holder: Any) -> set[str]:
    code = holder.__code__
    return set(code.co_names) | set(code.co_freevars)


def _spelled(code: types.CodeType) -> set[str]:
    """The names of attributes and globals that stand in a function."""
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*map(_spelled, inner))


def _import_lines(bindings: Bindings) -> list[str]:
    return sorted(set(bindings.imports.values()), key=lambda line: (line.startswith("from"), line))


__all__ = ["COMPILE_LOCK", "Compilation", "Program", "Want"]
