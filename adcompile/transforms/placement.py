"""Where each residual was placed, and how each loop is gone through backwards.

`place_residuals` and its parts note here what they decide; no pass reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from adcompile.ir.nodes import Loop, Var

# 'local': in a local variable; 'returned': to the caller, who hands it to the second half;
# 'tape': recorded by its loop; 'counted': the number of the trip gives it; 'iterated': the
# reverse loop goes over the same sequence; 'recomputed': computed again in the reverse sweep.
Place = Literal["local", "returned", "tape", "counted", "iterated", "recomputed"]
# Backwards by its 'tape', by the 'trips' that the forward loop counted, over the same
# sequence ('iterated'), or over numbers that are known before ('counted').
Way = Literal["tape", "trips", "iterated", "counted"]


@dataclass(frozen=True, slots=True)
class Residual:
    """How one value reaches the reverse sweep, and the loop whose trip it belongs to."""

    value: Var
    place: Place
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """What was decided for one function. `made` gives for each tape, and each number of trips,
    the loop that it is of: an outer loop, or the caller, may have to keep it."""

    residuals: list[Residual] = field(default_factory=list)
    loops: dict[Loop, Way] = field(default_factory=dict)
    made: dict[Var, Loop] = field(default_factory=dict)
    # Conditions of a loop's last trip: what they were, known after the loop, and in a trip.
    flags: dict[Var, Var] = field(default_factory=dict)

    def note(self, values: Iterable[Var], place: Place, loop: Loop | None = None) -> None:
        """Remember where some values of a frame were placed."""
        self.residuals.extend(Residual(value, place, loop) for value in values)
