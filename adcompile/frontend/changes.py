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


class Changes(Calls):
    """Lowers stores into objects, methods that change their receiver, and `del`."""

    def put_back(self, node: Any, changed: Atom) -> None:
        """After a change of the object that `node` denotes: its name stands for the changed one.
        An object that has no name is followed by its place (`follow_stores`)."""
        if isinstance(node, gast.Name):
            if not self.is_local(node.id):
                self.refuse(
                    node,
                    f"'{node.id}' is changed, and belongs to the world outside the function",
                    "the change would be seen by others, and its derivative by nobody",
                    f"pass '{node.id}' as an argument, or copy it first",
                )
            self.bind(node.id, changed)
        elif isinstance(node, gast.Subscript) and base_name(node) is not None:
            holder = self.expr(as_load(node.value))
            index = self.expr(node.slice)
            self.put_back(node.value, self.call(updates.update, holder, index, changed, node=node))

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
        known = {"append": updates.append, "extend": updates.extend}
        receiver = self.expr(func.value)
        if func.attr == "pop" and not node.args and not node.keywords:
            self.put_back(func.value, self.call(updates.without_last, receiver, node=node))
            return True
        if func.attr not in known or len(node.args) != 1:
            return False
        changed = self.call(known[func.attr], receiver, self.expr(node.args[0]), node=node)
        self.put_back(func.value, changed)
        return True

    def method_call(self, receiver: Atom, node: Any) -> Atom:
        """`x = name.pop()` takes the last element, and binds the name to the list without it."""
        popped = node.func.attr == "pop" and not node.args and not node.keywords
        name = base_name(node.func.value)
        if not popped or name is None or not self.is_local(name):
            return super().method_call(receiver, node)
        last = self.call(operator.getitem, receiver, Const(-1), node=node)
        self.put_back(node.func.value, self.call(updates.without_last, receiver, node=node))
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


def as_load(node: Any) -> Any:
    """An assignment target as the expression that reads it."""
    if isinstance(node, gast.Name):
        return gast.copy_location(gast.Name(node.id, gast.Load(), None, None), node)
    if isinstance(node, gast.Subscript):
        return gast.copy_location(gast.Subscript(node.value, node.slice, gast.Load()), node)
    return gast.copy_location(gast.Attribute(node.value, node.attr, gast.Load()), node)
