"""A function as it is differentiated: lowered, its calls and stores followed, checked, simplified.

Both modes begin with it. A `PrimalCompilation` also knows what the whole program is compiled for:
the types of its inputs, and whether every number in it is real.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import adcompile.inference
import adcompile.rules  # noqa: F401  (registers the rules)
from adcompile.analyses.activity import active_values
from adcompile.analyses.infer import Types
from adcompile.analyses.kinds import is_vague
from adcompile.analyses.ownership import own_results
from adcompile.backend.capabilities import Capabilities, fit_primal
from adcompile.callees import Callees
from adcompile.ir.nodes import Function, FunctionRef, Var
from adcompile.ir.types import UNKNOWN, Type
from adcompile.program import ProgramWriter
from adcompile.transforms.assemble import Want, separate_aux
from adcompile.transforms.check_complex import check_complex_inputs, check_complex_stores, check_holomorphic
from adcompile.transforms.check_escape import check_escape
from adcompile.transforms.check_mutation import check_plain_calls
from adcompile.transforms.check_pullbacks import check_pullbacks
from adcompile.transforms.detach_blocks import detach_blocks
from adcompile.transforms.read_arrays import read_arrays
from adcompile.transforms.reverse_blocks import check_blocks
from adcompile.transforms.simplify import simplify
from adcompile.transforms.solve_implicitly import ImplicitSweeps


class PrimalCompilation(ProgramWriter):
    """One compilation: a function, the types of its inputs, and all functions that it calls."""

    implicit: ImplicitSweeps  # the derivatives of what a solver finds

    def __init__(self, trace: Callable[[str, Function], None] | None, backend: Capabilities) -> None:
        super().__init__(trace, backend)
        self.callees = Callees(self.outside)
        self.inputs: Sequence[Type] = ()
        self.generic = False  # the program for arguments of any types: for reading
        self.holomorphic = False

    def take(self, inputs: Sequence[Type]) -> None:
        """Compile for inputs of these types."""
        self.inputs, self.generic = inputs, all(t is UNKNOWN for t in inputs)

    def take_holomorphic(self, function: types.FunctionType, inputs: Sequence[Type], want: Want) -> None:
        """Hold the function to being holomorphic, if it is said to be.

        Raises:
            UsageError: if an argument is real, then.
        """
        self.holomorphic = want.holomorphic
        if want.holomorphic:
            check_complex_inputs(function, inputs, want.wrt)

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
        self.stage = "read_arrays"
        read = read_arrays(primal, types_)
        if read is not primal:
            primal, types_ = read, self.callees.value_types(read, {v: types_[v] for v in read.inputs})
        self.after("read_arrays", primal)
        self.stage = "simplify"
        primal = simplify(primal, types_)
        self.after("simplify", primal)
        primal = fit_primal(primal, types_, self.backend, self.unfit)
        return primal, types_

    def active(self, primal: Function, types_: Types, wrt: Sequence[Var]) -> frozenset[Var]:
        """The values that carry a derivative; refuses those that none is known of."""
        self.stage = "activity"
        active, varied = active_values(primal, types_, wrt)
        check_escape(primal, types_, varied, active, self.found, self.callees.follow_varied)
        check_plain_calls(primal, types_, active, self.found, self.callees)
        check_complex_stores(primal, types_, active, self.found)
        if self.holomorphic:
            check_holomorphic(primal, types_, active, self.found)
        return active

    @property
    def is_real(self) -> bool:
        """Whether every number of the program whose kind is not known is real. The generic program,
        of which no input is known, is written for real ones."""
        return not self.callees.may_make_complex and (self.generic or not any(map(is_vague, self.inputs)))

    @property
    def takes_real(self) -> bool:
        """Whether a value of which nothing is known is taken for a real one, in a program that will run
        with arguments of known kinds."""
        return self.is_real and not self.generic

    def written(self, function: Function, inputs: Sequence[Type]) -> FunctionRef:
        """Keep a function that is no user's, written for arguments of some types."""
        known = dict(zip((p.var for p in function.params), inputs, strict=True))
        primal, types_ = self.prepared(function, known)
        self.finish(primal, types_, function.holder)
        return FunctionRef(function.name, own=own_results(primal, types_))


def plain_name(function: Any) -> str:
    """The name of a function, in names that are made of it."""
    name = function.__name__
    return name if name.isidentifier() else "function"
