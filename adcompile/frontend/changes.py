"""Lower changes of objects: after one, the name of the object stands for the changed object."""

from __future__ import annotations

import ast
import operator
from typing import Any

import gast

from adcompile.frontend.calls import Calls
from adcompile.frontend.jumps import MUTATING_METHODS, base_name
from adcompile.ir.nodes import UNDEF, Atom, Const, Method, Opaque
from adcompile.runtime import updates

# Of an object: the subscript that leads to it, its holder and the index in that; the innermost first.
Places = list[tuple[Any, Atom, Atom]]
GROWING = {"append": updates.append, "extend": updates.extend}


class Changes(Calls):
    """Lowers stores into objects, methods that change their receiver, and `del`."""

    def object_at(self, node: Any) -> tuple[Atom, Places]:
        """The object that `node` denotes, and where it stands: what is on the way to it is computed once."""
        if not (isinstance(node, gast.Subscript) and base_name(node) is not None):
            return self.expr(node), []
        holder, places = self.object_at(node.value)
        index = self.expr(node.slice)
        return self.call(operator.getitem, holder, index, node=node), [(node, holder, index), *places]

    def put_back(self, node: Any, places: Places, changed: Atom) -> None:
        """After a change of the object that `node` denotes: its name stands for the changed one.
        An object that has no name is followed by its place (`follow_stores`)."""
        for part, holder, index in places:
            changed = self.call(updates.put_back, holder, index, changed, node=part)
            node = part.value
        if isinstance(node, gast.Name):
            if not self.is_local(node.id):
                self.refuse(
                    node,
                    f"'{node.id}' is changed, and belongs to the world outside the function",
                    "the change would be seen by others, and its derivative by nobody",
                    f"pass '{node.id}' as an argument, or copy it first",
                )
            self.bind(node.id, changed)

    def _store_attribute(self, target: Any, value: Atom) -> None:
        node = ast.parse(f"holder_.{target.attr} = value_").body[0]
        reads = (("holder_", self.expr(target.value)), ("value_", value))
        self.emit(Opaque(node, reads, origin=self.source.origin(target)))

    def mutating_call(self, node: Any) -> bool:
        """`name.append(value)` and kin, as statements: the name is bound to the changed object."""
        func = node.func
        if not (isinstance(func, gast.Attribute) and func.attr in MUTATING_METHODS):
            return False
        name = base_name(func.value)
        if name is None or not self.is_local(name):
            return False
        popped, merged = _pops_last(node), func.attr == "update"
        if not (popped or merged) and (func.attr not in GROWING or len(node.args) != 1):
            return False
        receiver, places = self.object_at(func.value)
        if isinstance(receiver, Const):
            return False
        if popped:
            changed = self.call(updates.without_last, receiver, node=node)
        elif merged:
            args, kwargs = self.arguments(node)
            changed = self.call(updates.merge, receiver, *args, kwargs=kwargs, node=node)
        else:
            changed = self.call(GROWING[func.attr], receiver, self.expr(node.args[0]), node=node)
        self.put_back(func.value, places, changed)
        return True

    def expr_Call(self, node: Any) -> Atom:
        """`x = name.pop()` takes the last element, and binds the name to the list without it."""
        name = base_name(node.func.value) if _pops_last(node) else None
        if name is None or not self.is_local(name):
            return super().expr_Call(node)
        receiver, places = self.object_at(node.func.value)
        if isinstance(receiver, Const):
            return super().expr_Call(node)
        last = self.call(operator.getitem, receiver, Const(-1), node=node)
        self.put_back(node.func.value, places, self.call(updates.without_last, receiver, node=node))
        return last

    def stmt_Delete(self, stmt: Any) -> None:
        """`del name`: the name is unbound; `del a[i]` changes the object."""
        for target in stmt.targets:
            if isinstance(target, gast.Name):
                self.bind(target.id, UNDEF)
            elif isinstance(target, gast.Subscript):
                self.call(Method("__delitem__"), self.expr(target.value), self.expr(target.slice), node=target)
            else:
                self.refuse(
                    target, "'del' of an attribute is not supported",
                    "the object belongs to the world outside the function", "do it outside of the function",
                )


def _pops_last(node: Any) -> bool:
    """Whether a call is `a.pop()`."""
    return isinstance(node.func, gast.Attribute) and node.func.attr == "pop" and not node.args and not node.keywords


def as_load(node: Any) -> Any:
    """An assignment target as the expression that reads it."""
    if isinstance(node, gast.Name):
        return gast.copy_location(gast.Name(node.id, gast.Load(), None, None), node)
    if isinstance(node, gast.Subscript):
        return gast.copy_location(gast.Subscript(node.value, node.slice, gast.Load()), node)
    return gast.copy_location(gast.Attribute(node.value, node.attr, gast.Load()), node)
