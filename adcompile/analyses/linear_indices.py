"""Counters, bounds and subscripts as linear forms.

A form is a sum of sizes of the inputs, counters of loops, and other ints that nothing more is
known of. The domain of some loops is what holds of their counters in every trip.

relies on: infer.  ensures: each form and each inequality is true in every trip that is made.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from adcompile.analyses.inequalities import Form, added, constant, has_no_solution
from adcompile.analyses.infer import Types, atom_type
from adcompile.analyses.scopes import Scopes
from adcompile.ir.dims import Affine, Dim, Symbol
from adcompile.ir.nodes import Atom, Call, Const, For, Loop, Range, Var
from adcompile.ir.types import Scalar, kind_of
from adcompile.runtime.structures import make_tuple

Axis = tuple[Form | None, Form | None]  # the first and the last position; None: not known
ANYWHERE: Axis = (None, None)
COMPARISONS = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class LinearIndices:
    """Forms of the ints of a function. `sizes` are the symbols of its inputs: they do not change."""

    def __init__(self, types: Types, scopes: Scopes, sizes: set[Symbol]) -> None:
        self.types = types
        self.scopes = scopes
        self.sizes = sizes
        self._domains: dict[tuple[Loop, ...], list[Form]] = {}

    def form(self, atom: Atom) -> Form | None:
        """An int as a form; None if it is no int."""
        type_ = atom_type(self.types, atom)
        if not isinstance(type_, Scalar) or kind_of(type_.dtype) != "int":
            return None
        if type_.value is not None and (known := self.dim(type_.value)) is not None:
            return known
        assert isinstance(atom, Var)
        if (counted := self._from_counter(atom)) is not None:
            return counted
        call = self.scopes.calls.get(atom)
        computed = self._computed(call) if call is not None and type_.dtype == "int" else None
        return {None: 0, atom: 1} if computed is None else computed

    def _from_counter(self, atom: Var) -> Form | None:
        """The number of a trip of a loop over a range, by the loop's counter."""
        loop = self.scopes.of[atom].owner
        if not isinstance(loop, For) or loop.index is not atom:
            return None
        for item, source in zip(loop.items, loop.sources, strict=True):
            if isinstance(source, Range) and isinstance(source.step, Const) and source.step.value == 1:
                start = self.form(source.start)
                return None if start is None else added({None: 0, item: 1}, start, -1)
        return None

    def dim(self, dim: Dim) -> Form | None:
        """A size as a form, if it is the same throughout the function."""
        if isinstance(dim, Affine):
            same = all(s in self.sizes for s, _ in dim.terms)
            return {None: dim.const, **dict(dim.terms)} if same else None
        return constant(dim) if type(dim) is int else None

    def condition(self, atom: Atom, holds: bool) -> list[list[Form]]:
        """What is at least 0 where a comparison of ints holds, or does not hold: one of several."""
        call = self.scopes.calls.get(atom) if isinstance(atom, Var) else None
        if call is not None and call.fn is operator.not_:
            return self.condition(call.operands[0], not holds)
        if call is None or call.fn not in COMPARISONS:
            return [[]]
        fn = COMPARISONS[call.fn] if holds else NEGATED[COMPARISONS[call.fn]]
        a, b = self.form(call.operands[0]), self.form(call.operands[1])
        if a is None or b is None:
            return [[]]
        above, below = added(b, a, -1), added(a, b, -1)
        if fn == "==":
            return [[above, below]]
        if fn == "!=":
            return [[added(above, constant(-1))], [added(below, constant(-1))]]
        between = below if fn in (">", ">=") else above
        return [[added(between, constant(-1)) if fn in ("<", ">") else between]]

    def _computed(self, call: Call) -> Form | None:
        """A sum, a difference, or a product with a number."""
        if call.fn not in (operator.add, operator.sub, operator.mul, operator.neg):
            return None
        a, b = self.form(call.operands[0]), self.form(call.operands[-1])
        if a is None or b is None:
            return None
        if call.fn is operator.add:
            return added(a, b)
        if call.fn is operator.sub:
            return added(a, b, -1)
        if call.fn is operator.neg:
            return added(constant(0), a, -1)
        if call.fn is operator.mul and set(a) == {None}:
            return added(constant(0), b, a[None])
        if call.fn is operator.mul and set(b) == {None}:
            return added(constant(0), a, b[None])
        return None

    # ---------------------------------------------------------------------------------- loops

    def domain(self, loops: tuple[Loop, ...]) -> list[Form]:
        """What is at least 0 in every trip of some loops, each inside the one before."""
        if loops not in self._domains:
            found: list[Form] = []
            for loop in loops:
                if isinstance(loop, For):
                    for item, source in zip(loop.items, loop.sources, strict=True):
                        if isinstance(source, Range):
                            found += self._bounds(item, source)
            self._domains[loops] = found
        return self._domains[loops]

    def _bounds(self, item: Var, source: Range) -> list[Form]:
        step = source.step.value if isinstance(source.step, Const) else 0
        start, stop = self.form(source.start), self.form(source.stop)
        counter: Form = {None: 0, item: 1}
        found = []
        if start is not None and step:
            found.append(added(counter, start, -1) if step > 0 else added(start, counter, -1))
        if stop is not None and step:
            beyond = added(stop, counter, -1) if step > 0 else added(counter, stop, -1)
            found.append(added(beyond, constant(-1)))
        return found

    def rising(self, loop: Loop) -> list[Form]:
        """What is larger in each trip of a loop than in those before."""
        found: list[Form] = []
        if isinstance(loop, For):
            for item, source in zip(loop.items, loop.sources, strict=True):
                step = source.step.value if isinstance(source, Range) and isinstance(source.step, Const) else 0
                if step:
                    found.append({None: 0, item: 1 if step > 0 else -1})
            if not found and loop.index is not None:
                found.append({None: 0, loop.index: 1})
        return found

    # ------------------------------------------------------------------------------ subscripts

    def axes(self, index: Atom, shape: Sequence[Dim], domain: Sequence[Form]) -> list[Axis]:
        """The positions that a subscript names, axis by axis; none where it is of another kind.
        `domain` is at least 0 there."""
        parts = self._parts(index)
        found: list[Axis] = []
        for part, size in zip(parts, shape, strict=False):
            if isinstance(part, Const) and part.value is Ellipsis and part is parts[-1]:
                break
            axis = self._axis(part, self.dim(size), domain)
            if axis is None:
                return []
            found.append(axis)
        return found

    def _parts(self, index: Atom) -> Sequence[Atom]:
        if isinstance(index, Const):
            return [Const(v) for v in index.value] if isinstance(index.value, tuple) else [index]
        call = self.scopes.calls.get(index)
        return call.operands if call is not None and call.fn is make_tuple else [index]

    def _axis(self, part: Atom, size: Form | None, domain: Sequence[Form]) -> Axis | None:
        """The positions that one part of a subscript names; None if it is no number and no slice."""
        at = self.form(part)
        if at is not None:
            found = self._from_start(at, size, domain)
            return found, found
        bounds = self._slice(part)
        if bounds is None:
            return None
        start, stop, step = bounds
        if not (isinstance(step, Const) and (step.value is None or step.value > 0)):
            return ANYWHERE
        first, beyond = self.form(start), self.form(stop)
        low = constant(0) if first is None else self._from_start(first, size, domain)
        high = size if beyond is None else self._from_start(beyond, size, domain)
        plain = [isinstance(a, Const) or f is not None for a, f in ((start, first), (stop, beyond))]
        return low if plain[0] else None, added(high, constant(-1)) if high is not None and plain[1] else None

    def _slice(self, part: Atom) -> tuple[Atom, Atom, Atom] | None:
        if isinstance(part, Const):
            s = part.value
            return (Const(s.start), Const(s.stop), Const(s.step)) if isinstance(s, slice) else None
        call = self.scopes.calls.get(part)
        if call is None or call.fn is not slice:
            return None
        given = call.operands
        if len(given) == 1:
            return Const(None), given[0], Const(None)
        return given[0], given[1], given[2] if len(given) > 2 else Const(None)

    def _from_start(self, form: Form, size: Form | None, domain: Sequence[Form]) -> Form | None:
        """A subscript as a position from the start of an axis; None if its sign is not known."""
        sizes = {s for f in (*domain, form) for s in f if isinstance(s, Symbol)}
        domain = [*domain, *({None: -s.least, s: 1} for s in sizes)]
        if has_no_solution([*domain, added(constant(-1), form, -1)]):
            return form
        if size is not None and has_no_solution([*domain, form]):
            return added(form, size)
        return None


__all__ = ["Axis", "LinearIndices"]
