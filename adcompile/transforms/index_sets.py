"""Index sets: beside each number of a function, the inputs that it may depend on.

This is forward mode with something else for a tangent: the number of a set of inputs
(`runtime/index_sets.py`). Control flow, containers, stores and views are forward mode's: what
moves a tangent moves a set. Only what computes is different: it joins sets (`index_set_rules.py`).
So a set may be too large, and never too small. No entry is dropped because a value is zero: `x * 0`
depends on `x`.

relies on: infer, activity.  ensures: nothing but what moves or joins them reads sets
(`check_sets`).
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_mutation
from adcompile.analyses.solutions import Solution
from adcompile.inference.index_sets import sets_type
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import NONE, Atom, Call, Const, Through, Var
from adcompile.ir.types import Array, Scalar, Type
from adcompile.runtime import index_sets as sets
from adcompile.runtime import updates
from adcompile.transforms.assemble_pushforward import TangentParameters
from adcompile.transforms.forward import ForwardSweep
from adcompile.transforms.index_set_rules import sets_by_rule
from adcompile.transforms.reverse_stores import Views, in_any_order
from adcompile.transforms.tangents import DISPLAYS

ADDING = (updates.increment, updates.add_at)
PARTS = (np.real, np.imag)  # of a complex number


class SetParameters(TangentParameters):
    """The set numbers that a function is given: in float64, whatever its arguments are."""

    def type_of(self, var: Var) -> Type:
        """The type of a parameter for the sets of `var`."""
        return sets_type(self.b.types[var])

    def _checked(self, var: Var, tangent: Var) -> Atom:
        return tangent


class IndexSetSweep(ForwardSweep):
    """Sets by value, in the place of tangents."""

    suffix = "sets"

    def new(self, var: Var) -> Var:
        """A new value for the sets of `var`."""
        known = sets_type(self.types[var]) if var in self.types else self.b.type_of(NONE)
        return self.b.new(f"{var.name}_{self.suffix}" if var.name else "", known)

    def zeros(self, atom: Atom) -> Atom:
        """The sets of what depends on no input."""
        if isinstance(atom, Const) or isinstance(self.types.get(atom), Scalar) or atom in self.zero_dots:
            made = super().zeros(atom)
            return Const(0.0) if isinstance(made, Const) and isinstance(made.value, complex) else made
        maker = self.makers.get(atom)
        if maker is not None and maker.fn in DISPLAYS:
            return self.b.call(maker.fn, *map(self.zeros, maker.operands))
        return self.b.call(sets.nothing, atom)

    def run_time_call(self, call: Call) -> None:
        """Of what is known when the program runs no sets are known."""
        self.refuse_call(call)
        self.b.emit(call)

    def in_form(self, call: Call, tangent: Atom) -> Atom:
        """Sets stay in float64; of an array without dimensions that is changed in place, in an array."""
        type_ = self.types.get(call.result)
        if is_mutation(call.fn) and isinstance(type_, Array) and not type_.shape:
            return self.b.call(np.asarray, tangent)
        return tangent

    def tangent(self, call: Call) -> Atom | None:
        """The sets of a call's only result."""
        if call.fn is operator.getitem and isinstance(self.b.type_of(call.operands[0]), Scalar):
            number, index = call.operands  # x.sum()[..., None]: the set of a number is a float, which has no items
            return self.b.call(operator.getitem, self.b.call(np.asarray, self.dot(number)), index)
        fn = call.fn if isinstance(call.fn, Through) else Through(call.fn, ())  # type: ignore[arg-type]
        whole_numbers = all(canonical(view.fn) not in PARTS for view in fn.views)
        if fn.fn not in ADDING and (fn.fn is not updates.update or whole_numbers):
            return super().tangent(call)
        whole, steps, (index, value) = fn.parts(call.operands)
        steps = [step for step in in_any_order(steps) if canonical(step[0].fn) not in PARTS]
        return self.added(fn.fn, whole, Views(self.b, tuple(steps)), index, value)

    def added(self, fn: Any, whole: Atom, views: Views, index: Atom, value: Atom) -> Atom | None:
        """The sets of what `a[i] += v` leaves, for `a` reached through views of `whole`; and of what a store
        into the real or imaginary parts leaves, as a complex number has one set."""
        if not self.is_active(value):
            return self.dot(whole)
        before = views.read(self.dot(whole))
        if fn is updates.add_at:
            joined = self.b.call(sets.join_at, before, index, self.dot(value))
            return views.store(updates.update, self.dot(whole), (Const(Ellipsis), joined)) if views.steps else joined
        item = self.b.call(operator.getitem, before, index)
        joined = self.b.call(sets.join, item, item, self.dot(value))
        return views.store(updates.update, self.dot(whole), (index, joined))

    def of_solution(self, call: Call, solution: Solution) -> Atom | None:
        """The sets of a solution: each number of it depends on all that its equation depends on."""
        moving = dict.fromkeys(atom for atom in solution.parameters if self.is_active(atom))
        return self.b.call(sets.join_all, call.result, *map(self.dot, moving))

    def of_primitive(self, call: Call) -> Atom | None:
        """The sets of what a function with a rule gives."""
        return sets_by_rule(self, call)
