"""Lower what a loop runs over: `range`, `enumerate`, `zip`, `reversed`, dicts, and sequences."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast

from adcompile.frontend.lowering import Lowering
from adcompile.ir.nodes import NONE, Atom, Const, Each, Range, Source, Var
from adcompile.runtime import structures

Head = tuple[tuple[Var, ...], tuple[Source, ...], Callable[[], None]]  # items, sources, binder


class Iteration(Lowering):
    """Lowers the head of a loop or comprehension."""

    def loop_sources(self, target: Any, iterable: Any) -> Head:
        """The items and sources of `for target in iterable`, and a function that binds the
        target's names inside the body."""
        items: list[Var] = []
        sources: list[Source] = []
        binders: list[Callable[[], None]] = []

        def add(part: Any, source: Source) -> Callable[[], Atom]:
            item = Var(part.id if isinstance(part, gast.Name) else "", self.source.origin(iterable))
            items.append(item)
            sources.append(source)
            if part is not None:
                binders.append(lambda: self.assign(part, item))
            return lambda: item

        def split(part: Any, over: Any) -> Callable[[], Atom]:
            """Add the sources of `for part in over`; returns what makes the element."""
            fn = self.iteration_builtin(over)
            if fn is range and 1 <= len(over.args) <= 3:
                bounds = [self.expr(a) for a in over.args]
                start, stop = (Const(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
                return add(part, Range(start, stop, bounds[2] if len(bounds) == 3 else Const(1)))
            if fn is enumerate:
                begin = over.args[1:] + [k.value for k in over.keywords]
                start = self.expr(begin[0]) if begin else Const(0)
                count: Source = Range(start, NONE, Const(1))
                return together(part, [lambda p: add(p, count), lambda p: split(p, over.args[0])])
            if fn is zip and not over.keywords:
                return together(part, [lambda p, a=a: split(p, a) for a in over.args])  # type: ignore[misc]
            method = over.func.attr if isinstance(over, gast.Call) and isinstance(over.func, gast.Attribute) else None
            if method in ("items", "values") and not over.args:
                return of_dict(part, method, self.expr(over.func.value))
            if fn is reversed and self.iteration_builtin(over.args[0]) in (None, range):
                return add(part, Each(self.expr(over.args[0]), backwards=True))
            return add(part, Each(self.expr(over)))

        def of_dict(part: Any, method: str, mapping: Atom) -> Callable[[], Atom]:
            """`for key, value in d.items()` is `for key in d` with `value = d[key]`."""
            pair = part.elts if isinstance(part, gast.Tuple) and len(part.elts) == 2 else None
            apart = method == "items" and pair is not None
            key = add(pair[0] if apart and pair else None, Each(mapping))

            def item() -> Var:
                return self.call(operator.getitem, mapping, key(), node=iterable)

            def element() -> Atom:
                value = item()
                if method == "values":
                    return value
                return self.call(structures.make_tuple, key(), value, node=iterable)

            if apart and pair is not None:
                target = pair[1]
                binders.append(lambda: self.assign(target, item()))
            elif part is not None:
                binders.append(lambda: self.assign(part, element()))
            return element

        def together(part: Any, makers: Sequence[Callable[[Any], Callable[[], Atom]]]) -> Callable[[], Atom]:
            """Several sources in step: the target takes their elements apart, or takes a tuple."""
            elements = part.elts if isinstance(part, (gast.Tuple, gast.List)) else []
            apart = len(elements) == len(makers) and not any(isinstance(e, gast.Starred) for e in elements)
            made = [make(e) for make, e in zip(makers, elements if apart else [None] * len(makers), strict=True)]

            def element() -> Atom:
                return self.call(structures.make_tuple, *[m() for m in made], node=iterable)

            if part is not None and not apart:
                binders.append(lambda: self.assign(part, element()))
            return element

        def bind() -> None:
            for binder in binders:
                binder()

        split(target, iterable)
        return tuple(items), tuple(sources), bind

    def iteration_builtin(self, node: Any, among: Sequence[Any] = (range, enumerate, zip, reversed)) -> Any:
        """Which of some builtins a node calls, by position only; None for another."""
        if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.args):
            return None
        if self.is_local(node.func.id) or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        value = self.scope.value(node.func.id)
        return value if any(value is f for f in among) else None
