"""Refuse what a user's function would compute with other values under Numba.

A name that is not bound reads as zero there, and an int has 64 bits.

relies on: simplify.  ensures: every value that is read is bound, and no Python int outgrows its bits.
"""

from __future__ import annotations

from adcompile.analyses.infer import Types
from adcompile.analyses.int_bits import IntBits
from adcompile.analyses.unbound import Unbound
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Function


def check_values(primal: Function, types: Types, found: DiagnosticList) -> None:
    """Record where a function reads a name that may be unbound, or makes an int that may be large."""
    for var, origin in Unbound(primal.body, types).reads():
        found.add(
            f"'{var.name}' may have no value here",
            origin,
            "numba would go on with 0.0 where Python raises an error",
            f"give '{var.name}' a value before the loop or branch that sets it",
        )
    for origin in IntBits(primal, types).found:
        found.add(
            "an int may get larger than 64 bits here",
            origin,
            "numba's ints have 64 bits, and wrap around where Python's go on",
            "compute with floats (start from 1.0, not 1), or backend='numpy'",
        )
