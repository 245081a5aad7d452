"""What `map`, `filter`, `zip` and kin give one by one, as the generator expression that does the same."""

from __future__ import annotations

from typing import Any

import gast

from adcompile.frontend.iteration import Applied, Iteration, named
from adcompile.frontend.lowering import placed


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
            applied: Applied | None = Applied(["item"], node, named("item"))
        else:
            applied = self.applied_by(node)
        if applied is None:
            return None
        conditions = [applied.condition] if applied.condition else []
        part = gast.comprehension(applied.target, applied.over, conditions, 0)
        return placed(gast.GeneratorExp(applied.element, [part]), node)

    def over_items(self, loop: Any) -> Any:
        """`for v in filter(f, a)` as `for item in a` that does nothing for other items. The loop itself, if it
        is over something else."""
        applied = self.applied_by(loop.iter)
        if applied is None or applied.condition is None:
            return loop
        self.names.own.update({name: name for name in applied.names})
        body = [gast.If(applied.condition, [gast.Assign([loop.target], applied.element, None), *loop.body], [])]
        made = gast.copy_location(gast.For(applied.target, applied.over, body, loop.orelse, None), loop)
        return placed(made, loop.iter)
