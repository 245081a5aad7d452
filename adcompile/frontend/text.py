"""Lower f-strings, which are kept as they are: text carries no derivative."""

from __future__ import annotations

from typing import Any

import gast

from adcompile.frontend.kept import KeptCode
from adcompile.frontend.lowering import placed
from adcompile.ir.nodes import Atom


class Text(KeptCode):
    """Lowers f-strings."""

    def expr_JoinedStr(self, node: Any) -> Atom:
        """An f-string, kept as it is. What it calls that may do more than
        compute is called before, with what stands before it made text by then."""
        acting = [k for k, part in enumerate(node.values) if self.may_act(part)]
        if not acting:
            return self.syntax(node, passive=True)
        given: dict[str, Atom] = {}
        parts = list(node.values)
        for k, part in enumerate(parts[: acting[-1] + 1]):
            if isinstance(part, gast.FormattedValue):
                parts[k] = _formatted(self._named(self._text_of(part), node, given), part)
        return self.syntax(gast.copy_location(gast.JoinedStr(parts), node), True, given)

    def _text_of(self, part: Any) -> Atom:
        """The text that one value of an f-string becomes."""
        given: dict[str, Atom] = {}
        value = self._named(self.expr(part.value), part, given) if self.may_act(part.value) else part.value
        spec = part.format_spec
        if spec is not None and self.may_act(spec):
            spec = gast.JoinedStr([_formatted(self._named(self.expr(spec), part, given), part)])
        whole = gast.JoinedStr([gast.FormattedValue(value, part.conversion, spec)])
        return self.syntax(placed(whole, part), True, given)

    def _named(self, value: Atom, within: Any, given: dict[str, Atom]) -> Any:
        """A name, of those that mean nothing else here, for a value in what is kept."""
        name = self.unused_name("text", within, [*given])
        given[name] = value
        return gast.Name(name, gast.Load(), None, None)


def _formatted(value: Any, at: Any) -> Any:
    """A value in an f-string, as plain text."""
    return placed(gast.FormattedValue(value, -1, None), at)
