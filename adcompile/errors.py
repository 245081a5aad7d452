"""What can go wrong, where it stands in the user's file, and what to write instead.

Every error that adcompile raises on purpose is an `ADError`. A program that cannot be
differentiated is `Refused` with one `Diagnostic` for each offending place, all at once.
An `InternalError` says that the fault is ours and names the pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the user's source: file, 1-based line, 0-based columns, and the line's text."""

    file: str
    line: int
    column: int = 0
    end_column: int | None = None
    text: str = ""
    reverse: bool = False  # the statement reverses this place


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One refusal: where, what is wrong, why, and a rewrite that works."""

    what: str
    origin: Origin | None = None
    why: str = ""
    hint: str = ""

    def render(self) -> str:
        """The diagnostic as text: location, the line with a caret, what, why and the rewrite."""
        lines = []
        if self.origin is not None:
            lines.append(f"{self.origin.file}:{self.origin.line}: {self.what}")
            lines.extend(_caret(self.origin))
        else:
            lines.append(self.what)
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.hint:
            lines.append(f"  instead: {self.hint}")
        return "\n".join(lines)


def _caret(origin: Origin) -> list[str]:
    text = origin.text.rstrip()
    stripped = text.lstrip()
    if not stripped:
        return []
    start = max(origin.column - (len(text) - len(stripped)), 0)
    end = len(stripped) if origin.end_column is None else origin.end_column - (len(text) - len(stripped))
    width = max(min(end, len(stripped)) - start, 1)
    return [f"    {stripped}", "    " + " " * start + "^" * width]


class ADError(Exception):
    """The root of every error that adcompile raises on purpose."""


class UsageError(ADError, TypeError):
    """The call of an adcompile function is wrong: a bad `wrt`, an argument of the wrong type."""


class SourceError(ADError):
    """The source text of a function cannot be found or parsed."""


class Refused(ADError):  # noqa: N818  (the public name)
    """The program cannot be differentiated; `diagnostics` says where and why, all places at once."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n\n".join(d.render() for d in self.diagnostics))


class InternalError(ADError):
    """A fault of adcompile itself, with the name of the pass in which it showed."""

    def __init__(self, stage: str, detail: str) -> None:
        self.stage = stage
        super().__init__(
            f"internal error of adcompile in the pass '{stage}': {detail}\n"
            "This is our fault, not your program's. Please report it with the function that caused it."
        )


class DiagnosticList:
    """Collects the refusals of one function, so that all are reported together."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, what: str, origin: Origin | None = None, why: str = "", hint: str = "") -> None:
        """Record one refusal; the same one at the same place is recorded once."""
        found = Diagnostic(what, origin, why, hint)
        if found not in self._found:
            self._found.append(found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Record several refusals."""
        for one in found:
            self.add(one.what, one.origin, one.why, one.hint)

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise `Refused` with everything collected, if anything was."""
        if self._found:
            raise Refused(self._found)
