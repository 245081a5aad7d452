"""The arguments of a call of a user's function, one for each of its parameters.

relies on: infer.  ensures: defaults are filled in; what `*args` and `**options` take is packed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Diagnostic, Refused
from adcompile.frontend.lower import lowered
from adcompile.ir.binding import bind_arguments
from adcompile.ir.nodes import Atom, Call, Const, Star, Var
from adcompile.ir.types import Dict, Tuple, Type
from adcompile.runtime.structures import make_dict, make_tuple


def full_arguments(call: Call, types: Types) -> tuple[list[Atom], list[Call]]:
    """A call's arguments in the order of the function's parameters, and the calls that pack some.

    Raises:
        Refused: if the function cannot be lowered, told as called from here, or if it is not known
            which arguments there are.
    """
    before: list[Call] = []

    def packed(fn: Any, items: Sequence[Atom], type_: Type) -> Atom:
        made = Var("", call.origin)
        types[made] = type_
        before.append(Call((made,), fn, tuple(items), origin=call.origin))
        return made

    def pack(rest: Sequence[Atom]) -> Atom:
        return packed(make_tuple, rest, Tuple(tuple(atom_type(types, a) for a in rest)))

    def pack_named(named: Mapping[str, Atom]) -> Atom:
        items = [a for k, v in named.items() for a in (Const(k), v)]
        return packed(make_dict, items, Dict(tuple((k, atom_type(types, a)) for k, a in named.items())))

    positional = [a for a in call.args if not isinstance(a, Star)]
    try:
        params = lowered(call.fn).params  # type: ignore[arg-type]  # it is a Python function
    except Refused as refused:
        raise refused.called_from(call.origin) from None
    bound = bind_arguments(params, positional, dict(call.kwargs), lambda c: c, pack, pack_named)
    if bound is None or len(positional) < len(call.args):
        what, hint = "a call with '*' of unknown length", "write the arguments out"
        raise Refused([Diagnostic(what, call.origin, "", hint)])
    return bound, before
