"""Lower list and dict comprehensions, as loops that append or store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adcompile.frontend.iteration import Iteration
from adcompile.ir.nodes import Atom, For, Var
from adcompile.runtime import structures, updates


class Comprehensions(Iteration):
    """Lowers comprehensions."""

    def expr_ListComp(self, node: Any) -> Atom:
        """A list comprehension, as loops that append."""

        def element(so_far: Atom) -> Atom:
            return self.call(updates.append, so_far, self.expr(node.elt), node=node)

        return self._collect(node, self.call(structures.make_list, node=node), element)

    def expr_DictComp(self, node: Any) -> Atom:
        """A dict comprehension, as loops that store."""

        def entry(so_far: Atom) -> Atom:
            key = self.expr(node.key)
            return self.call(updates.update, so_far, key, self.expr(node.value), node=node)

        return self._collect(node, self.call(structures.make_dict, node=node), entry)

    def _collect(self, node: Any, start: Atom, element: Callable[[Atom], Atom]) -> Atom:
        outer = dict(self.env)
        result = self._comprehension(node, list(node.generators), start, element)
        self.env = outer
        return result

    def _comprehension(
        self, node: Any, generators: list[Any], so_far: Atom, element: Callable[[Atom], Atom]
    ) -> Atom:
        if not generators:
            return element(so_far)
        generator, *inner = generators
        items, sources, bind = self.loop_sources(generator.target, generator.iter)
        param, result = Var(), Var()

        def keep(conditions: Sequence[Any], current: Atom) -> Atom:
            if not conditions:
                return self._comprehension(node, inner, current, element)
            cond = self.expr(conditions[0])
            return self.choose(cond, lambda: keep(conditions[1:], current), lambda: current)

        def body() -> Sequence[Atom]:
            bind()
            return [keep(generator.ifs, param)]

        block = self.block(body)
        index = Var("k", self.origin)
        self.emit(For(items, sources, (param,), (so_far,), block, (result,), None, index, self.origin))
        return result
