"""Reverse a store through views: the cotangent is read, and cleared, through the same views.

Views of `a` are views of `a_bar`: `a.T[i] = v` reverses to `v_bar += a_bar.T[i]; a_bar.T[i] = 0`.
What `a` was may differ from what `a_bar` is in one thing, the order of its memory: where the
view of `a` depends on that (reshape, ravel), the cotangent is reached in a way that does not.

relies on: follow_stores.  ensures: the cotangents of the object and of the stored value.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.analyses.places import is_view_or_copy
from adcompile.ir.callables import FLAT, canonical
from adcompile.ir.nodes import Atom, Call, Const, Through, View
from adcompile.ir.types import Array
from adcompile.runtime import broadcasting, updates
from adcompile.transforms.build import Builder
from adcompile.transforms.cotangents import Cotangents
from adcompile.transforms.reverse_updates import give_stored

FLATTENED = View(FLAT, 0)


@dataclass(frozen=True, slots=True)
class Views:
    """The views through which something of `whole` is reached."""

    b: Builder
    steps: tuple[tuple[View, tuple[Atom, ...]], ...]

    def read(self, whole: Atom) -> Atom:
        """The last view."""
        for view, operands in self.steps:
            args, kwargs = view.split(operands)
            whole = self.b.call(view.fn, whole, *args, kwargs=kwargs)
        return whole

    def store(self, fn: Any, whole: Atom, operands: Sequence[Atom]) -> Atom:
        """`whole`, with `fn(view, *operands)` for the last view."""
        if not self.steps:
            return self.b.call(fn, whole, *operands)
        uncertain = next((i for i, (view, _) in enumerate(self.steps) if is_view_or_copy(view.fn)), None)
        if uncertain is None:
            flat = [a for _, atoms in self.steps for a in atoms]
            return self.b.call(Through(fn, tuple(view for view, _ in self.steps)), whole, *flat, *operands)
        outer = Views(self.b, self.steps[:uncertain])
        inner = Views(self.b, self.steps[uncertain + 1 :])
        before = outer.read(whole)
        view, atoms = self.steps[uncertain]
        args, kwargs = view.split(atoms)
        changed = inner.store(fn, self.b.call(view.fn, before, *args, kwargs=kwargs), operands)
        back = self.b.call(np.reshape, changed, self.b.call(np.shape, before))
        return outer.store(updates.update, whole, (Const(Ellipsis), back)) if outer.steps else back


def store_through(sweep: Cotangents, call: Call, bar: Atom) -> None:
    """Reverse `fn` through views of the call's first argument."""
    assert isinstance(call.fn, Through)
    whole, steps, rest = call.fn.parts(call.operands)
    b = sweep.b
    views = Views(b, tuple(in_any_order(steps)))
    fn = call.fn.fn
    if fn is updates.append:
        if sweep.is_active(rest[0]):
            sweep.accumulate(rest[0], b.call(operator.getitem, views.read(bar), Const(-1)))
        sweep.accumulate(whole, views.store(updates.without_last, bar, ()))
        return
    index, value = rest
    if sweep.is_active(value):
        part = views.read(bar)
        if any(canonical(view.fn) is np.imag for view, _ in steps):
            part = b.call(operator.neg, part)  # it was multiplied by 1j, and so is what it is paired with
        give_stored(sweep, fn, b.type_of(part), part, index, value)
    if sweep.is_active(whole):
        if fn is updates.update:
            bar = views.store(fn, bar, (index, _nothing(b, steps, whole, value)))
        sweep.accumulate(whole, bar)


def _nothing(b: Builder, steps: Sequence[tuple[View, tuple[Atom, ...]]], whole: Atom, value: Atom) -> Atom:
    """The cotangent of what a store has overwritten: 0 in an array, zeros in a container."""
    view: Atom = Views(b, tuple(steps)).read(whole) if not isinstance(b.type_of(whole), Array) else whole
    if isinstance(b.type_of(view), Array) or isinstance(value, Const):
        return Const(0.0)
    return b.call(broadcasting.zeros_like, value)


def in_any_order(steps: Sequence[tuple[View, tuple[Atom, ...]]]) -> list[tuple[View, tuple[Atom, ...]]]:
    """The views with `.flat` for a last one that makes the array flat: it needs no order of memory."""
    if not steps:
        return []
    view, atoms = steps[-1]
    is_flat = is_view_or_copy(view.fn) and all(isinstance(a, Const) and a.value in (-1, (-1,)) for a in atoms)
    return [*steps[:-1], (FLATTENED, ())] if is_flat else list(steps)
