"""What `map`, `filter`, `zip` and kin give one by one, as the generator expression or loop that does the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gast

from adcompile.frontend.iteration import Iteration
from adcompile.frontend.lowering import placed


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
        targets = [_name(name, gast.Store()) for name in self.names]
        return targets[0] if len(targets) == 1 else gast.Tuple(targets, gast.Store())


class Mapped(Iteration):
    """Writes calls that give elements one by one as what Python's own syntax says."""

    def as_generator(self, node: Any) -> Any:
        """An argument whose elements are taken one by one, as a generator expression: one itself,
        `d.values()`, `map(f, a)`, `filter(f, a)`, `zip(a, b)`; None for another."""
        if isinstance(node, gast.GeneratorExp):
            return node
        if not isinstance(node, gast.Call) or node.keywords or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        of_dict = isinstance(node.func, gast.Attribute) and node.func.attr in ("values", "items", "keys")
        if (of_dict and not node.args) or self.iteration_builtin(node, (zip, enumerate, reversed)):
            applied: Applied | None = Applied(["item"], node, _name("item", gast.Load()))
        else:
            applied = self._applied(node)
        if applied is None:
            return None
        conditions = [applied.condition] if applied.condition else []
        part = gast.comprehension(applied.target, applied.over, conditions, 0)
        return placed(gast.GeneratorExp(applied.element, [part]), node)

    def over_items(self, loop: Any) -> Any:
        """`for v in map(f, a)` as `for item in a` that begins with `v = f(item)`; of `filter(f, a)`, as one
        that does nothing for other items. The loop itself, if it is over something else."""
        applied = self._applied(loop.iter)
        if applied is None:
            return loop
        self.names.own.update({name: name for name in applied.names})
        body = [gast.Assign([loop.target], applied.element, None), *loop.body]
        if applied.condition is not None:
            body = [gast.If(applied.condition, body, [])]
        made = gast.copy_location(gast.For(applied.target, applied.over, body, loop.orelse, None), loop)
        return placed(made, loop.iter)

    def _applied(self, node: Any) -> Applied | None:
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
        items = [_name(name, gast.Load()) for name in names]
        together = over[0] if len(over) == 1 else gast.Call(_name("zip", gast.Load()), over, [])
        called = items[0] if is_none else gast.Call(function, items, [])
        if made_by is map:
            return Applied(names, together, called)
        return Applied(names, together, _name(names[0], gast.Load()), called)


def _name(identifier: str, context: Any) -> Any:
    return gast.Name(identifier, context, None, None)
