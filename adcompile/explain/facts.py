"""The facts that `df.explain()` gives: plain data, one object for each thing that was decided.

    FunctionFacts               a function of the program, as the user wrote it
      ValueFacts                its parameters and captures
      LineFacts                 a line of it, with
        ValueFacts              what it computes: active or not, and why
        ResidualFacts           what of that the reverse sweep reads, where it finds it, and
          ReaderFacts           what for
        UpdateFacts             what happens in place, and what is copied
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from adcompile.transforms.placement import Place

Purpose = Literal["value", "shape", "branch", "trips", "recompute"]


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """A value that a line computes: `text` is the expression, `name` the user's name for it or ''.

    `depends_on` are the inputs of the differentiation that it depends on, `is_active` says
    whether it carries a derivative, `why` says why. `computed_by` is what the expression
    resolved to: a rule, a function of the user's, or code that is kept as it is.
    """

    name: str
    text: str
    type: str
    is_active: bool
    depends_on: tuple[str, ...]
    why: str
    computed_by: str = ""


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """What reads a residual: the adjoint of the expression `text` in a line. `purpose` is
    'value'; 'shape', where only that is looked at; 'branch', to take the same branch; 'trips', to
    go through the loop's trips; or 'recompute', to compute the value of the expression again."""

    text: str
    line: int
    purpose: Purpose = "value"


@dataclass(frozen=True, slots=True)
class ResidualFacts:
    """A value of the forward sweep that the reverse sweep reads: where it lives, and what
    reads it. `loop` is the line of the loop whose trip it belongs to."""

    name: str
    place: Place | Literal["argument"]
    loop: int | None
    readers: tuple[ReaderFacts, ...]


@dataclass(frozen=True, slots=True)
class UpdateFacts:
    """A change of an array or list: in place, or on a copy and why."""

    text: str
    in_place: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of the user's function."""

    number: int
    text: str
    values: tuple[ValueFacts, ...] = ()
    residuals: tuple[ResidualFacts, ...] = ()
    updates: tuple[UpdateFacts, ...] = ()
    notes: tuple[str, ...] = ()  # how the loop is gone through backwards, what is kept as it is


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function of the program: what was differentiated, by what, and the functions that were
    written for it."""

    name: str
    file: str
    wrt: tuple[str, ...]
    emitted: tuple[str, ...]
    inputs: tuple[ValueFacts, ...]
    lines: tuple[LineFacts, ...]

    def line(self, number: int) -> LineFacts:
        """The line with a number in the file.

        Raises:
            KeyError: if the function has no such line.
        """
        for line in self.lines:
            if line.number == number:
                return line
        raise KeyError(number)

    @property
    def residuals(self) -> Iterator[ResidualFacts]:
        """Every value that crosses from the forward to the reverse sweep."""
        return (residual for line in self.lines for residual in line.residuals)
