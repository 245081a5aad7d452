"""AST to text: the one file that imports astor. What astor cannot print goes to `ast.unparse`.

That is what is younger than astor, and f-strings: astor prints them by way of `ast.Str`, which
Python 3.14 no longer has, and cannot nest their quotes.
"""

from __future__ import annotations

import ast

import astor

from adcompile.backend.emit import COMMENT, Emitted
from adcompile.backend.lines import broken


class _Printer(astor.SourceGenerator):  # type: ignore[misc]
    """astor's printer, with `ast.unparse` for the nodes that it does not know."""

    def expression(self, node: ast.expr) -> None:
        self.write(ast.unparse(ast.fix_missing_locations(node)))

    def kept_statement(self, node: ast.stmt) -> None:
        for line in ast.unparse(ast.fix_missing_locations(node)).split("\n"):
            self.statement(node, line)

    visit_JoinedStr = visit_TemplateStr = expression  # noqa: N815  (the names of the nodes)
    visit_Match = visit_TryStar = kept_statement  # noqa: N815


def to_text(emitted: Emitted) -> str:
    """The text of a function, its comment markers replaced by comments."""
    printed = astor.to_source(emitted.node, pretty_source=broken, source_generator_class=_Printer)
    lines = []
    for line in printed.rstrip("\n").split("\n"):
        stripped = line.strip()
        if stripped.startswith(COMMENT):
            number = int(stripped[len(COMMENT) : -2])
            line = line[: len(line) - len(stripped)] + "# " + emitted.comments[number]
        lines.append(line)
    return "\n".join(lines) + "\n"
