"""What can be read off a statement's syntax: where it may jump to, and which names it binds."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import gast

LOOPS = (gast.For, gast.While)
DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
SCOPES = (*DEFINITIONS, gast.Lambda)
NAMING = (gast.alias, *DEFINITIONS)
BINDING = (gast.Store, gast.Del)
WITHOUT_PARTS = frozenset((gast.Name, gast.Constant, *SCOPES))
WITHOUT_NODES = frozenset(("ctx", "op", "ops"))  # fields that hold contexts and operators

# Methods that change their receiver. On anything but a list, a dict, a set or an array they
# may mean something else; the types say so later.
MUTATING_METHODS = frozenset(
    (
        *("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"),
        *("update", "setdefault", "popitem", "add", "discard"),
        *("fill", "put", "partition", "resize", "itemset"),
    )
)


def parts_of_scope(node: Any) -> Iterator[Any]:
    """A node and its descendants in order, less contexts and operators; of an inner function the
    node alone, and of a comprehension not its own variables."""
    pending = [node]
    while pending:
        part = pending.pop()
        yield part
        kind = type(part)
        if kind is gast.comprehension:
            pending += [*reversed(part.ifs), part.iter]
        elif kind not in WITHOUT_PARTS:
            pending += _children_backwards(part, kind)


def _children_backwards(node: Any, kind: type) -> list[Any]:
    """The nodes that a node is made of, the last one first."""
    found: list[Any] = []
    for name in _fields_backwards(kind):
        value = getattr(node, name, None)
        if isinstance(value, gast.AST):
            found.append(value)
        elif type(value) is list:
            found += [part for part in reversed(value) if isinstance(part, gast.AST)]
    return found


@functools.cache
def _fields_backwards(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in reversed(kind._fields) if name not in WITHOUT_NODES)


def may_jump(stmt: Any, inside_loop: bool = False) -> bool:
    """Whether a statement may leave the statement list that it stands in by break, continue
    or return. A break inside a loop that belongs to the statement stays inside."""
    if isinstance(stmt, gast.Return):
        return True
    if isinstance(stmt, (gast.Break, gast.Continue)):
        return not inside_loop
    if isinstance(stmt, SCOPES):
        return False
    if isinstance(stmt, LOOPS):
        in_body = any(may_jump(s, True) for s in stmt.body)
        return in_body or any(may_jump(s, inside_loop) for s in stmt.orelse)
    return any(may_jump(s, inside_loop) for s in gast.iter_child_nodes(stmt) if isinstance(s, gast.stmt)) or any(
        may_jump(s, inside_loop) for h in getattr(stmt, "handlers", ()) for s in h.body
    )


def always_jumps(stmts: Sequence[Any]) -> bool:
    """Whether a statement list never reaches its end, because it breaks, continues or returns
    (or raises, after which nothing matters)."""
    if not stmts:
        return False
    last = stmts[-1]
    if isinstance(last, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
        return True
    if isinstance(last, gast.If):
        return always_jumps(last.body) and always_jumps(last.orelse)
    return isinstance(last, gast.With) and always_jumps(last.body)


def contains_break(stmts: Sequence[Any]) -> bool:
    """Whether a loop's body may end the loop: a break of its own, or a return."""
    return any(_ends_loop(s, False) for s in stmts)


def contains_own_break(stmts: Sequence[Any]) -> bool:
    """Whether a loop's body has a break of that loop."""
    return any(_ends_loop(s, False, by_return=False) for s in stmts)


def _ends_loop(stmt: Any, inner: bool, by_return: bool = True) -> bool:
    if isinstance(stmt, gast.Return):
        return by_return
    if isinstance(stmt, gast.Break):
        return not inner
    if isinstance(stmt, SCOPES):
        return False
    if isinstance(stmt, LOOPS):
        in_body = any(_ends_loop(s, True, by_return) for s in stmt.body)
        return in_body or any(_ends_loop(s, inner, by_return) for s in stmt.orelse)
    return any(_ends_loop(s, inner, by_return) for s in gast.iter_child_nodes(stmt) if isinstance(s, gast.stmt))


def contains_return(stmts: Sequence[Any]) -> bool:
    """Whether a return of this function stands among the statements."""
    return any(isinstance(n, gast.Return) for s in stmts for n in parts_of_scope(s))


def base_name(node: Any) -> str | None:
    """The name at the root of `name[...].attr[...]`."""
    while isinstance(node, (gast.Subscript, gast.Attribute, gast.Starred)):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None


def bound_names(nodes: Sequence[Any]) -> list[str]:
    """The names that statements bind or whose object they change, in order of appearance."""
    parts = (part for root in nodes for part in parts_of_scope(root))
    return list(dict.fromkeys(name for part in parts if (name := _bound_by(part)) is not None))


def assigned_names(nodes: Sequence[Any]) -> set[str]:
    """The names that statements bind: Python's local variables."""
    found: set[str] = set()
    for root in nodes:
        for node in parts_of_scope(root):
            if type(node) is gast.Name:
                if isinstance(node.ctx, BINDING):
                    found.add(node.id)
            elif isinstance(node, NAMING) and (name := _bound_by(node)) is not None:
                found.add(name)
            elif isinstance(node, gast.ExceptHandler) and node.name is not None:
                found.add(node.name.id if isinstance(node.name, gast.Name) else node.name)
    return found


def _bound_by(node: Any) -> str | None:
    if isinstance(node, gast.Name) and isinstance(node.ctx, BINDING):
        return str(node.id)
    if isinstance(node, (gast.Subscript, gast.Attribute)) and isinstance(node.ctx, BINDING):
        return base_name(node)
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
        if node.func.attr in MUTATING_METHODS:
            return base_name(node.func.value)
    if isinstance(node, DEFINITIONS):
        return str(node.name)
    if isinstance(node, gast.alias):
        return str((node.asname or node.name).split(".")[0])
    return None
