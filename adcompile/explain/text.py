"""Facts as text: the user's lines, and under each what was decided about it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from adcompile.explain.facts import (
    FunctionFacts,
    LineFacts,
    ReaderFacts,
    ResidualFacts,
    UpdateFacts,
    ValueFacts,
)

WIDTH = 110
INDENT = " " * 10
QUOTED, NO_BREAK = re.compile("`[^`]*`"), "\N{NO-BREAK SPACE}"
WHERE = {
    "argument": "is an argument, read",
    "local": "stays in a local variable,",
    "returned": "is returned in the residual,",
    "tape": "is recorded on the tape of line {line},",
    "counted": "is counted again by the reverse of line {line},",
    "iterated": "is taken from its sequence again by the reverse of line {line},",
    "recomputed": "is computed again,",
}


def to_text(functions: Sequence[FunctionFacts]) -> str:
    """The facts about all functions of a program."""
    return "\n\n".join("\n".join(_function(one)) for one in functions) + "\n"


def _function(facts: FunctionFacts) -> Iterator[str]:
    file, wrt = PurePath(facts.file).name, ", ".join(facts.wrt)
    yield f"{' and '.join(facts.emitted)}: {facts.name} in {file}, differentiated by {wrt}"
    yield ""
    for i, line in enumerate(facts.lines):
        yield f"{line.number:6}  {line.text}".rstrip()
        if i == 0:
            yield from _table(facts.inputs)
        yield from _line(line)


def _line(line: LineFacts) -> Iterator[str]:
    yield from _table(line.values)
    for note in line.notes:
        yield from _wrapped(note)
    for residual in line.residuals:
        yield from _residual(residual)
    for update in line.updates:
        yield from _update(update)


def _table(values: Sequence[ValueFacts]) -> Iterator[str]:
    rows = [(_what(v), _shortened(v.type, 30), _activity(v), v.computed_by) for v in values]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"{INDENT}{'  '.join([*cells, row[3]])}".rstrip()


def _what(value: ValueFacts) -> str:
    return value.name or _shortened(value.text)


def _shortened(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 4] + " ..."


def _activity(value: ValueFacts) -> str:
    return f"{'active' if value.is_active else 'passive'}: {value.why}"


def _residual(residual: ResidualFacts) -> Iterator[str]:
    where = WHERE[residual.place].format(line=residual.loop)
    yield from _wrapped(f"{residual.name} {where} {_purposes(residual.readers)}")


def _purposes(readers: Sequence[ReaderFacts]) -> str:
    """What a residual is read for."""

    def listed(purpose: str) -> str:
        return _listed([f"`{r.text}` (line {r.line})" for r in readers if r.purpose == purpose])

    phrases = {
        "value": "for the adjoint of {}",
        "shape": "for its shape in the adjoint of {}",
        "branch": "to take the same branch as {}",
        "trips": "to go backwards through {}",
        "recompute": "to compute {} again",
    }
    return _listed([phrase.format(found) for purpose, phrase in phrases.items() if (found := listed(purpose))])


def _update(update: UpdateFacts) -> Iterator[str]:
    text = f"in place: {update.text}" if update.in_place else f"copied: {update.text}, because {update.why}"
    yield from _wrapped(text)


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _wrapped(text: str) -> list[str]:
    whole = QUOTED.sub(lambda match: match[0].replace(" ", NO_BREAK), text)
    lines = textwrap.wrap(
        whole, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT + "  ",
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
    return [line.replace(NO_BREAK, " ") for line in lines]
