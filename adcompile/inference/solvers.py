"""Types of what solvers of equations find. SciPy's are looked up by name: it is not imported for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.inference.registry import Transfer, transfer, unknown_size
from adcompile.ir.types import FLOAT, UNKNOWN, Array, Scalar, Type, kind_of
from adcompile.runtime.solutions import solve_linear

_PLAIN = Scalar("float64")


def _bracketed(f: Type, a: Type, b: Type, *_: Type, **options: Type) -> Type:
    return FLOAT


def _newton(func: Type, x0: Type, *_: Type, **options: Type) -> Type:
    if isinstance(x0, Array):
        return Array("?", x0.shape)
    return _PLAIN if isinstance(x0, Scalar) and x0.dtype in ("int", "float", "float64") else UNKNOWN


def _fixed_point(func: Type, x0: Type, *options: Type, method: Type = UNKNOWN, **named: Type) -> Type:
    if method is not UNKNOWN or not isinstance(x0, (Scalar, Array)):
        return UNKNOWN
    dtype = "float64" if x0.dtype in ("int", "float", "float64") or kind_of(x0.dtype) == "int" else "?"
    return Array(dtype, x0.shape if isinstance(x0, Array) else ())


def _root(fun: Type, x0: Type, args: Type = UNKNOWN, method: Type = UNKNOWN, *_: Type, **options: Type) -> Type:
    if method is not UNKNOWN:
        return UNKNOWN
    shape = x0.shape if isinstance(x0, Array) else None
    return Array("float64", shape if shape is not None and len(shape) == 1 else (unknown_size(),))


_TRANSFERS: dict[str, Transfer] = {
    "brentq": _bracketed,
    "brenth": _bracketed,
    "bisect": _bracketed,
    "ridder": _bracketed,
    "newton": _newton,
    "fixed_point": _fixed_point,
    "root": _root,
}


def solution_type(fn: Any, args: Sequence[Type], kwargs: Mapping[str | None, Type]) -> Type:
    """The type of the solution that a call of a solver finds: what it returns, or what the report
    holds that it returns."""
    known = _TRANSFERS.get(fn.__name__)
    try:
        return UNKNOWN if known is None else known(*args, **kwargs)  # type: ignore[arg-type]
    except TypeError:
        return UNKNOWN


@transfer(solve_linear)
def linear_solution(solver: Type, product: Type, side: Type, *given: Type) -> Type:
    return side if isinstance(side, Array) else UNKNOWN
