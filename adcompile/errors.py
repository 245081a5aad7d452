"""What can go wrong, where it stands in the user's file, and what to write instead.

Every error that adcompile raises on purpose is an `ADError`. A program that cannot be
differentiated is `Refused` with one `Diagnostic` for each offending place, all at once.
An `InternalError` says that the fault is ours and names the pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace


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
    calls: tuple[Origin, ...] = ()  # the calls that led to the function, the nearest first

    def render(self) -> str:
        """The diagnostic as text: location, the line with a caret, what, why and the rewrite."""
        lines = []
        if self.origin is not None:
            lines.append(f"{self.origin.file}:{self.origin.line}: {self.what}")
            lines.extend(_caret(self.origin))
        else:
            lines.append(self.what)
        lines.extend(f"  called from {call.file}:{call.line}" for call in self.calls)
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

    def called_from(self, origin: Origin | None) -> Refused:
        """The same refusals, of a function that is called there."""
        if origin is None:
            return self
        return Refused([replace(d, calls=(*d.calls, origin)) for d in self.diagnostics])


class InternalError(ADError):
    """A fault of adcompile itself, with the name of the pass in which it showed."""

    def __init__(self, stage: str, detail: str) -> None:
        self.stage = stage
        super().__init__(
            f"internal error of adcompile in the pass '{stage}': {detail}\n"
            "This is our fault, not your program's. Please report it with the function that caused it."
        )


class DiagnosticList:
    """Collects the refusals of one program, so that all are reported together."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._doubts: set[Diagnostic] = set()
        self._calls: tuple[Origin, ...] = ()

    def add(
        self, what: str, origin: Origin | None = None, why: str = "", hint: str = "", doubt: bool = False
    ) -> None:
        """Record one refusal; the same one at the same place is recorded once. A `doubt` about a
        call is not reported where another refusal of that call says what is wrong."""
        found = Diagnostic(what, origin, why, hint, self._calls)
        self._record(found)
        if doubt:
            self._doubts.add(found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Record several refusals."""
        for one in found:
            self._record(replace(one, calls=one.calls + self._calls))

    def take_over(self, other: DiagnosticList) -> None:
        """Record what another list holds."""
        self.extend(other._found)
        self._doubts |= {replace(one, calls=one.calls + self._calls) for one in other._doubts}

    def _record(self, found: Diagnostic) -> None:
        same = (found.what, found.origin)
        if not any((one.what, one.origin) == same for one in self._found):
            self._found.append(found)

    @contextmanager
    def called_from(self, origin: Origin | None) -> Iterator[None]:
        """While a function is looked at that is called there."""
        outer = self._calls
        self._calls = outer if origin is None else (origin, *outer)
        try:
            yield
        finally:
            self._calls = outer

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise `Refused` with everything collected, if anything was."""
        if self._found:
            certain = {place for f in self._found if f not in self._doubts for place in (f.origin, *f.calls)}
            raise Refused([f for f in self._found if f not in self._doubts or f.origin not in certain])
