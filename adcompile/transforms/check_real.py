"""Refuse an active value that is complex: its rules need conjugates, which come later.

relies on: activity, types.  ensures: every active value that has a known dtype is real.
"""

from __future__ import annotations

from collections.abc import Iterable

from adcompile.analyses.infer import Types
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Var
from adcompile.ir.types import Array, Scalar, kind_of


def check_real(active: Iterable[Var], types: Types, found: DiagnosticList) -> None:
    """Add a refusal for each line that computes an active complex value."""
    order = {v: i for i, v in enumerate(types)}
    for var in sorted(active, key=lambda v: order.get(v, 0)):
        type_ = types.get(var)
        if isinstance(type_, (Scalar, Array)) and kind_of(type_.dtype) == "complex":
            found.add(
                "a value on the way to the result is complex",
                var.origin,
                "derivatives of complex values are not supported yet",
                "compute with real and imaginary parts",
            )
