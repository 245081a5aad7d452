"""Classes of values that may share memory, and what they hold.

Values that may be views of each other, or one object under two names, are one class, found
by union. A container's class has a class for what it holds at each known index (or at any).
The classes do not look at the order of statements (Steensgaard's analysis, with fields).

relies on: types; `Aliasing` says what may be, view or hold what.  ensures: values of two classes share no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adcompile.analyses.objects import Objects
from adcompile.ir.nodes import Atom, Loop, Var
from adcompile.ir.types import STRING, UNKNOWN, Array, Dict, List, Never, Scalar, Static, Tuple, Type

ANY = "*"


class MemoryClasses:
    """The classes of values, and what is asked of them."""

    def __init__(self, types: Mapping[Var, Type]) -> None:
        self.types = types
        self._new: set[Var] = set()  # tuples of arrays of new memory
        self._parent: dict[Any, Any] = {}
        self._held: dict[Any, dict[Any, Any]] = {}
        self._objects = Objects()

    def may_share(self, a: Var, b: Var) -> bool:
        """Whether two values may be views of the same memory, or the same object."""
        return a is b or (self._has_memory(a) and self._has_memory(b) and self.find(a) is self.find(b))

    def affects(self, a: Var, b: Var) -> bool:
        """Whether a change of `a` in place may change what reading `b` gives: they share
        memory, or `b` holds something that shares memory with `a`."""
        if a is b:
            return True
        if not (self._has_memory(a) and self._has_memory(b)):
            return False
        reached = self._objects.reached_from(a)
        if reached is not None:
            return b in reached
        root, seen, pending = self.find(a), set(), [self.find(b)]
        while pending:
            one = pending.pop()
            if one is root:
                return True
            if one not in seen:
                seen.add(one)
                pending += [self.find(h) for h in self._held.get(one, {}).values()]
        return False

    def touches(self, a: Var, b: Var) -> bool:
        """Whether the two share memory, or anything that they hold does."""
        if not (self._has_memory(a) and self._has_memory(b)):
            return False
        return bool(self._classes(a) & self._classes(b))

    def reaches(self, container: Var, var: Var) -> bool:
        """Whether a value may be a container, or something that it holds."""
        return self.find(var) in self._classes(container)

    def _classes(self, var: Var) -> set[Any]:
        """The classes of a value and of all that it holds."""
        found: set[Any] = set()
        pending = [self.find(var)]
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                pending += [self.find(h) for h in self._held.get(one, {}).values()]
        return found

    def makers(self, var: Var) -> set[Var] | None:
        """What the calls give that may make, in this trip, the object that `var` is or views; None
        if that cannot be told."""
        return self._objects.makers(var)

    def loops_around(self, maker: Var) -> tuple[Loop, ...]:
        """The loops around the call that makes an object."""
        return self._objects.loops_around(maker)

    def find(self, node: Any) -> Any:
        """The representative of a class."""
        root = node
        while (up := self._parent.get(root, root)) is not root:
            root = up
        while node is not root:
            node, self._parent[node] = self._parent[node], root
        return root

    # ---------------------------------------------------------------------------------- union

    def _has_memory(self, var: Any) -> bool:
        type_ = self.types.get(var, UNKNOWN) if isinstance(var, Var) else UNKNOWN
        return not (isinstance(type_, (Scalar, Static, Never)) or type_ == STRING)

    def _union(self, a: Any, b: Any) -> None:
        pending = [(a, b)]
        while pending:
            one, other = map(self.find, pending.pop())
            if one is other:
                continue
            self._parent[other] = one
            mine, theirs = self._held.setdefault(one, {}), self._held.pop(other, {})
            for key, held in theirs.items():
                if key in mine:
                    pending.append((mine[key], held))
                else:
                    mine[key] = held
            if ANY in mine and len(mine) > 1:
                pending += [(mine[ANY], held) for key, held in mine.items() if key is not ANY]
                self._held[one] = {ANY: mine[ANY]}

    def _link(self, left: Iterable[Atom], right: Iterable[Atom], loop: Loop | None = None) -> None:
        """Each value on the left may be, or be a view of, the one on the right (`loop`: of the
        trip before)."""
        for a, b in zip(left, right, strict=True):
            if isinstance(a, Var) and isinstance(b, Var) and self._has_memory(a) and self._has_memory(b):
                self._union(a, b)
                self._objects.is_from(a, b, loop)

    def _held_by(self, container: Any, key: Any) -> Any:
        """The class of what a container holds at `key`."""
        held = self._held.setdefault(self.find(container), {})
        if key not in held:
            if ANY in held:
                return held[ANY]
            others = list(held.values())
            held[key] = object()
            if key is ANY:
                for other in others:
                    self._union(held[ANY], other)
                self._held[self.find(container)] = {ANY: held[ANY]}
        return held[key]

    def _put(self, container: Atom, key: Any, value: Atom) -> None:
        if isinstance(container, Var) and isinstance(value, Var) and self._has_memory(value):
            self._union(self._held_by(container, key), value)
            self._objects.holds(container, value)

    def _take(self, result: Atom, container: Atom, key: Any, named: bool = False) -> None:
        """`result = container[key]`: a view of an array, or what a container holds; what is `named` by a
        text is held by a dict."""
        if not (isinstance(result, Var) and isinstance(container, Var) and self._has_memory(result)):
            return
        type_ = self.types.get(container, UNKNOWN)
        if not isinstance(type_, (Tuple, List, Dict)) and not named and container not in self._new:
            self._union(result, container)
        if isinstance(type_, Array):
            self._objects.is_from(result, container)
        else:
            self._union(result, self._held_by(container, key))
            self._objects.is_unknown(result)
            if named or isinstance(type_, (Tuple, List, Dict)):
                self._objects.is_taken(result, container)
            else:
                self._objects.comes_from(result, container)

    def _share_items(self, result: Atom, operand: Atom) -> None:
        """The result may be a sequence of its own that holds what the operand holds."""
        if isinstance(result, Var) and isinstance(operand, Var) and self._may_hold(result) and self._may_hold(operand):
            self._union(self._held_by(result, ANY), self._held_by(operand, ANY))
            self._objects.shares_items(result, operand)

    def _collect(self, result: Atom, operand: Atom) -> None:
        """The result is a sequence of its own: of what the operand holds, or of parts of it."""
        self._share_items(result, operand)
        if isinstance(operand, Var) and not isinstance(self.types.get(operand), (Tuple, List, Dict)):
            self._put(result, ANY, operand)

    def _may_hold(self, var: Var) -> bool:
        return self._has_memory(var) and not isinstance(self.types.get(var, UNKNOWN), Array)

    def _mix(self, result: Atom, operand: Atom) -> None:
        """The result may be, view, or hold the operand in any way."""
        if isinstance(result, Var) and isinstance(operand, Var):
            if self._has_memory(result) and self._has_memory(operand):
                self._union(result, operand)
                self._union(result, self._held_by(operand, ANY))
                self._objects.is_unknown(result)
                self._objects.comes_from(result, operand)
