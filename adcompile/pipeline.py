"""The way through: from a Python function to the text of its gradient.

`Compilation.gradient` reads from top to bottom; each step is a pass in a file of its own.
User functions that are called go the same way, each for the types that it is called with.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import adcompile.inference
import adcompile.rules  # noqa: F401  (registers the rules)
from adcompile.analyses.activity import active_values
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.kinds import is_vague
from adcompile.analyses.ownership import own_results
from adcompile.analyses.seeding import Seeding
from adcompile.analyses.value_needs import decided_by
from adcompile.analyses.versions import versions_of_inputs
from adcompile.backend.capabilities import NUMPY, Capabilities, fit_primal
from adcompile.callees import Callees
from adcompile.errors import DiagnosticList, Origin, Refused
from adcompile.frontend.source import return_origin
from adcompile.frontend.stand_in import caller_of
from adcompile.inference.elementwise import shape_of
from adcompile.inference.tangents import tangent_type
from adcompile.ir.nodes import (
    Block,
    Call,
    Function,
    FunctionRef,
    ReverseBlock,
    Var,
)
from adcompile.ir.traverse import walk
from adcompile.ir.types import (
    UNKNOWN,
    Dict,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    is_complex,
    is_real,
)
from adcompile.program import Program, ProgramWriter
from adcompile.rules.registry import rule_for
from adcompile.transforms.arrange import arrange
from adcompile.transforms.assemble import Want, halve, join, name_seed, separate_aux, whole
from adcompile.transforms.assemble_pushforward import TangentParameters, pushforward_function
from adcompile.transforms.carry_seeds import Carried, NotCarried, carry_seeds
from adcompile.transforms.check_complex import check_complex_inputs, check_complex_stores, check_holomorphic
from adcompile.transforms.check_escape import check_escape
from adcompile.transforms.check_pullbacks import check_pullbacks
from adcompile.transforms.check_sets import check_sets
from adcompile.transforms.decisions import Differentiation, Pushed
from adcompile.transforms.detach_blocks import detach_blocks
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.fill_spread import fill_spread
from adcompile.transforms.finish_cotangents import finish_cotangents, finish_values, keep_from_caller
from adcompile.transforms.forward import ForwardSweep, forward
from adcompile.transforms.hoist import hoist
from adcompile.transforms.index_sets import IndexSetSweep, SetParameters
from adcompile.transforms.place_residuals import place_residuals, split_residuals
from adcompile.transforms.read_shapes import read_shapes
from adcompile.transforms.reverse import reverse
from adcompile.transforms.reverse_blocks import Taken, blocks_in, check_block, check_blocks, take_blocks
from adcompile.transforms.simplify import simplify
from adcompile.transforms.solve_implicitly import ImplicitSweeps, Making
from adcompile.transforms.split_calls import Halves, halves_of, split_calls

COMPILE_LOCK = threading.RLock()


class Compilation(ProgramWriter):
    """One compilation: a function, the types of its inputs, and all functions that it calls."""

    def __init__(
        self, trace: Callable[[str, Function], None] | None = None, backend: Capabilities = NUMPY
    ) -> None:
        super().__init__(trace, backend)
        self.callees = Callees(self.outside)
        self._halves: dict[Any, Halves] = {}
        self._open: set[FunctionRef] = set()  # the first halves of the functions that are being split
        self._recursive: set[FunctionRef] = set()  # those that were found to call themselves
        self._pushed: dict[Any, FunctionRef] = {}
        self.sweep: type[ForwardSweep] = ForwardSweep  # what forward mode carries
        self.parameters: type[TangentParameters] = TangentParameters
        self.implicit = ImplicitSweeps(
            Making(
                self.halves, self.pushed, self.written, self.fresh,
                lambda fn, inputs: self.callees.call_type(fn, inputs, {}), self.callees.changes_arguments,
                lambda: self.is_real, self.found,
            )
        )
        self.inputs: Sequence[Type] = ()
        self.generic = False  # the program for arguments of any types: for reading
        self.holomorphic = False

    # --------------------------------------------------------------------------- the pipeline

    def gradient(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes the gradient of `function` at inputs of these types."""
        function = _entered(function)
        # The generic program is for reading: it is written for the functions that fit it.
        self.take(inputs)
        self.holomorphic = want.holomorphic
        if self.generic:
            self.unfit = DiagnosticList()
        if want.holomorphic:
            check_complex_inputs(function, inputs, want.wrt)
        primal, types_ = self.prepare(function, inputs, want.has_aux, to_caller=True)
        self.check_scalar(primal, types_, want)
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
        self.after("place_residuals", whole(primal, both.seed, forward, backward))
        self.outside.check_changes(self.found)
        self.found.raise_if_any()
        gradient = join(name, primal, both, forward, (*backward.stmts, *finishing), cotangents, want, not self.generic)
        self.after("finish_cotangents", gradient)
        self.finish(gradient, types_, function)
        return self.program(name)

    def vector_jacobian(
        self, function: types.FunctionType, inputs: Sequence[Type], want: Want, within: bool = False
    ) -> Program:
        """The program of two functions: the value with a residual, and the pullback. Where they are
        called `within` a program, it is known what is changed between the two calls."""
        active = tuple(i in want.wrt for i in range(len(inputs)))
        self.take(inputs)
        function = _entered(function)
        base = _plain_name(function)
        forward, pullback = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
        self._split(function, tuple(inputs), active, forward, pullback, order=want.wrt, for_caller=True, within=within)
        self.outside.check_changes(self.found)
        self.found.raise_if_any()
        carried = self.carry(pullback.name, 1, True, function) if want.seeds else None
        return self.program(forward.name, carried.entry if carried else pullback.name, carried)

    def pushforward(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes the value (if that is wanted) and its tangent. The inputs are those
        of `function`, and behind `want.before` of them the tangent, or the tuple of tangents."""
        function = _entered(function)
        primal, types_, entry, body = self.with_tangents(function, inputs, want)
        name = self.fresh(f"{_plain_name(function)}_{'pushforward' if want.value else 'tangent'}")
        tangent, finishing = finish_values(types_, body, body.yields[:1], body.yields[1:])
        body = Block((*body.stmts, *finishing), (*body.yields[: want.value], *tangent))
        self.outside.check_changes(self.found)
        self.found.raise_if_any()
        self.push(pushforward_function(name, primal, entry, body, types_, want.before), types_, function)
        carried = self.carry(name, want.before, (False, True) if want.value else True, function) if want.seeds else None
        return self.program(carried.entry if carried else name, carried=carried)

    def carry(self, entry: str, place: int, result: Seeding, holder: Any) -> Carried | None:
        """Add the functions that stand for `entry` and carry many seeds in the parameter at `place`, and
        in what `result` says of its result; None if there are none."""
        self.stage = "carry_seeds"
        functions = {one.name: (one, types_) for one, types_ in self.functions}
        try:
            carried = carry_seeds(functions, entry, [place], result, self.fresh)
        except NotCarried as why:
            self.decisions.not_carried = str(why)
            return None
        for one, types_ in carried.functions:
            self.after("carry_seeds", one)
            self.finish(one, types_, holder)
        return carried

    def index_sets(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes which inputs each number of the result may depend on. Where a
        pushforward takes the tangent it takes the numbers of the inputs' sets."""
        function = _entered(function)
        self.sweep, self.parameters = IndexSetSweep, SetParameters
        primal, types_, entry, body = self.with_tangents(function, inputs, want)
        name = self.fresh(f"{_plain_name(function)}_sets")
        body = Block(body.stmts, body.yields[1:])
        self.found.raise_if_any()
        self.push(pushforward_function(name, primal, entry, body, types_, want.before), types_, function)
        made = {one.name: (one, known) for one, known in self.functions}
        program = self.program(name)
        program.decided = decided_by(*made[name], made.get)
        return program

    def with_tangents(
        self, function: types.FunctionType, inputs: Sequence[Type], want: Want
    ) -> tuple[Function, Types, TangentParameters, Block]:
        """The function, the parameters of the tangents that it is given, and its body with tangents."""
        place = want.before
        self.take(inputs)
        primal, types_ = self.prepare(function, (*inputs[:place], *inputs[place + 1 :]), to_caller=True)
        wrt = [primal.params[i].var for i in want.wrt]
        self.decisions.pushed = Pushed(primal, types_, tuple(wrt))
        entry = self.parameters(types_)
        entry.as_given(primal, wrt, inputs[place], want.several)
        return primal, types_, entry, self.forward(primal, types_, entry)

    def take(self, inputs: Sequence[Type]) -> None:
        """Compile for inputs of these types."""
        self.inputs, self.generic = inputs, all(t is UNKNOWN for t in inputs)

    def check_scalar(self, primal: Function, types_: Types, want: Want) -> None:
        """Refuse a result that is certainly not one real number; one complex number, if the function
        is to be holomorphic."""
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
            why = "the gradient of an array is a Jacobian"
            hint = "return its sum, or use vjp (cotangents of any shape) or jacobian"
        elif is_complex(result) and not want.holomorphic:
            what, why = "a complex one", "its derivative is one complex number only for a holomorphic function"
            hint = "holomorphic=True if it is one; else return a real number, or use vjp or jvp"
        elif is_real(result) and want.holomorphic:
            what, hint = "a real one, with holomorphic=True", "leave out holomorphic=True"
        else:
            return
        origin = return_origin(primal.holder)
        kind = "complex" if want.holomorphic else "real"
        self.found.add(f"grad needs one {kind} number, and the function returns {what}", origin, why, hint)

    def prepare(
        self, function: types.FunctionType, inputs: Sequence[Type], has_aux: bool = False, to_caller: bool = False
    ) -> tuple[Function, Types]:
        """The function's IR with the types of its values, simplified."""
        primal, known = self.callees.typed(function, inputs)
        return self.prepared(separate_aux(primal) if has_aux else primal, known, to_caller)

    def prepared(
        self, primal: Function, known: Mapping[Var, Type], to_caller: bool = False
    ) -> tuple[Function, Types]:
        """A function's IR with the types of its values, simplified. `known` are those of its inputs."""
        self.after("lower", primal)
        self.stage = "infer"
        primal, types_ = self.callees.resolved(primal, known)
        check_pullbacks(primal, types_, self.found, to_caller)
        check_blocks(primal, types_, self.found)
        self.after("infer", primal)
        self.stage = "follow_stores"
        followed = self.callees.followed(primal, types_)
        self.found.take_over(followed.refused)
        self.after("follow_stores", followed.function)
        self.stage = "check_mutation"
        primal, types_ = followed.checked, followed.types
        self.after("check_mutation", primal)
        self.stage = "detach_blocks"
        primal = detach_blocks(primal, types_, self.found)
        self.after("detach_blocks", primal)
        self.stage = "simplify"
        primal = simplify(primal, types_)
        self.after("simplify", primal)
        primal = fit_primal(primal, types_, self.backend, self.unfit)
        return primal, types_

    def active(self, primal: Function, types_: Types, wrt: Sequence[Var]) -> frozenset[Var]:
        """The values that carry a derivative; refuses those that none is known of."""
        self.stage = "activity"
        active, varied = active_values(primal, types_, wrt)
        check_escape(primal, types_, varied, self.found, self.callees.follow_varied)
        check_complex_stores(primal, types_, active, self.found)
        if self.holomorphic:
            check_holomorphic(primal, types_, active, self.found)
        return active

    @property
    def is_real(self) -> bool:
        """Whether every number of the program whose kind is not known is real. The generic program,
        of which no input is known, is written for real ones."""
        return not self.callees.may_make_complex and (self.generic or not any(map(is_vague, self.inputs)))

    def forward(self, primal: Function, types_: Types, entry: TangentParameters) -> Block:
        """The program with the tangents beside it."""
        primal, _ = take_blocks(primal)
        active = self.active(primal, types_, list(entry.tangents))
        for call in blocks_in(primal):
            if call.result in active:
                self.found.add(
                    "a 'with grad_of' block is in the way of a tangent", call.origin,
                    "it runs in the reverse sweep, and forward mode has none",
                    "use reverse mode: grad, vjp, or mode='reverse'",
                )
        self.stage = "forward"
        try:
            body = forward(
                primal, types_, active, entry.tangents, self.pushed, self.implicit.tangent, self.found,
                self.is_real, self.sweep,
            )
        except Refused as refused:  # a function that is called could not be lowered
            self.found.extend(refused.diagnostics)
            self.found.raise_if_any()
            raise
        body = eliminate_dead(replace(primal, body=body)).body
        if self.sweep is IndexSetSweep:
            check_sets(body, list(entry.tangents.values()), types_)
            return body
        return arrange(body, types_, frozenset(s for s in walk(primal.body) if isinstance(s, Call)))

    def pushed(
        self, fn: types.FunctionType, inputs: tuple[Type, ...], active: tuple[bool, ...], origin: Origin | None
    ) -> FunctionRef:
        """The pushforward of a function that is called with tangents of some of its arguments."""
        key = (fn, inputs, active)
        if key not in self._pushed:
            self._pushed[key] = ref = FunctionRef(self.fresh(f"{_plain_name(fn)}_pushforward"))
            with self.callees.following(fn), self.found.called_from(origin):
                primal, types_ = self.prepare(fn, inputs)
                entry = self.parameters(types_)
                entry.one_each(primal, [p.var for p, moves in zip(primal.params, active, strict=False) if moves])
                body = self.forward(primal, types_, entry)
                made = pushforward_function(ref.name, primal, entry, body, types_, None)
                self.push(made, types_, fn)
                self._pushed[key] = FunctionRef(ref.name, own=own_results(made, types_))
        return self._pushed[key]

    def written(self, function: Function, inputs: Sequence[Type]) -> FunctionRef:
        """Keep a function that is no user's, written for arguments of some types."""
        known = dict(zip((p.var for p in function.params), inputs, strict=True))
        primal, types_ = self.prepared(function, known)
        self.finish(primal, types_, function.holder)
        return FunctionRef(function.name, own=own_results(primal, types_))

    def push(self, function: Function, types_: Types, holder: Any) -> None:
        """Keep a pushforward for emission."""
        self.after("forward", function)
        self.finish(function, types_, holder)

    def reverse(
        self, primal: Function, types_: Types, wrt: Sequence[Var], split: bool = False
    ) -> Differentiation:
        """Both sweeps, storage still abstract, with what was decided on the way."""
        primal, blocks = take_blocks(primal)
        active = self.active(primal, types_, wrt)
        blocks = {fn: self.block_body(taken, primal, fn, types_) for fn, taken in blocks.items()}
        self.stage = "reverse"
        try:
            primal, pullbacks, active = split_calls(
                primal, types_, active, self.halves, self.implicit.pullback
            )
        except Refused as refused:  # a function that is called could not be lowered
            self.found.extend(refused.diagnostics)
            self.found.raise_if_any()
            raise
        self.after("split_calls", primal)
        both = reverse(primal, types_, active, wrt, pullbacks, self.found, blocks, self.is_real)
        name_seed(both.seed, primal)
        self.after("reverse", whole(primal, both.seed, both.forward, both.backward), abstract=True)
        sweep = eliminate_dead(replace(primal, body=both.backward))
        body = arrange(sweep.body, types_)
        body = hoist(body, both.forward, primal.inputs, types_)
        body = eliminate_dead(replace(sweep, body=body)).body
        body = read_shapes(body, both.forward, primal.inputs, types_, split)
        sweep = replace(sweep, body=fill_spread(body, types_))
        both = replace(both, backward=sweep.body)
        decided = Differentiation(primal, types_, tuple(wrt), active, pullbacks, both)
        self.decisions.functions.append(decided)
        return decided

    def block_body(self, taken: Taken, primal: Function, fn: ReverseBlock, types_: Types) -> Taken:
        """A block with its body, for the types of the cotangent and of what it reads."""
        call = next(c for c in blocks_in(primal) if c.fn is fn)
        inputs = [tangent_type(types_.get(call.result, UNKNOWN)), *(atom_type(types_, a) for a in taken.reads)]
        with self.callees.following(taken.function):
            body, known = self.prepare(taken.function, inputs)
        check_block(body, call, self.found)
        types_.update(known)
        return replace(taken, body=body)

    def halves(
        self, fn: types.FunctionType, inputs: tuple[Type, ...], active: tuple[bool, ...], origin: Origin | None
    ) -> Halves:
        """The two halves of an active call: the function that computes the value, with a residual
        where it takes one, and the function that pulls a cotangent back."""
        key = (fn, inputs, active)
        if key not in self._halves:
            base = _plain_name(fn)
            refs = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
            self._halves[key] = Halves(*refs)
            self._open.add(refs[0])
            with self.callees.following(fn), self.found.called_from(origin):
                self._halves[key] = self._split(fn, inputs, active, *refs)
            self._open.discard(refs[0])
        elif self._halves[key].forward in self._open:
            self._recursive.add(self._halves[key].forward)
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
        within: bool = False,
    ) -> Halves:
        primal, types_ = self.prepare(fn, inputs, to_caller=for_caller)
        chosen = order if order is not None else [i for i, is_active in enumerate(active) if is_active]
        wrt = [primal.params[i].var for i in chosen]
        decided = self.reverse(primal, types_, wrt, split=True)
        both = decided.both
        decided.emitted = (forward_ref.name, pullback_ref.name)
        if for_caller:  # before the residual is chosen: to finish may need the arguments
            cotangents, finishing = finish_cotangents(both, wrt, both.backward)
            both = replace(both, backward=Block((*both.backward.stmts, *finishing), cotangents))
        # A function that calls itself has been told already that there is a residual.
        may_be_given = not for_caller and forward_ref not in self._recursive and not versions_of_inputs(primal.body)
        params = [p.var for p in primal.params] if may_be_given else None
        made = split_residuals(both, primal.inputs, decided.placement, params)
        if for_caller and not within:
            made = keep_from_caller(primal, both, made)
        one, two = halve(forward_ref.name, pullback_ref.name, primal, both, made, for_caller)
        for half in (two, one):
            self.after("finish_cotangents" if for_caller else "place_residuals", half)
            self.finish(half, types_, fn)
        return halves_of(one, two, made.given, types_)

def _entered(function: types.FunctionType) -> types.FunctionType:
    """The function to differentiate: of one that has a rule, a call of it."""
    return caller_of(function) if rule_for(function) is not None else function


def _plain_name(function: Any) -> str:
    name = function.__name__
    return name if name.isidentifier() else "function"


__all__ = ["COMPILE_LOCK", "Carried", "Compilation", "Program", "Want"]
