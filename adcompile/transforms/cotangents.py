"""The cotangents that a reverse sweep has gathered so far, one for each active value.

The cotangent of a value has its structure, shape and dtype. Contributions are added up as
they come; what nothing has contributed to is zero, and is written only where it is read.

relies on: infer, activity.  ensures: `bars` holds what the statements so far contribute.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from adcompile.analyses.distinct import Distinct
from adcompile.analyses.infer import Types
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import NONE, Atom, Call, Const, Star, Var
from adcompile.ir.types import Array, Scalar, is_complex, real_dtype
from adcompile.runtime import broadcasting
from adcompile.transforms.algebra import SUM, AdjointBuilder
from adcompile.transforms.sweep import Sweep

Bars = dict[Var, Atom]


class Cotangents(Sweep):
    """Cotangents by value, and the builder of the statements that compute them."""

    def __init__(self, types: Types, active: frozenset[Var], found: DiagnosticList) -> None:
        super().__init__(types, found, AdjointBuilder(types, "adjoint"))
        self.active = active
        self.bars: Bars = {}
        self.zeroed: set[Atom] = set()  # cotangents with zeros where something was not taken
        self.displays: dict[Var, Call] = {}  # lists and tuples whose items are known
        self.reads: dict[Var, int] = {}  # how often the forward sweep reads a value
        self.views: dict[Var, Call] = {}  # the calls that take a view of an array
        self.distinct = Distinct(types, {})  # what is known of the forward sweep's subscripts

    def adjoint_of(self, var: Var) -> Var:
        """A new value for the cotangent of `var`, with its name and type."""
        name = f"{var.name}_bar" if var.name else ""
        return self.b.new(name, self.types.get(var, self.b.type_of(NONE)) if var in self.types else Scalar("?"))

    def is_active(self, atom: Atom | Star) -> bool:
        """Whether an atom carries a derivative."""
        return isinstance(atom, Var) and atom in self.active

    def accumulate(self, atom: Atom, contribution: Atom) -> None:
        """Add a contribution to the cotangent of an active value."""
        if not (isinstance(atom, Var) and atom in self.active):
            return
        before = self.bars.get(atom)
        if before is None or not self.takes_parts(before, contribution):
            contribution = self.b.match_kind(contribution, atom)
        self.bars[atom] = self.named(atom, contribution if before is None else self.plus(atom, before, contribution))

    def takes_parts(self, before: Atom, contribution: Atom) -> bool:
        """Whether a contribution of real numbers becomes complex where it is added."""
        whole, part = self.b.type_of(before), self.b.type_of(contribution)
        if not (isinstance(whole, Array) and isinstance(part, Array)):
            return False
        return is_complex(whole) and part.dtype == real_dtype(whole.dtype)

    def named(self, var: Var, cotangent: Atom) -> Atom:
        """Give a temporary the name of the cotangent that it is."""
        if isinstance(cotangent, Var) and not cotangent.name and var.name and cotangent in self.b.definitions:
            cotangent.name = f"{var.name}_bar"
        return cotangent

    def plus(self, var: Var, a: Atom, b: Atom) -> Atom:
        """The sum of two cotangents of `var`; of two that one condition chooses, chosen once."""
        one, two = self.choice(a), self.choice(b)
        if one is not None and two is not None and one[1:] == two[1:]:
            return self.chosen(self.plus(var, one[0], two[0]), *one[1:])
        fn = operator.add if isinstance(self.types.get(var), (Scalar, Array)) else broadcasting.add
        total = self.b.call(fn, a, b)
        in_turn = one is not None and two is not None and one[1] is two[1]  # one where the other is not
        return self.handed_on(a, total) if self.has_zeros(b) and not in_turn else total

    def has_zeros(self, bar: Atom) -> bool:
        """Whether `np.where` has put zeros in a cotangent, or in what it was computed from."""
        made = self.b.definitions.get(bar) if isinstance(bar, Var) else None
        if made is not None and made.fn in (broadcasting.unbroadcast, SUM, operator.neg, np.ndarray.astype):
            return self.has_zeros(made.operands[0])
        return bar in self.zeroed or self.choice(bar) is not None

    def handed_on(self, bar: Atom, made: Atom) -> Atom:
        """What was computed from a cotangent: zeros that a choice has put in the one are in the other."""
        if isinstance(made, Var) and self.has_zeros(bar):
            self.zeroed.add(made)
        return made

    def choice(self, bar: Atom) -> tuple[Atom, Atom, bool] | None:
        """Of a cotangent that `np.where` has put zeros in: what it was before, the condition,
        and whether it is kept where that is true."""
        made = self.b.definition(bar, np.where)
        if made is None or len(made.operands) != 3:
            return None
        condition, taken, other = made.operands
        if isinstance(other, Const) and other.value == 0:
            return taken, condition, True
        return (other, condition, False) if isinstance(taken, Const) and taken.value == 0 else None

    def chosen(self, bar: Atom, condition: Atom, kept: bool) -> Atom:
        """A cotangent with zeros where a condition does not hold, or where it does."""
        return self.b.call(np.where, condition, *((bar, Const(0)) if kept else (Const(0), bar)))

    def zeros(self, var: Var) -> Atom:
        """A zero cotangent of `var`."""
        type_ = self.types.get(var)
        if isinstance(type_, Scalar):
            return Const(0j if is_complex(type_) else 0.0)
        if isinstance(type_, Array):
            return self.b.call(np.zeros_like, var)
        return self.b.call(broadcasting.zeros_like, var)

    def cotangent(self, var: Var) -> Atom:
        """The cotangent of `var` so far: zeros if nothing has contributed."""
        found = self.bars.get(var)
        return self.zeros(var) if found is None else found

    def final(self, var: Var) -> Atom:
        """The cotangent of an input, complete."""
        return self.named(var, self.cotangent(var))

    def take(self, var: Var) -> Atom:
        """The cotangent of a value that is complete, removed."""
        found = self.cotangent(var)
        self.bars.pop(var, None)
        return found

    def items_of(self, atom: Atom) -> Sequence[Atom] | None:
        """The items of a list or tuple display of the forward sweep."""
        made = self.displays.get(atom) if isinstance(atom, Var) else None
        return None if made is None else made.operands
