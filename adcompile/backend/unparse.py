"""AST to text: the one file that imports astor. What astor cannot print goes to `ast.unparse`."""

from __future__ import annotations

import ast
import sys

import astor

from adcompile.backend.emit import COMMENT, Emitted

UNPRINTABLE = tuple(
    getattr(ast, name) for name in ("Match", "TryStar", "TemplateStr") if hasattr(ast, name)
)


def to_text(emitted: Emitted) -> str:
    """The text of a function, its comment markers replaced by comments."""
    node = emitted.node
    printed = ast.unparse(node) if any(map(_needs_unparse, emitted.kept)) else astor.to_source(node)
    lines = []
    for line in printed.rstrip("\n").split("\n"):
        stripped = line.strip()
        if stripped.startswith(COMMENT):
            number = int(stripped[len(COMMENT) : -2])
            line = line[: len(line) - len(stripped)] + "# " + emitted.comments[number]
        lines.append(line)
    return "\n".join(lines) + "\n"


def _needs_unparse(node: ast.AST) -> bool:
    strings = sys.version_info >= (3, 12)
    return any(isinstance(n, UNPRINTABLE) or (strings and isinstance(n, ast.JoinedStr)) for n in ast.walk(node))
