"""What was decided while a program was compiled: kept for those who ask, read by no pass.

`explain` makes its text from this. Everything here is what the passes worked with, not a
second opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import Call, Function, Var
from adcompile.transforms.placement import Placement
from adcompile.transforms.plan_buffers import Plan
from adcompile.transforms.reverse import Pullback, Reversed


@dataclass(slots=True)
class Differentiation:
    """One function of the program: what was differentiated, by what, and how.

    `primal` is simplified, and its active calls of user functions are split; `wrt` are the
    values to differentiate by, `emitted` the names of the functions that were written for it.
    """

    primal: Function
    types: Types
    wrt: tuple[Var, ...]
    active: frozenset[Var]
    pullbacks: Mapping[Call, Pullback]
    both: Reversed
    placement: Placement = field(default_factory=Placement)
    emitted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pushed:
    """The function that a program is the pushforward of, and the values that move."""

    primal: Function
    types: Types
    wrt: tuple[Var, ...]


@dataclass(slots=True)
class Decisions:
    """The differentiated functions, and the plan of each function that was emitted, by name; of a
    pushforward, what it is of. `merged` says of functions that came out as another under what name
    they are written."""

    functions: list[Differentiation] = field(default_factory=list)
    pushed: Pushed | None = None
    plans: dict[str, Plan] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    not_carried: str = ""  # why no sweep carries many seeds, where one was asked for
