"""Lower what a loop runs over: `range`, `enumerate`, `zip`, `reversed`, `map`, dicts, and sequences."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adcompile.frontend.lowering import Lowering, placed
from adcompile.ir.nodes import NONE, Atom, Const, Each, Range, Source, Var
from adcompile.runtime import structures

Element = Callable[[], Atom]  # makes the element of a trip, inside the body


@dataclass(frozen=True, slots=True)
class Applied:
    """A call of `map` or `filter`: under which names it runs over what, and what it makes of the items."""

    names: Sequence[str]
    over: Any
    element: Any
    condition: Any = None

    @property
    def target(self) -> Any:
        """What the items are bound to."""
        targets = [gast.Name(name, gast.Store(), None, None) for name in self.names]
        return targets[0] if len(targets) == 1 else gast.Tuple(targets, gast.Store())


class Iteration(Lowering):
    """Lowers the head of a loop or comprehension."""

    def loop_head(self, target: Any, iterable: Any) -> LoopHead:
        """The head of `for target in iterable`."""
        head = LoopHead(self, iterable)
        head.split(target, iterable)
        return head

    def iteration_builtin(self, node: Any, among: Sequence[Any] = (range, enumerate, zip, reversed)) -> Any:
        """Which of some builtins a node calls, by position only; None for another."""
        if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.args):
            return None
        if self.is_local(node.func.id) or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        value = self.scope.value(node.func.id)
        return value if any(value is f for f in among) else None

    def applied_by(self, node: Any) -> Applied | None:
        """What a call of `map` or `filter` does; None for another, and where what gives the function would be
        asked for each item."""
        made_by = self.iteration_builtin(node, (map, filter))
        if made_by is None or node.keywords or len(node.args) < 2:
            return None
        function, *over = node.args
        is_none = made_by is filter and isinstance(function, gast.Constant) and function.value is None
        if not is_none and not isinstance(function, (gast.Name, gast.Attribute, gast.Lambda)):
            return None
        if len(over) > 1 and (made_by is filter or self.is_local("zip") or self.scope.value("zip") is not zip):
            return None
        names: list[str] = []
        for _ in over:
            names.append(self.unused_name("item", node, names))
        items = [named(name) for name in names]
        together = over[0] if len(over) == 1 else gast.Call(named("zip"), over, [])
        called = items[0] if is_none else gast.Call(function, items, [])
        if made_by is map:
            return Applied(names, together, called)
        return Applied(names, together, named(names[0]), called)


class LoopHead:
    """What a loop runs over: its sources, the item that each gives in a trip, and how the target's
    names are bound to them. A target of None takes no names."""

    def __init__(self, lowering: Iteration, iterable: Any) -> None:
        self.lowering = lowering
        self.iterable = iterable
        self.items: list[Var] = []
        self.sources: list[Source] = []
        self._binders: list[Callable[[], None]] = []

    def bind(self) -> None:
        """Bind the target's names, inside the body."""
        for binder in self._binders:
            binder()

    def split(self, target: Any, over: Any) -> Element:
        """Add the sources of `for target in over`."""
        lowering = self.lowering
        fn = lowering.iteration_builtin(over)
        if fn is range and 1 <= len(over.args) <= 3:
            bounds = [lowering.expr(a) for a in over.args]
            start, stop = (Const(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
            return self._add(target, Range(start, stop, bounds[2] if len(bounds) == 3 else Const(1)))
        if fn is enumerate:
            begin = over.args[1:] + [k.value for k in over.keywords]
            start = lowering.expr(begin[0]) if begin else Const(0)
            count: Source = Range(start, NONE, Const(1))
            return self._together(target, [lambda t: self._add(t, count), lambda t: self.split(t, over.args[0])])
        applied = lowering.applied_by(over)
        if applied is not None and applied.condition is None:
            return self._of_map(target, applied)
        if fn is zip and not over.keywords:
            return self._together(target, [lambda t, a=a: self.split(t, a) for a in over.args])  # type: ignore[misc]
        method = over.func.attr if isinstance(over, gast.Call) and isinstance(over.func, gast.Attribute) else None
        if method in ("items", "values") and not over.args:
            return self._of_dict(target, method, lowering.expr(over.func.value))
        if method == "keys" and not over.args:
            return self._add(target, Each(lowering.expr(over.func.value)))
        if fn is reversed and lowering.iteration_builtin(over.args[0]) in (None, range):
            return self._add(target, Each(lowering.expr(over.args[0]), backwards=True))
        return self._add(target, Each(lowering.expr(over)))

    def _add(self, target: Any, source: Source) -> Element:
        lowering = self.lowering
        item = Var(target.id if isinstance(target, gast.Name) else "", lowering.source.origin(self.iterable))
        self.items.append(item)
        self.sources.append(source)
        return self._bound(target, lambda: item)

    def _bound(self, target: Any, element: Element) -> Element:
        """An element that is assigned to a target, if there is one."""
        if target is not None:
            self._binders.append(lambda: self.lowering.assign(target, element()))
        return element

    def _call(self, fn: Callable[..., Any], *args: Atom) -> Var:
        return self.lowering.call(fn, *args, node=self.iterable)

    def _of_map(self, target: Any, applied: Applied) -> Element:
        """`for v in map(f, a)` is `for item in a` with `v = f(item)`."""
        self._binders.append(lambda: self.lowering.names.own.update({name: name for name in applied.names}))
        self.split(applied.target, applied.over)
        return self._bound(target, lambda: self.lowering.expr(placed(applied.element, self.iterable)))

    def _of_dict(self, target: Any, method: str, mapping: Atom) -> Element:
        """`for key, value in d.items()` is `for key in d` with `value = d[key]`."""
        pair = target.elts if isinstance(target, gast.Tuple) and len(target.elts) == 2 else None
        apart = pair if method == "items" else None
        key = self._add(apart[0] if apart else None, Each(mapping))

        def item() -> Atom:
            return self._call(operator.getitem, mapping, key())

        def both() -> Atom:
            value = item()
            return self._call(structures.make_tuple, key(), value)

        if apart:
            self._bound(apart[1], item)
            return both
        return self._bound(target, both if method == "items" else item)

    def _together(self, target: Any, makers: Sequence[Callable[[Any], Element]]) -> Element:
        """Several sources in step: the target takes their elements apart, or takes a tuple."""
        parts = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
        apart = len(parts) == len(makers) and not any(isinstance(p, gast.Starred) for p in parts)
        elements = [make(p) for make, p in zip(makers, parts if apart else [None] * len(makers), strict=True)]

        def all_of_them() -> Atom:
            return self._call(structures.make_tuple, *[element() for element in elements])

        return all_of_them if apart else self._bound(target, all_of_them)


def named(identifier: str) -> Any:
    """A name that is read."""
    return gast.Name(identifier, gast.Load(), None, None)
