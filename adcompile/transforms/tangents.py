"""The tangents of the values so far, and the builder of the statements that compute them.

The tangent of a value has its structure and shape, and floats for its numbers. What does not
move has none; zeros are written only where they are read.

relies on: infer, activity.  ensures: `dots` holds the tangents of the statements so far.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.errors import DiagnosticList
from adcompile.inference.elementwise import shape_of
from adcompile.inference.tangents import tangent_type
from adcompile.ir.nodes import NONE, UNDEF, UNDEFINED, Atom, Call, Const, Star, Var
from adcompile.ir.types import UNKNOWN, Array, Dict, Scalar, Tuple, Type, is_complex, kind_of, may_carry_derivative
from adcompile.runtime import broadcasting, tangents
from adcompile.runtime.structures import make_dict, make_list, make_tuple
from adcompile.transforms.algebra import AdjointBuilder
from adcompile.transforms.sweep import Sweep

DISPLAYS = (make_list, make_tuple)
ZEROS = (np.zeros, np.zeros_like, broadcasting.zeros_like)


class Tangents(Sweep):
    """Tangents by value. `makers` are the calls of the program that make lists and tuples of known
    items, and zeros."""

    suffix = "dot"  # of the names of tangents

    def __init__(self, types: Types, active: frozenset[Var], found: DiagnosticList, makers: Mapping[Var, Call]) -> None:
        super().__init__(types, found, AdjointBuilder(types, "tangent", lists=True))
        self.active = active
        self.makers = makers
        self.unbound: set[Var] = set()  # the values that are not there on some paths
        self.zero_dots: dict[Var, Atom] = {}  # for these, zeros that were made where the value was
        self.dots: dict[Var, Atom] = {}

    def is_active(self, atom: Atom | Star) -> bool:
        """Whether an atom has a tangent."""
        return isinstance(atom, Var) and atom in self.dots

    def new(self, var: Var) -> Var:
        """A new value for the tangent of `var`, with its name and type."""
        known = tangent_type(self.types[var]) if var in self.types else self.b.type_of(NONE)
        return self.b.new(f"{var.name}_{self.suffix}" if var.name else "", known)

    def give(self, var: Var, tangent: Atom | None) -> None:
        """Let `var` have a tangent, if anything reads it; a temporary takes its name."""
        if tangent is not None and var not in self.active and var in self.unbound:
            self.zero_dots[var] = tangent
        if tangent is None or var not in self.active:
            return
        if isinstance(tangent, Var) and not tangent.name and var.name and tangent in self.b.definitions:
            tangent.name = f"{var.name}_{self.suffix}"
        self.dots[var] = tangent

    def takes_tangent(self, var: Var) -> bool:
        """Whether a value that is handed on has its tangent handed on: it is active, or its zeros
        cannot be made later, as it may not be there then."""
        if var in self.active:
            return True
        type_ = self.types.get(var)
        return var in self.unbound and not isinstance(type_, Scalar) and may_carry_derivative(type_ or UNKNOWN)

    def dot(self, atom: Atom) -> Atom:
        """The tangent of an atom: zeros if it has none."""
        found = self.dots.get(atom) if isinstance(atom, Var) else None
        return self.zeros(atom) if found is None else found

    def zeros(self, atom: Atom) -> Atom:
        """The tangent of what does not move."""
        if isinstance(atom, Const):
            if isinstance(atom.value, tuple):
                return Const(tangents.zero_tangent(atom.value))
            if isinstance(atom.value, complex):
                return Const(0j)
            is_number = isinstance(atom.value, (bool, int, float))
            return Const(0.0) if is_number else UNDEF if atom.value is UNDEFINED else NONE
        type_ = self.types.get(atom)
        if isinstance(type_, Scalar):
            return Const(0j if is_complex(type_) else 0.0)
        if atom in self.zero_dots:
            return self.zero_dots[atom]
        maker = self.makers.get(atom)
        if maker is not None and maker.fn in DISPLAYS:
            return self.b.call(maker.fn, *map(self.zeros, maker.operands))
        if maker is not None and not maker.kwargs and len(maker.args) == 1:
            return self.b.make(maker.fn, maker.args)
        if isinstance(type_, Array):
            if kind_of(type_.dtype) in ("float", "complex"):
                return self.b.call(np.zeros_like, atom)
            return self.b.call(np.zeros, self.b.call(np.shape, atom)) if type_.dtype != "?" else self._at_run_time(atom)
        if isinstance(type_, Tuple):
            items = [self.zeros(self.b.call(operator.getitem, atom, Const(i))) for i in range(len(type_.items))]
            return self.b.call(make_tuple, *items)
        if isinstance(type_, Dict):
            pairs = [(Const(k), self.zeros(self.b.call(operator.getitem, atom, Const(k)))) for k, _ in type_.items]
            return self.b.make(make_dict, [part for pair in pairs for part in pair])
        return self._at_run_time(atom)

    def _at_run_time(self, atom: Atom) -> Atom:
        return self.b.call(tangents.zero_tangent, atom)

    def total(self, terms: Sequence[Atom], of: Type = UNKNOWN) -> Atom | None:
        """The sum of some terms; None of none. Those of a tuple are added item by item."""
        made: Atom | None = None
        for term in terms:
            if made is not None and isinstance(of, Tuple):
                made = self.sum_of_tuples(made, term)
            else:
                made = term if made is None else self.b.call(operator.add, made, term)
        return made

    def sum_of_tuples(self, one: Atom, other: Atom) -> Atom:
        """The sum of two tuples of tangents, which have None for what carries none."""
        displays = self.b.definition(one, make_tuple), self.b.definition(other, make_tuple)
        if displays[0] is None or displays[1] is None:
            return self.b.call(broadcasting.add, one, other)
        pairs = zip(displays[0].operands, displays[1].operands, strict=True)
        sums = [NONE if any(map(_is_none, pair)) else self.b.call(operator.add, *pair) for pair in pairs]
        return self.b.call(make_tuple, *sums)

    def spread(self, tangent: Atom, result: Var) -> Atom:
        """A tangent that was computed from some operands alone, in the shape and dtype of the result."""
        have, want = shape_of(self.b.type_of(tangent)), shape_of(self.b.type_of(result))
        if have is None or want is None:
            return self.b.call(tangents.spread, tangent, result)
        if have != want:
            tangent = self.b.call(np.broadcast_to, tangent, self.b.call(np.shape, result))
        return self.b.match_dtype(tangent, result)


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None
