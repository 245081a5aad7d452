"""The way through: from a Python function to the text of its gradient.

`Compilation.gradient` reads from top to bottom; each step is a pass in a file of its own. What it
begins with is `primal.py`, what follows `reverse_mode.py` or `forward_mode.py`. User functions that
are called go the same way, each for the types that it is called with.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.ownership import own_results
from adcompile.analyses.seeding import Seeding
from adcompile.analyses.value_needs import decided_by
from adcompile.backend.capabilities import NUMPY, Capabilities
from adcompile.errors import DiagnosticList
from adcompile.forward_mode import ForwardMode
from adcompile.frontend.source import return_origin
from adcompile.frontend.stand_in import caller_of
from adcompile.garbage import uncollected
from adcompile.inference.elementwise import shape_of
from adcompile.ir.nodes import Block, Function, FunctionRef
from adcompile.ir.types import Dict, List, Passive, Scalar, Static, Tuple, Type, is_complex, is_real
from adcompile.primal import plain_name
from adcompile.program import Program
from adcompile.reverse_mode import ReverseMode
from adcompile.rules.registry import rule_for
from adcompile.transforms.assemble import Want, join, whole
from adcompile.transforms.assemble_pushforward import pushforward_function
from adcompile.transforms.carry_seeds import Carried, NotCarried, calls_seeds, carry_seeds
from adcompile.transforms.finish_cotangents import finish_cotangents, finish_values
from adcompile.transforms.index_sets import IndexSetSweep, SetParameters
from adcompile.transforms.place_residuals import place_residuals
from adcompile.transforms.solve_implicitly import ImplicitSweeps, Making

COMPILE_LOCK = threading.RLock()


class Compilation(ForwardMode, ReverseMode):
    """Compiles what users ask for."""

    def __init__(
        self, trace: Callable[[str, Function], None] | None = None, backend: Capabilities = NUMPY
    ) -> None:
        super().__init__(trace, backend)
        self.implicit = ImplicitSweeps(
            Making(
                self.halves, self.pushed, self.together, self.written, self.fresh,
                lambda fn, inputs: self.callees.call_type(fn, inputs, {}), self.callees.changes_arguments,
                lambda: self.is_real, self.found,
            )
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Compile: one compilation at a time, and a fault of ours is reported as one."""
        with COMPILE_LOCK, uncollected(), self.reporting():
            yield

    def gradient(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes the gradient of `function` at inputs of these types."""
        function = _entered(function)
        # The generic program is for reading: it is written for the functions that fit it.
        self.take(inputs)
        self.take_holomorphic(function, inputs, want)
        if self.generic:
            self.unfit = DiagnosticList()
        primal, types_ = self.prepare(function, inputs, want.has_aux, to_caller=True)
        self.check_scalar(primal, types_, want)
        decided = self.reverse(primal, types_, [primal.params[i].var for i in want.wrt])
        both = decided.both
        name = self.fresh(f"{plain_name(function)}_{'value_and_grad' if want.value else 'grad'}")
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
        self.take_holomorphic(function, inputs, want)
        base = plain_name(function)
        forward, pullback = FunctionRef(self.fresh(f"{base}_forward")), FunctionRef(self.fresh(f"{base}_pullback"))
        self.split(function, tuple(inputs), active, forward, pullback, order=want.wrt, for_caller=True, within=within)
        self.outside.check_changes(self.found)
        self.found.raise_if_any()
        carried = self.carry(pullback.name, 1, True) if want.seeds else None
        return self.program(forward.name, carried.entry if carried else pullback.name, carried)

    def pushforward(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes the value (if that is wanted) and its tangent. The inputs are those
        of `function`, and behind `want.before` of them the tangent, or the tuple of tangents."""
        function = _entered(function)
        primal, types_, entry, body = self.with_tangents(function, inputs, want)
        name = self.fresh(f"{plain_name(function)}_{'pushforward' if want.value else 'tangent'}")
        tangent, finishing = finish_values(types_, body, body.yields[:1], body.yields[1:])
        body = Block((*body.stmts, *finishing), (*body.yields[: want.value], *tangent))
        self.outside.check_changes(self.found)
        self.found.raise_if_any()
        self.push(pushforward_function(name, primal, entry, body, types_, want.before), types_, function)
        carried = self.carry(name, want.before, (False, True) if want.value else True) if want.seeds else None
        return self.program(carried.entry if carried else name, carried=carried)

    def carry(self, entry: str, place: int, result: Seeding) -> Carried | None:
        """Add the functions that stand for `entry` and carry many seeds in the parameter at `place`, and
        in what `result` says of its result; None if there are none."""
        self.stage = "carry_seeds"
        functions = {one.name: (one, types_) for one, types_ in self.functions}
        try:
            carried = carry_seeds(functions, entry, [place], result, self.fresh)
        except NotCarried as why:
            self.decisions.not_carried = str(why)
            return None
        self.take_carried(carried)
        return carried

    def take_carried(self, carried: Carried) -> None:
        """Take functions that carry many seeds into the program. Each reads from outside what the one that
        it stands for reads, which may be another module's."""
        for one, types_ in carried.functions:
            self.after("carry_seeds", one)
            self.finish(one, types_, self.holders[carried.stands_for[one.name]])

    def together(self, sweep: FunctionRef, place: int, result: Seeding) -> FunctionRef | None:
        """What sweeps for the seeds of a vector's size as `sweep` does for one, and is as plain as that is:
        it can be differentiated again, and none of its arrays is larger than a matrix."""
        functions = {one.name: (one, types_) for one, types_ in self.functions}
        try:
            carried = carry_seeds(functions, sweep.name, [place], result, self.fresh)
        except NotCarried:
            return None
        if any(len(shape) > 1 for shape in carried.shapes) or calls_seeds(carried):
            return None
        self.take_carried(carried)
        entry, types_ = next(pair for pair in carried.functions if pair[0].name == carried.entry)
        return FunctionRef(entry.name, own=own_results(entry, types_))

    def index_sets(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> Program:
        """The program that computes which inputs each number of the result may depend on. Where a
        pushforward takes the tangent it takes the numbers of the inputs' sets."""
        function = _entered(function)
        self.sweep, self.parameters = IndexSetSweep, SetParameters
        primal, types_, entry, body = self.with_tangents(function, inputs, want)
        name = self.fresh(f"{plain_name(function)}_sets")
        body = Block(body.stmts, body.yields[1:])
        self.found.raise_if_any()
        self.push(pushforward_function(name, primal, entry, body, types_, want.before), types_, function)
        made = {one.name: (one, known) for one, known in self.functions}
        program = self.program(name)
        program.decided = decided_by(*made[name], made.get)
        return program

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


def _entered(function: types.FunctionType) -> types.FunctionType:
    """The function to differentiate: of one that has a rule, a call of it."""
    return caller_of(function) if rule_for(function) is not None else function


__all__ = ["COMPILE_LOCK", "Carried", "Compilation", "Program", "Want"]
