"""Differentiate what a solver returns by the equation that it solves.

The solver's call stays as it is, and is made once. Its pullback takes the solution and what the
equation depends on; so does its tangent. What the solver itself was given beside that (a bracket,
a start, a tolerance) has no influence on the solution.

relies on: infer, activity.  ensures: one function of the program for each equation and types.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.kinds import is_vague
from adcompile.analyses.seeding import Seeding
from adcompile.analyses.solutions import Solution
from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.lower import lowered
from adcompile.inference.elementwise import shape_of
from adcompile.ir.nodes import Atom, Call, Function, FunctionRef, Var
from adcompile.ir.types import UNKNOWN, Type, holds_complex
from adcompile.transforms.reverse import Pullback
from adcompile.transforms.solution_sweeps import (
    Case,
    product,
    pullback_by_products,
    pullback_of_array,
    pullback_of_number,
    tangent_of_solution,
    transposed_product,
)
from adcompile.transforms.split_calls import Halves

Inputs = tuple[Type, ...]
Mask = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """How functions of the program are made: the halves and the pushforward of a user's function, what
    sweeps for many seeds as one of them does for one, a function that was written for the program, a new
    name; and what is known of a call."""

    halves: Callable[[Any, Inputs, Mask, Origin | None], Halves]
    pushforward: Callable[[Any, Inputs, Mask, Origin | None], FunctionRef]
    together: Callable[[FunctionRef, int, Seeding], FunctionRef | None]
    written: Callable[[Function, Inputs], FunctionRef]
    name: Callable[[str], str]
    result: Callable[[types.FunctionType, Inputs], Type]
    changes: Callable[[Call, Types], bool]
    is_real: Callable[[], bool]
    found: DiagnosticList


class ImplicitSweeps:
    """The pullbacks and tangents of the solutions of one program."""

    def __init__(self, making: Making) -> None:
        self.make = making
        self._made: dict[Any, FunctionRef] = {}

    def pullback(self, call: Call, solution: Solution, types_: Types, active: frozenset[Var]) -> Pullback | None:
        """How the cotangent of a solution is pulled back; None if it is refused."""
        case = self._case(call, solution, types_, active)
        if case is None:
            return None
        function, inputs, origin = case.function, case.types, call.origin

        def made() -> FunctionRef:
            name = self.make.name(f"{solution.name}_pullback")
            if case.is_number:
                both = self.make.halves(function, inputs, case.active, origin)
                written = pullback_of_number(name, case, both)
            else:
                by_solution = self.make.halves(function, inputs, case.by_solution, origin)
                by_parameters = self.make.halves(function, inputs, case.by_parameters, origin)
                if case.solve is None:
                    count = 1 if by_solution.given is None else len(by_solution.given)  # before the cotangent
                    together = self._together(case, by_solution.pullback, count, True)
                    written = pullback_of_array(name, case, by_solution, by_parameters, together)
                else:
                    product = self._transposed(case, by_solution, solution.name)
                    written = pullback_by_products(name, case, by_solution, by_parameters, product)
            return self.make.written(written, (*inputs, inputs[0]))

        ref = self._once("pullback", case, made)
        given = (call.result, *solution.parameters)
        return Pullback(ref, given, into=tuple(itertools.compress(given[1:], case.active[1:])))

    def tangent(
        self, call: Call, solution: Solution, types_: Types, active: frozenset[Var], dots: Callable[[Atom], Atom]
    ) -> tuple[FunctionRef, Sequence[Atom]] | None:
        """The function that computes the tangent of a solution, and what it is given; None if it is
        refused."""
        case = self._case(call, solution, types_, active)
        if case is None:
            return None
        function, inputs, origin = case.function, case.types, call.origin
        given = (call.result, *solution.parameters)
        tangents = [dots(atom) for atom in itertools.compress(given[1:], case.active[1:])]

        def made() -> FunctionRef:
            by_solution = self.make.pushforward(function, inputs, case.by_solution, origin)
            by_parameters = self.make.pushforward(function, inputs, case.by_parameters, origin)
            together = None
            if case.solve is None:
                together = self._together(case, by_solution, len(case.names), (False, True))
            elif not case.is_number:
                written = product(self.make.name(f"{solution.name}_product"), case, by_solution)
                by_solution = self.make.written(written, (*inputs, inputs[0]))
            name = self.make.name(f"{solution.name}_tangent")
            written = tangent_of_solution(name, case, by_solution, by_parameters, together)
            return self.make.written(written, (*inputs, *(atom_type(types_, dot) for dot in tangents)))

        return self._once("tangent", case, made), (*given, *tangents)

    def _together(self, case: Case, sweep: FunctionRef, place: int, result: Seeding) -> FunctionRef | None:
        """The sweep of a vector's equation that takes all unit vectors in the parameter at `place`, if the
        program allows one."""
        shape = None if case.is_number else shape_of(case.types[0])
        return self.make.together(sweep, place, result) if shape is not None and len(shape) == 1 else None

    def _transposed(self, case: Case, by_solution: Halves, name: str) -> FunctionRef:
        """The function that multiplies by the transposed matrix: of a root, the pullback itself."""
        if not case.fixed_point:
            return by_solution.pullback
        written = transposed_product(self.make.name(f"{name}_transposed"), case, by_solution)
        given = (UNKNOWN,) if by_solution.given is None else tuple(case.types[i] for i in by_solution.given)
        return self.make.written(written, (*given, case.types[0]))

    def _once(self, kind: str, case: Case, made: Callable[[], FunctionRef]) -> FunctionRef:
        key = (kind, case)
        if key not in self._made:
            self._made[key] = made()
        return self._made[key]

    def _case(
        self, call: Call, solution: Solution, types_: Types, active: frozenset[Var]
    ) -> Case | None:
        given = (call.result, *solution.parameters)
        inputs = tuple(atom_type(types_, atom) for atom in given)
        function = solution.function
        names = tuple(p.var.name for p in lowered(function).params)
        mask = (True, *(isinstance(atom, Var) and atom in active for atom in solution.parameters))
        result = self.make.result(function, inputs)
        want, have = shape_of(inputs[0]), shape_of(result)
        why = ""
        if any(map(holds_complex, (*itertools.compress(inputs, mask), result))):
            why = "the equation is of complex numbers, and of real ones it would be two"
            hint = "write it for z.real and z.imag"
        elif solution.is_number and want not in (None, ()):
            why, hint = "of an array it may find some roots and not others, and does not say which", "use root"
        elif want is not None and have is not None and not _may_be_equal(want, have):
            why = f"'{function.__name__}' returns an array of shape {have} for a solution of shape {want}"
            hint = "return one number for each unknown"
        elif self.make.changes(Call((Var(),), function, given), types_):
            why, hint = f"'{function.__name__}' changes its arguments", "copy what it changes"
        if why:
            what = f"the derivative of what '{solution.solver}' finds is not known"
            self.make.found.add(what, call.origin, why, hint)
            return None
        number = solution.is_number or want == ()
        unchecked = want is None or want != have
        vague = any(map(is_vague, itertools.compress(inputs, mask))) and not self.make.is_real()
        return Case(function, names, inputs, mask, solution.fixed_point, number, unchecked, vague, solution.solve)


def _may_be_equal(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two shapes may be the same when the program runs."""
    known = [(a, b) for a, b in zip(one, other, strict=False) if isinstance(a, int) and isinstance(b, int)]
    return len(one) == len(other) and all(a == b for a, b in known)
