"""Lower list and dict comprehensions, as loops that append or store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adcompile.frontend.iteration import LoopHead
from adcompile.frontend.mapped import Mapped
from adcompile.frontend.names import target_names
from adcompile.ir.nodes import Atom, For, Var
from adcompile.runtime import structures, updates


class Comprehensions(Mapped):
    """Lowers comprehensions."""

    def expr_ListComp(self, node: Any) -> Atom:
        """A list comprehension, as loops that append."""

        def element(so_far: Atom) -> Atom:
            return self.call(updates.append, so_far, self.expr(node.elt), node=node)

        return self._collect(node, [node.elt], self.call(structures.make_list, node=node), element)

    def expr_DictComp(self, node: Any) -> Atom:
        """A dict comprehension, as loops that store."""

        def entry(so_far: Atom) -> Atom:
            key = self.expr(node.key)
            return self.call(updates.update, so_far, key, self.expr(node.value), node=node)

        return self._collect(node, [node.key, node.value], self.call(structures.make_dict, node=node), entry)

    def _collect(self, node: Any, parts: list[Any], start: Atom, element: Callable[[Atom], Atom]) -> Atom:
        first, *inner = node.generators
        head = self.loop_head(first.target, first.iter)  # the first iterable belongs to the scope around
        outer = self.names
        self.names = self.inner_names(target_names(node.generators), outer)
        parts = [*parts, *(g.iter for g in inner), *(c for g in node.generators for c in g.ifs)]
        result = self._loop(head, first.ifs, inner, parts, start, element)
        for key in self.names.own.values():
            self.env.pop(key, None)
        self.names = outer
        return result

    def _loop(
        self,
        head: LoopHead,
        conditions: Sequence[Any],
        inner: Sequence[Any],
        parts: Sequence[Any],
        so_far: Atom,
        element: Callable[[Atom], Atom],
    ) -> Atom:
        """The loop of one `for`, with those of the inner ones in its body; `parts` are all
        expressions in them."""
        carried = self.carry(self.changed(parts))
        param, result = Var(), Var()

        def keep(conditions: Sequence[Any], current: Atom) -> Atom:
            if conditions:
                cond = self.expr(conditions[0])
                return self.choose(cond, lambda: keep(conditions[1:], current), lambda: current)
            if inner:
                following = self.loop_head(inner[0].target, inner[0].iter)
                return self._loop(following, inner[0].ifs, inner[1:], parts, current, element)
            return element(current)

        def body() -> Sequence[Atom]:
            head.bind()
            return [keep(conditions, param), *self.carried_on(carried)]

        block = self.block(body)
        results = (result, *self.carried_out(carried))
        index = Var("k", self.origin)
        params, inits = (param, *carried.params), (so_far, *carried.inits)
        items, sources = tuple(head.items), tuple(head.sources)
        self.emit(For(items, sources, params, inits, block, results, None, index, self.origin))
        return result
