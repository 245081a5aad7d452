"""The transformations: functions of adcompile's own that make a function from a function (`grad`,
`jvp`, ...), and what a program that calls them gets.

`ad.grad(f)` in a program is the same object as outside, made when the program is compiled. A call
of that object is a call of a function with source: of what the transformation emits for arguments
of these types. So it is differentiated as any function of the user's is.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Outside = Mapping[tuple[Any, str], Any]
TRANSFORMATIONS: dict[Any, bool] = {}  # and whether what it makes takes tangents behind the arguments
MOST_MADE = 512


@dataclass(frozen=True, slots=True)
class Emission:
    """The function that a call of a transformed one stands for, and what it was made from: the
    names outside that it resolved, and those whose types it was compiled for."""

    function: types.FunctionType
    guards: Outside = field(default_factory=dict)
    captures: Outside = field(default_factory=dict)


BETWEEN = "__adcompile_between__"


def put_between(function: types.FunctionType) -> types.FunctionType:
    """Say that a function only brings the arguments of a call to what the emitted one takes: its lines
    belong to the place of the call."""
    function.__dict__[BETWEEN] = True
    return function


def stands_between(fn: Any) -> bool:
    """Whether a callable is such a function."""
    return isinstance(fn, types.FunctionType) and BETWEEN in fn.__dict__


def transformation(make: F) -> F:
    """Register a function that makes a transformed function from a function."""
    TRANSFORMATIONS[make] = False
    return make


def transformation_along(make: F) -> F:
    """Register one whose function takes tangents behind the arguments."""
    TRANSFORMATIONS[make] = True
    return make


def is_transformation(fn: Any) -> bool:
    """Whether a callable is one of `grad`, `vjp`, `jvp`, ..."""
    return isinstance(fn, types.FunctionType) and fn in TRANSFORMATIONS


def is_transformed(value: Any) -> bool:
    """Whether a call of an object is a call of what adcompile emits."""
    return hasattr(type(value), "__adcompile__")


@functools.lru_cache(maxsize=MOST_MADE)
def transformed(make: Any, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> Any:
    """What a transformation makes, one object for the same arguments."""
    return make(*args, **dict(kwargs))
