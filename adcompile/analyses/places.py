"""Where each value that has memory stands: which object it is, or which view of which object.

Two names for one array are one object; `a[1:3]`, `a.T`, `row` in `for row in a` are views of
`a`, reached by a path of calls that copy nothing. A value whose object differs from path to
path (the result of a branch, a buffer that a loop swaps) is an object of its own here; that
nothing else sees it is for `check_mutation` to show.

relies on: lowered IR, types, plain calls.  ensures: values with the same place have the same memory.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import FLAT, IN_PLACE, UPDATES, canonical
from adcompile.ir.nodes import (
    NONE,
    Atom,
    Augmented,
    Block,
    Call,
    Const,
    Each,
    For,
    If,
    Loop,
    Method,
    Range,
    ReverseBlock,
    Source,
    Star,
    Stmt,
    Syntax,
    Through,
    Var,
    View,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import defined_in, walk
from adcompile.ir.types import Array, Dict, List, Never, Scalar, Static, Tuple, Type, kind_of
from adcompile.runtime import structures
from adcompile.runtime.markers import detach

# Calls whose result is a view of their first argument, whatever its memory looks like.
VIEWS = frozenset(
    [
        np.transpose,
        np.swapaxes,
        np.moveaxis,
        np.rollaxis,
        np.permute_dims,
        np.matrix_transpose,
        np.expand_dims,
        np.squeeze,
        np.diagonal,
        np.flip,
        np.fliplr,
        np.flipud,
        np.rot90,
        np.real,
        np.imag,
        np.broadcast_to,
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
    ]
)
# Calls that cut an array into views of it, and give a list of them.
SPLITS = frozenset([np.split, np.array_split])
# Calls that hand on an array as it is, if it has the dtype that is asked for.
SAME: tuple[Any, ...] = (np.asarray, np.asanyarray)
# Calls whose result is a view where the memory is in order, and a copy elsewhere.
VIEWS_OR_COPIES = frozenset([np.reshape, np.ravel])


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a path: `view.fn(viewed, *atoms)`."""

    view: View
    atoms: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A view of an object: the first value of the object, and the path to the view."""

    root: Var
    path: tuple[Step, ...] = ()


class Places:
    """The place of each value that is known to be, or to view, a certain object."""

    def __init__(self, body: Block, types: Types) -> None:
        self.types = types
        self.of: dict[Var, Place] = {}
        self.displays: dict[Var, Call] = {}  # tuples whose items are known
        self.positions: dict[Var, Var] = {}  # of what a loop runs over, by the loop's item
        self._apart: set[Var] = set()  # values that come from several objects
        self._changed_lists: set[Var] = set()  # of views: they hold others than those that were cut
        settled = -1
        while settled != len(self._apart) + len(self._changed_lists):
            settled = len(self._apart) + len(self._changed_lists)
            self.of = {}
            self._block(body)
            self._changed_lists.update(v for stmt in walk(body) for v in self._changed_list(stmt))

    def _changed_list(self, stmt: Stmt) -> Iterator[Var]:
        """The lists of views that `np.split` and kin gave, if a statement changes the list itself."""
        place = self.place(stmt.operands[0]) if isinstance(stmt, Call) and self.is_update(stmt) else None
        if place is not None and place.path and place.path[-1].view.fn in SPLITS:
            yield from (v for v, other in self.of.items() if same_place(other, place))

    # ---------------------------------------------------------------------------- statements

    def _block(self, block: Block) -> None:
        for stmt in block.stmts:
            self._stmt(stmt)

    def _stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            if stmt.fn is structures.make_tuple and not any(isinstance(a, Star) for a in stmt.args):
                self.displays[stmt.result] = stmt
            for i, result in enumerate(stmt.results):
                self.of[result] = self._of_call(stmt, i) or Place(result)
        elif isinstance(stmt, If):
            self._block(stmt.then)
            self._block(stmt.orelse)
            for i, result in enumerate(stmt.results):
                self._merge(result, [stmt.then.yields[i], stmt.orelse.yields[i]])
        elif isinstance(stmt, (For, While)):
            self._loop(stmt)
        elif isinstance(stmt, With):
            self._block(stmt.body)
            inner = defined_in(stmt.body)
            for result, atom in zip(stmt.results, stmt.body.yields, strict=True):
                self._merge(result, [atom])
                place = self.of[result]
                if place.root in inner or any(a in inner for step in place.path for a in step.atoms):
                    self.of[result] = Place(result)
        else:
            self.of.update((v, Place(v)) for _, v in stmt.writes)

    def _loop(self, loop: Loop) -> None:
        for param, init in zip(loop.params, loop.inits, strict=True):
            self._merge(param, [init])
        if isinstance(loop, For):
            counter = next((i for i, s in zip(loop.items, loop.sources, strict=True) if is_counter(s)), None)
            for item, source in zip(loop.items, loop.sources, strict=True):
                self.of[item] = self._item(item, source, counter)
        else:
            self._block(loop.head)
        self._block(loop.body)
        for param, result, init, after in zip(loop.params, loop.results, loop.inits, loop.body.yields, strict=True):
            if not self._same(param, after):
                self._apart.add(param)
            self._merge(result, [init, after])

    def _item(self, item: Var, source: Source, counter: Var | None) -> Place:
        """The place of what a loop runs over: `a[k]`, where `enumerate` may count the `k`."""
        whole = self.place(source.sequence) if isinstance(source, Each) else None
        if whole is None or not isinstance(atom_type(self.types, source.sequence), (Array, List)):  # type: ignore[union-attr]
            return Place(item)
        if counter is None or source.backwards:  # type: ignore[union-attr]
            counter = Var("k", item.origin)
        position = self.positions.setdefault(item, counter)
        if not self._has_memory(item):
            return Place(item)
        return Place(whole.root, (*whole.path, Step(View(operator.getitem, 1), (position,))))

    def _merge(self, result: Var, atoms: Sequence[Atom]) -> None:
        """The place of a value that is one of several."""
        first = self.place(atoms[0])
        if result in self._apart or first is None or not all(self._same(atoms[0], a) for a in atoms[1:]):
            self.of[result] = Place(result)
        else:
            self.of[result] = first

    # --------------------------------------------------------------------------------- calls

    def _of_call(self, call: Call, number: int) -> Place | None:
        """The place of a call's result, where it is not an object of its own."""
        fn: Any = call.fn
        if isinstance(fn, Syntax) or any(isinstance(a, Star) for a in call.args) or not call.args:
            return None
        display = self.displays.get(call.operands[0]) if isinstance(call.operands[0], Var) else None
        if display is not None and (item := self._of_display(display, call, number)) is not None:
            return self.place(item)
        whole = self.place(call.operands[0])
        if whole is None:
            return None
        if isinstance(fn, Through) or self.is_update(call) or fn is detach or isinstance(fn, ReverseBlock):
            return whole
        if fn is structures.unpack:
            return self._part(whole, call, View(operator.getitem, 1), (Const(number),))
        if whole.path and whole.path[-1].view.fn == FLAT:
            return None  # the parts of `a.flat` are copies, and an array of it is no iterator
        if self._is_same(call):
            return whole
        step = self._view(call)
        return None if step is None else self._part(whole, call, step.view, step.atoms)

    def _is_same(self, call: Call) -> bool:
        """Whether a call hands on its argument: `np.asarray(a)`, with the dtype that `a` has or none."""
        if canonical(call.fn) not in SAME or len(call.operands) > 2 or not set(dict(call.kwargs)) <= {"dtype"}:
            return False
        given, made = atom_type(self.types, call.operands[0]), self.types.get(call.result)
        return isinstance(given, Array) and given == made and given.dtype != "?"

    @staticmethod
    def _of_display(display: Call, call: Call, number: int) -> Atom | None:
        """The item of a tuple display that a call takes."""
        if call.fn is structures.unpack:
            return display.operands[number]
        index = call.operands[1] if call.fn is operator.getitem else None
        if isinstance(index, Const) and type(index.value) is int:
            return display.operands[index.value]
        return None

    def _part(self, whole: Place, call: Call, view: View, atoms: tuple[Atom, ...]) -> Place | None:
        if not any(self._has_memory(r) for r in call.results):
            return None
        return Place(whole.root, (*whole.path, Step(view, atoms)))

    def _view(self, call: Call) -> Step | None:
        """The step that a call is, if its result is certainly a view of its first argument, or
        what that holds."""
        fn: Any = call.fn
        viewed = atom_type(self.types, call.operands[0])
        if fn is operator.getitem:
            if not self._takes_part(viewed, atom_type(self.types, call.operands[1])):
                return None
        else:
            plain = not any(key in ("order", "copy") for key, _ in call.kwargs)
            views = is_view(fn) or is_view_or_copy(fn) or (fn in SPLITS and call.result not in self._changed_lists)
            if not (isinstance(viewed, Array) and plain and views):
                return None
        view = View(fn, len(call.operands) - 1, tuple(k or "" for k, _ in call.kwargs))
        return Step(view, call.operands[1:])

    @staticmethod
    def _takes_part(viewed: Type, index: Type) -> bool:
        """Whether `viewed[index]` is a part of the object itself: a slice of a list is a new list."""
        if isinstance(viewed, Array):
            return bool(is_basic_index(index))
        if isinstance(viewed, (List, Tuple)):
            return isinstance(index, Scalar) and kind_of(index.dtype) == "int"
        return isinstance(viewed, Dict)

    def is_update(self, call: Call) -> bool:
        """Whether a call changes the object that its first argument is, and gives it back."""
        fn: Any = call.fn
        if isinstance(fn, type) or not call.args:
            return False
        if fn in IN_PLACE:
            return isinstance(atom_type(self.types, call.operands[0]), (Array, List))
        return isinstance(fn, (Through, Augmented)) or fn in UPDATES

    # ------------------------------------------------------------------------------- answers

    def place(self, atom: Atom) -> Place | None:
        """The place of an atom, if it has memory."""
        if not isinstance(atom, Var) or not self._has_memory(atom):
            return None
        return self.at(atom)

    def at(self, var: Var) -> Place:
        """The place of a value; an input is an object of its own."""
        return self.of.get(var) or Place(var)

    def _has_memory(self, var: Var) -> bool:
        return not isinstance(self.types.get(var), (Scalar, Static, Never))

    def _same(self, a: Atom, b: Atom) -> bool:
        one, other = self.place(a), self.place(b)
        return one is not None and other is not None and same_place(one, other)


def is_counter(source: Source) -> bool:
    """Whether a loop counts its trips, from 0 on, beside what it runs over."""
    return isinstance(source, Range) and source.stop is NONE and same_atom(source.start, Const(0))


def is_view(fn: Any) -> bool:
    """Whether a callable, applied to an array, makes a view."""
    return canonical(fn) in VIEWS or fn == FLAT


def is_view_or_copy(fn: Any) -> bool:
    """Whether a callable, applied to an array, makes a view or a copy as the memory allows."""
    return canonical(fn) in VIEWS_OR_COPIES and fn not in (Method("flatten"), FLAT)


def same_place(a: Place, b: Place) -> bool:
    """Whether two places are certainly one."""
    return (
        a.root is b.root
        and len(a.path) == len(b.path)
        and all(
            s.view == t.view and all(map(same_atom, s.atoms, t.atoms)) for s, t in zip(a.path, b.path, strict=True)
        )
    )
