"""Calls of functions that only the running program knows, with their derivatives: an item of a list of
layers, an attribute of an object, a method of an item.

The compiler says what to call them through when adcompile is imported (`adcompile/called.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Differentiation:
    """What makes `vjp` and `jvp` of a function by some of its arguments, of so many by position."""

    pulling: Callable[[Any, tuple[int, ...], int], Callable[..., Any]]
    pushing: Callable[[Any, tuple[int, ...], int], Callable[..., Any]]


def with_pullback(function: Any, wrt: tuple[int, ...], /, *args: Any, **options: Any) -> tuple[Any, Any]:
    """The value of a call, and the pullback by the arguments at the places `wrt`: of a cotangent one
    for each of them, in a tuple if there are several.

    Raises:
        UsageError: if the function has no derivative, or changes what it is given.
        Refused: if it cannot be differentiated.
    """
    value, pullback = Differentiation.pulling(function, wrt, len(args))(*args, **options)
    return value, pullback


def with_tangent(
    function: Any, wrt: tuple[int, ...], tangents: tuple[Any, ...], /, *args: Any, **options: Any
) -> tuple[Any, Any]:
    """The value of a call, and its tangent along tangents of the arguments at the places `wrt`.

    Raises:
        UsageError: if the function has no derivative, or changes what it is given.
        Refused: if it cannot be differentiated.
    """
    value, tangent = Differentiation.pushing(function, wrt, len(args))(tangents, *args, **options)
    return value, tangent
