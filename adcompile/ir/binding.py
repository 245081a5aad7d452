"""Bind the arguments of a call to a function's parameters, whatever the arguments are: types
during inference, atoms when a call is split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from adcompile.ir.nodes import Const, Param

T = TypeVar("T")


def bind_arguments(
    params: Sequence[Param],
    args: Sequence[T],
    kwargs: Mapping[str | None, T],
    constant: Callable[[Const], T],
    pack: Callable[[Sequence[T]], T],
    pack_named: Callable[[Mapping[str, T]], T],
) -> list[T] | None:
    """One value for each parameter, in order; None if the arguments do not fit.

    `constant` makes a default, `pack` what `*args` receives, `pack_named` what `**kwargs` does.
    """
    named = {p.var.name: p for p in params if p.kind in ("positional", "keyword")}
    positional = [p for p in params if p.kind == "positional"]
    given: dict[str, T] = {p.var.name: a for p, a in zip(positional, args, strict=False)}
    rest = list(args[len(positional) :])
    extra: dict[str, T] = {}
    for key, value in kwargs.items():
        if key is None or key in given:
            return None
        (given if key in named else extra)[key] = value
    kinds = {p.kind for p in params}
    if (rest and "*" not in kinds) or (extra and "**" not in kinds):
        return None
    bound: list[T] = []
    for param in params:
        if param.kind == "*":
            bound.append(pack(rest))
        elif param.kind == "**":
            bound.append(pack_named(extra))
        elif param.var.name in given:
            bound.append(given[param.var.name])
        elif param.default is not None:
            bound.append(constant(param.default))
        else:
            return None
    return bound
