"""From the lines of emitted text back to the user's.

relies on: emit.  ensures: the place in the user's file for each line that stands for one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from adcompile.backend.emit import COMMENT, Emitted
from adcompile.errors import Origin


def origins_of_lines(text: str, emitted: Sequence[Emitted]) -> dict[int, Origin]:
    """For the lines of a text of several functions, in the order of `emitted`, the places in the
    user's files of the statements that they are part of."""
    written = [(one, stmt) for one in emitted for stmt in _statements(one.node)]
    read = [s for d in ast.parse(text).body if isinstance(d, ast.FunctionDef) for s in _statements(d)]
    found: dict[int, Origin] = {}
    for (one, stmt), same in zip(written, read, strict=True):
        origin = one.origins.get(stmt)
        if origin is not None:
            for line in range(same.lineno, (same.end_lineno or same.lineno) + 1):
                found[line] = origin
    return found


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements within another one, an owner before what it owns; comments are not there."""
    for field in ("body", "orelse", "finalbody"):
        for stmt in getattr(node, field, ()):
            if not _is_comment(stmt):
                yield stmt
                yield from _statements(stmt)


def _is_comment(stmt: ast.stmt) -> bool:
    value = stmt.value if isinstance(stmt, ast.Expr) else None
    return isinstance(value, ast.Name) and value.id.startswith(COMMENT)
