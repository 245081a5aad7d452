"""Lower comprehensions, as loops that append or store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adcompile.frontend.iteration import LoopHead
from adcompile.frontend.kept import KeptCode
from adcompile.frontend.mapped import Mapped
from adcompile.frontend.names import target_names
from adcompile.ir.nodes import Atom, Const, For, Var
from adcompile.runtime import structures, updates

Step = Callable[[Atom, Callable[[], Atom]], Atom]  # a trip, with what there is so far: it may do nothing


def always(so_far: Atom, trip: Callable[[], Atom]) -> Atom:
    """A trip that is always made."""
    return trip()


class Comprehensions(Mapped, KeptCode):
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

    def expr_SetComp(self, node: Any) -> Atom:
        """A set comprehension, kept as it is where it does nothing but compute; else the set of a list."""
        if not self.may_act(node):
            return self.syntax(node)
        return self.call(set, self.expr_ListComp(node), node=node)

    def whether(self, generator: Any, is_any: bool, node: Any) -> Atom:
        """`any` or `all` of a generator expression: once the answer is known, nothing more is asked."""

        def element(so_far: Atom) -> Atom:
            return self.call(bool, self.expr(generator.elt), node=node)

        def until_known(so_far: Atom, ask: Callable[[], Atom]) -> Atom:
            return self.choose(so_far, lambda: so_far, ask) if is_any else self.choose(so_far, ask, lambda: so_far)

        return self._collect(generator, [generator.elt], Const(not is_any), element, until_known)

    def _collect(
        self, node: Any, parts: list[Any], start: Atom, element: Callable[[Atom], Atom], step: Step = always
    ) -> Atom:
        first, *inner = node.generators
        head = self.loop_head(first.target, first.iter)  # the first iterable belongs to the scope around
        outer = self.names
        self.names = self.inner_names(target_names(node.generators), outer)
        parts = [*parts, *(g.iter for g in inner), *(c for g in node.generators for c in g.ifs)]
        result = self._loop(head, first.ifs, inner, parts, start, element, step)
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
        step: Step,
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
                return self._loop(following, inner[0].ifs, inner[1:], parts, current, element, step)
            return element(current)

        def body() -> Sequence[Atom]:
            head.bind()
            return [step(param, lambda: keep(conditions, param)), *self.carried_on(carried)]

        block = self.block(body)
        results = (result, *self.carried_out(carried))
        index = Var("k", self.origin)
        params, inits = (param, *carried.params), (so_far, *carried.inits)
        items, sources = tuple(head.items), tuple(head.sources)
        self.emit(For(items, sources, params, inits, block, results, None, index, self.origin))
        return result
