"""What a store makes of the object that it changes, through whatever name or view it is made.

A store through a view is a store into the object (`a[0][i] = v`), and one into an item of a
container makes a container with another item. An augmented store to an item that is an object
itself changes that.

relies on: places.  ensures: `update` gives the object its newest value.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from adcompile.analyses.infer import atom_type
from adcompile.analyses.items_apart import ItemsApart
from adcompile.analyses.places import SPLITS, Place, Step
from adcompile.inference.indexing import is_basic_index, is_mask
from adcompile.inference.registry import infer_call
from adcompile.ir.callables import IN_PLACE
from adcompile.ir.nodes import (
    Atom,
    Augmented,
    Call,
    Const,
    Through,
    Var,
    View,
)
from adcompile.ir.traverse import map_atoms
from adcompile.ir.types import UNKNOWN, Array, List, Passive, Scalar, Static, Tuple
from adcompile.runtime import checks, structures, updates
from adcompile.transforms.moved_items import MovedItems

ALL = Const(Ellipsis)
# `a[i] = v` where what stood at `i` becomes `v` itself: all that `a` holds may change.
ITEM_CHANGED = Through(updates.update, ())


class StoredObjects(MovedItems):
    """The newest values of objects, and the stores that make them."""

    def update(self, call: Call, place: Place) -> None:
        """A store: the object has a new value."""
        root, path = place.root, place.path
        fn, operands = call.fn, [self.read(a) for a in call.operands[1:]]
        if (move := self.moving(call)) is not None:
            self.move_items(move)
        if isinstance(fn, Augmented):
            self.augmented(call, fn.op, place, operands)
        elif fn in IN_PLACE and (path or root in self.function.inputs) and self.is_array(call.operands[0]):
            changed = self.compute(IN_PLACE[fn], [self.read(call.operands[0]), *operands], call.origin)
            self.store(call, place, updates.update, [ALL, changed])
        elif fn is updates.update and self.is_part(call.operands[2], call.operands[0], place, operands[0]):
            whole = self.read(call.operands[0])
            self.known[call.result] = whole, self.state(call.result)  # the object has it already
        elif not path:
            self.note_kind(root, (), fn, operands)
            self.emit(map_atoms(call, self.read, lambda b: b))
            self.newest[root] = call.result
            self.define(call.result)
        else:
            self.store(call, place, fn, operands)

    def augmented(self, call: Call, op: Any, place: Place, operands: list[Atom]) -> None:
        """`a[i] op= v`: an item that is an object is changed itself, else it is replaced."""
        base, (index, value, *before) = call.operands[0], operands
        item = infer_call(operator.getitem, [atom_type(self.types, base), atom_type(self.types, index)], {})
        if before and self.is_number(before[0]) and self.taken_from.get(before[0]) is not self.newest.get(place.root):
            # The element was read, and then the right side changed the object.
            changed = self.compute(IN_PLACE[op], [before[0], value], call.origin)
            self.store(call, place, updates.update, [index, changed])
        elif self.is_array(base):
            single = is_basic_index(atom_type(self.types, index)) or is_mask(atom_type(self.types, index))
            if op in (operator.iadd, operator.isub) and single:
                negated = value if op is operator.iadd else self.compute(operator.neg, [value], call.origin)
                self.store(call, place, updates.increment, [index, negated])
            else:
                self.replaced(call, op, place, index, value)
        elif isinstance(item, (Array, List)):
            step = Step(View(operator.getitem, 1), (index,))
            inner = Place(place.root, (*place.path, step))
            if isinstance(item, List):
                self.store(call, inner, updates.extend, [value])
            else:
                old = self.view(self.newest.get(place.root, place.root), inner.path, Var("", call.origin))
                self.store(call, inner, updates.update, [ALL, self.compute(IN_PLACE[op], [old, value], call.origin)])
        else:
            self.replaced(call, op, place, index, value)

    def replaced(self, call: Call, op: Any, place: Place, index: Atom, value: Atom) -> None:
        """`a[i] = a[i] op v`. What may be an object, though its type is not known, is changed itself:
        then no other name of it may be read later (`ITEM_CHANGED`)."""
        old = self.compute(operator.getitem, [self.read(call.operands[0]), index], call.origin)
        new = self.compute(IN_PLACE[op], [old, value], call.origin)
        whole_known = self.is_array(call.operands[0]) or isinstance(self.type_of(old), (Scalar, Static, Passive, Tuple))
        self.store(call, place, updates.update if whole_known else ITEM_CHANGED, [index, new])

    def store(self, call: Call, place: Place, fn: Any, operands: list[Atom]) -> None:
        """The object's new value after `fn(view, *operands)` on a view of it."""
        root, now = place.root, self.newest.get(place.root, place.root)
        of_item = bool(place.path) or fn is ITEM_CHANGED
        if of_item and not self.is_array(now) and not self.items_apart.are_apart(root):
            self.emit(Call((self.nothing(),), checks.require_items_apart, (now,), origin=call.origin))
        holders: list[tuple[Atom, Atom]] = []  # the containers on the way, and where in each
        path, part = list(place.path), now
        while path and not self.is_array(part):
            key = self.read(path.pop(0).atoms[0])
            holders.append((part, key))
            part = self.compute(operator.getitem, [part, key], call.origin)
        if holders and isinstance(part, Var) and isinstance(call.operands[0], Var):
            part.name = call.operands[0].name
        changed: Atom = self.changed(part, path, fn, operands, call, is_item=bool(holders))
        self.note_kind(root, holders, fn, operands)
        for holder, key in reversed(holders):
            changed = self.held(holder, key, changed, call)
        assert isinstance(changed, Var)
        changed.name = root.name
        self.newest[root] = changed

    @cached_property
    def items_apart(self) -> ItemsApart:
        """What is known of the containers' items, before any store is followed."""
        return ItemsApart(self.function.body, self.types)

    def changed(
        self, whole: Atom, path: Sequence[Step], fn: Any, operands: list[Atom], call: Call, is_item: bool
    ) -> Atom:
        """What an array, or an item of a container, is after a store through views of it."""
        if fn is updates.update and operands[0] is ALL:
            of_list = len(path) > 1 and path[-2].view.fn in SPLITS
            if path and path[-1].view.fn is operator.getitem and not of_list:
                operands, path = [self.read(path[-1].atoms[0]), operands[1]], path[:-1]
            elif not path and is_item:
                if atom_type(self.types, whole) == atom_type(self.types, operands[1]) != UNKNOWN:
                    return self.compute(updates.become, [whole, operands[1]], call.origin)
        steps = [self.read(a) for step in path for a in step.atoms]
        callee = Through(getattr(fn, "fn", fn), tuple(step.view for step in path)) if path else fn
        return self.compute(callee, [whole, *steps, *operands], call.origin)

    def held(self, holder: Atom, key: Atom, item: Atom, call: Call) -> Atom:
        """A container with another item."""
        type_ = atom_type(self.types, holder)
        if not isinstance(type_, Tuple):
            return self.compute(updates.update, [holder, key, item], call.origin)
        assert isinstance(key, Const)
        items: list[Atom] = [
            self.compute(operator.getitem, [holder, Const(i)], call.origin) for i in range(len(type_.items))
        ]
        items[key.value] = item
        return self.compute(structures.make_tuple, items, call.origin)

    def note_kind(self, root: Var, holders: Sequence[Any], fn: Any, operands: Sequence[Atom]) -> None:
        """Whether a container of the caller's has an item replaced, or an item changed itself."""
        if self.is_array(root):
            return
        if holders or fn is updates.write_back_items:
            self.kinds.setdefault(root, set()).add("changed")
        elif fn is not updates.update or not isinstance(atom_type(self.types, operands[1]), Scalar):
            self.kinds.setdefault(root, set()).add("replaced")
