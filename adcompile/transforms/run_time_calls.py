"""Call a function that only the running program knows so that it gives its derivative beside its value.

    h = layer(h)        h, layer_pullback = with_pullback(layer, (0,), h)      reverse: h_bar = layer_pullback(h_bar)
                        h, h_dot = with_tangent(layer, (0,), (h_dot,), h)

relies on: `finds_at_run_time` holds.  ensures: the value is what the plain call gives.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from adcompile.analyses.infer import Types
from adcompile.ir.nodes import Atom, Attribute, Call, Const, Method, Star, Var
from adcompile.ir.types import UNKNOWN, Passive
from adcompile.runtime.called import with_pullback, with_tangent


def with_its_pullback(call: Call, types: Types, active: Collection[Atom]) -> list[Call]:
    """The call that gives the pullback as well, behind what it needs."""
    called, given, before = found_and_given(call, types)
    name = call.fn.name if isinstance(call.fn, Method) else called.name or "function"
    pullback = Var(f"{name}_pullback", call.origin)
    types[pullback] = Passive("pullback")
    places = Const(tuple(i for i, a in enumerate(given) if a in active))
    results = (call.result, pullback)
    return [*before, replace(call, results=results, fn=with_pullback, args=(called, places, *given), kept=True)]


def with_its_tangent(
    call: Call, called: Var, given: Sequence[Atom], tangent: Var, moving: Sequence[int], along: Atom
) -> Call:
    """The call that gives the tangent as well: `along` is the tuple of the tangents of the arguments at the
    places `moving`."""
    args = (called, Const(tuple(moving)), along, *given)
    return replace(call, results=(call.result, tangent), fn=with_tangent, args=args, kept=True)


def found_and_given(call: Call, types: Types) -> tuple[Var, tuple[Atom, ...], list[Call]]:
    """The function that a call finds, its arguments by position, and the call that reads the function, if
    it is a method."""
    holder, *given = (a for a in call.args if not isinstance(a, Star))
    assert isinstance(holder, Var)
    if not isinstance(call.fn, Method):
        return holder, tuple(given), []
    held = Var("", call.origin)
    types[held] = UNKNOWN
    return held, tuple(given), [Call((held,), Attribute(call.fn.name), (holder,), origin=call.origin, kept=True)]
