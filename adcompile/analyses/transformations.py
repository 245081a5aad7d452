"""Types of what transformations make: `grad(f)` of a known function is a known object, and the
pullback that `vjp(f)(x)` gives within a program a tuple that begins with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.errors import UsageError
from adcompile.frontend.transformations import is_transformed, transformed
from adcompile.ir.types import UNKNOWN, NotStatic, Static, Tuple, Type, static_value


def type_of_transformed(make: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
    """The type of what a transformation makes; Unknown where its arguments are not known, or wrong."""
    try:
        given = tuple(map(static_value, args))
        named = tuple((str(key), static_value(type_)) for key, type_ in kwargs.items())
        return Static(transformed(make, given, named))
    except (NotStatic, UsageError, TypeError):
        return UNKNOWN


def pullback_of(type_: Type) -> Any:
    """The object whose calls are those of a pullback that a vjp within the program gave, or None."""
    if not (isinstance(type_, Tuple) and type_.items and isinstance(first := type_.items[0], Static)):
        return None
    return first.value if is_transformed(first.value) and first.value.is_pullback else None
