"""Items of containers that change places: what was taken from a container stays what it is.

A value that was read from a list or dict stands for a part of that, `items[0]`, until the item
is replaced, or the list changes so that others may stand there.

relies on: places.  ensures: a value in `moved` is read as it was taken.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.places import Place, Step, same_place
from adcompile.inference.registry import infer_call
from adcompile.ir.nodes import (
    Atom,
    Augmented,
    Call,
    Const,
    Stmt,
    Var,
    View,
)
from adcompile.ir.traverse import blocks_of, walk
from adcompile.ir.types import Array, List, Scalar
from adcompile.runtime import updates
from adcompile.transforms.newest_values import NewestValues


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a container after which items may stand elsewhere: the one at `index`, or all;
    where items were put `behind` the others, those that are counted from the end."""

    container: Place
    index: Atom | None = None
    behind: bool = False


class MovedItems(NewestValues):
    """The newest values of objects, and the items that do not stand where they were taken."""

    def moving(self, call: Call) -> Move | None:
        """How an update of a container makes its items stand elsewhere, or no longer in it."""
        place = self.places.place(call.operands[0])
        if place is None or self.is_array(call.operands[0]):
            return None
        fn: Any = call.fn
        if fn is updates.write_back_items:
            return None  # the objects in it change themselves
        if fn is updates.update or isinstance(fn, Augmented):
            index = call.operands[1]
            if isinstance(fn, Augmented):
                item = infer_call(operator.getitem, [self.type_of(call.operands[0]), self.type_of(index)], {})
                if isinstance(item, (Scalar, Array, List)):
                    return None  # a number is nothing that has a place, and the others change themselves
            elif call.operands[2] not in self.moved and self.is_part(call.operands[2], call.operands[0], place, index):
                return None
            return Move(place, index)
        return Move(place, behind=fn in (updates.append, updates.extend, operator.iadd))

    def move_items(self, move: Move) -> None:
        """Items of a container are about to change places: what was taken stays what it is."""
        for var in list(self.known):
            place = self.places.place(var)
            if place is not None and var not in self.moved and self.is_moved(place, move):
                self.known[var] = self.read(var), ()
                self.moved.add(var)

    def is_moved(self, place: Place, move: Move) -> bool:
        """Whether something at a place may stand elsewhere after a change of its container."""
        depth = len(move.container.path)
        if place.root is not move.container.root or len(place.path) <= depth:
            return False
        step = place.path[depth]
        mine = step.atoms[0] if step.view.fn is operator.getitem else None
        counted = isinstance(mine, Const) and type(mine.value) is int and mine.value >= 0
        if move.behind:
            return not (counted or mine in self.places.positions.values())
        if not (isinstance(mine, Const) and isinstance(move.index, Const)):
            return True
        named = isinstance(mine.value, str) and isinstance(move.index.value, str)
        both = counted and type(move.index.value) is int and move.index.value >= 0
        return mine.value == move.index.value or not (named or both)

    def moves_in(self, stmt: Stmt) -> list[Move]:
        """The changes of places in the blocks of a statement."""
        calls = [s for b in blocks_of(stmt) for s in walk(b) if isinstance(s, Call) and self.places.is_update(s)]
        return [move for move in map(self.moving, calls) if move is not None]

    def is_part(self, value: Atom, whole: Atom, place: Place, index: Atom) -> bool:
        """Whether a value is what stands at an index already: `a[i] = a[i]`."""
        mine = self.places.place(value) if value not in self.moved else None
        display = self.displays.get(whole) if isinstance(whole, Var) else None
        if display is not None and isinstance(index, Const) and type(index.value) is int:
            item = self.places.place(display.operands[index.value])
            return mine is not None and item is not None and same_place(mine, item)
        part = Place(place.root, (*place.path, Step(View(operator.getitem, 1), (index,))))
        return mine is not None and same_place(mine, part)
