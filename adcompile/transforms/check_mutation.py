"""Refuse a change in place that something else would see.

The IR takes `a[i] = v` as a new value for the name `a`. That is what the program means as
long as nothing else that is read later shares the memory of `a`, and `a` is the function's
own. Where that cannot be shown, the program is refused at the line.

relies on: lowered IR, types.  ensures: every update may be taken as a new value.
"""

from __future__ import annotations

from adcompile.analyses.aliasing import Aliasing
from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Call, Function, Var
from adcompile.ir.traverse import walk
from adcompile.ir.types import UNKNOWN, Scalar
from adcompile.transforms.plan_buffers import is_update


def check_mutation(function: Function, types: Types, found: DiagnosticList) -> None:
    """Add a refusal for each update that is not the same as a new value."""
    changes = [s for s in walk(function.body) if isinstance(s, Call) and is_update(s)]
    changes = [c for c in changes if not isinstance(_type(types, c), Scalar)]
    if not changes:
        return
    aliasing, liveness = Aliasing(function.body, types), Liveness(function)
    inputs = {v: v.name for v in function.inputs}
    for call in changes:
        target = call.operands[0]
        if not isinstance(target, Var):
            continue
        name = target.name or "the object"
        outside = next((n for v, n in inputs.items() if aliasing.affects(target, v)), None)
        if outside is not None:
            found.add(
                f"'{name}' is changed in place, and may be the caller's '{outside}'",
                call.origin,
                "what the function does to the caller's objects is not followed yet",
                f"work on a copy: {name} = {name}.copy()",
            )
            continue
        others = [v for v in liveness.live_after[call] if v not in call.results and aliasing.affects(target, v)]
        if others:
            other = others[0].name or "another value"
            found.add(
                f"'{name}' is changed in place while '{other}', which may share its memory, is still read",
                call.origin,
                "the change may be seen through the other name, which is not followed yet",
                f"copy before changing: {name} = {name}.copy()",
            )


def _type(types: Types, call: Call) -> object:
    target = call.operands[0]
    return types.get(target, UNKNOWN) if isinstance(target, Var) else UNKNOWN
