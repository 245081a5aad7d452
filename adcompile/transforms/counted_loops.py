"""Loops over the elements of what they change: they count, and take each element as it is then.

relies on: places.  ensures: a loop over an object that it changes runs over its positions.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace

from adcompile.analyses.places import Place, is_counter
from adcompile.ir.nodes import (
    Call,
    Const,
    Each,
    For,
    Range,
    Source,
    Through,
    Var,
)
from adcompile.ir.traverse import map_source, walk
from adcompile.ir.types import INT, UNKNOWN, Array, Scalar, Unknown
from adcompile.runtime import updates
from adcompile.transforms.newest_values import NewestValues


class CountedLoops(NewestValues):
    """The newest values of objects, and the loops that run over the positions of one."""

    def sources(self, loop: For, new: For, objects: Sequence[Var]) -> For:
        """A loop over the elements of what it changes counts them instead, and takes each from
        the object as it is then."""
        made: dict[Var, Source] = {}
        for item, source in zip(loop.items, loop.sources, strict=True):
            position = self.places.positions.get(item)
            whole = self.places.place(source.sequence) if isinstance(source, Each) else None
            counts = position and whole and whole.root in objects and self.keeps_length(loop, whole)
            if counts and not self.stays(source.sequence):  # type: ignore[union-attr]
                assert isinstance(source, Each) and position is not None
                self.types[position] = INT
                shorter = position in made and not is_counter(made[position])
                made[Var("", loop.origin) if shorter else position] = self.counting(source, loop)
            else:
                if position and whole and whole.root in objects:
                    self.moved.add(item)  # it is not found again by its position
                    self.uncounted.add(position)
                made[item] = map_source(source, self.read)
        self.types.update((v, INT) for v in made if v not in self.types)
        return replace(new, sources=tuple(made.values()), items=tuple(made))

    def take_items(self, loop: For, new: For) -> list[Call]:
        """At the start of a trip: the items that are numbers, or may be, taken from what is counted."""
        taken: list[Call] = []
        for item, source in zip(loop.items, loop.sources, strict=True):
            if item in new.items:
                self.define(item)
            elif self.places.place(item) is None or isinstance(self.types.get(item, UNKNOWN), Unknown):
                assert isinstance(source, Each)
                position = self.places.positions[item]
                taken.append(Call((item,), operator.getitem, (source.sequence, position), origin=loop.origin))
        return taken

    def counting(self, source: Each, loop: For) -> Range:
        """The positions of a sequence, in the order of the loop."""
        length = Var("n", loop.origin)
        self.types[length] = INT
        self.emit(Call((length,), len, (self.read(source.sequence),), origin=loop.origin))
        if not source.backwards:
            return Range(Const(0), length, Const(1))
        last = Var("", loop.origin)
        self.types[last] = INT
        self.emit(Call((last,), operator.sub, (length, Const(1)), origin=loop.origin))
        return Range(last, Const(-1), Const(-1))

    def keeps_length(self, loop: For, item: Place) -> bool:
        """Whether a loop changes no length of what it runs over."""
        for stmt in walk(loop.body):
            fn = stmt.fn if isinstance(stmt, Call) and self.places.is_update(stmt) else None
            if isinstance(fn, Through):
                fn = fn.fn
            assert fn is None or isinstance(stmt, Call)
            of_slice = fn is updates.update and not isinstance(self.type_of(stmt.operands[1]), Scalar)  # type: ignore[union-attr]
            if of_slice or fn in (updates.append, updates.extend, updates.without_last, operator.iadd):
                assert isinstance(stmt, Call)
                place = self.places.place(stmt.operands[0])
                if place is not None and place.root is item.root and not isinstance(
                    self.types.get(stmt.result), Array
                ):
                    return False
        return True
