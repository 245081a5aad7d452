"""A program with all its floats in one wide type: the function whose derivative is meant.

A program that stores into `np.zeros(3)` or into float32 cannot be run on complex numbers as it
stands. Its twin runs with a NumPy whose new arrays are of the wide type: complex for the complex
step, float64 for differences, so that the rounding of float32 does not disturb them.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np

MAKERS = {"zeros", "ones", "empty", "full", "eye", "identity", "array", "arange", "linspace"}
FLOATS = {np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)}


class WideNumPy:
    """NumPy, but new arrays of floats have another dtype."""

    def __init__(self, dtype: type) -> None:
        self._dtype = dtype
        self.float32 = self.float64 = dtype

    def __getattr__(self, name: str) -> Any:
        return self._maker(getattr(np, name)) if name in MAKERS else getattr(np, name)

    def _maker(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*args: Any, **kwargs: Any) -> Any:
            array = make(*args, **kwargs)
            return array.astype(self._dtype) if array.dtype in FLOATS else array

        return made


def widened(function: Callable[..., Any], dtype: type) -> Callable[..., Any]:
    """The function over a NumPy of the wide type; so are the functions and arrays it may reach."""
    return _twin(function, dtype, {})


def _twin(function: Callable[..., Any], dtype: type, worlds: dict[int, dict[str, Any]]) -> Callable[..., Any]:
    outside = _world(function.__globals__, dtype, worlds)
    return types.FunctionType(
        function.__code__, outside, function.__name__, function.__defaults__, function.__closure__
    )


def _world(names: dict[str, Any], dtype: type, worlds: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What a module's functions see, over the wide NumPy."""
    if id(names) in worlds:
        return worlds[id(names)]
    outside = worlds[id(names)] = {**names, "np": WideNumPy(dtype)}
    for name, value in names.items():
        if isinstance(value, np.ndarray) and value.dtype in FLOATS:
            outside[name] = value.astype(dtype)
        elif isinstance(value, types.FunctionType) and value.__globals__.get("np") is np:
            outside[name] = _twin(value, dtype, worlds)
    return outside


def in_wide_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function in float64, or in complex numbers where an argument is complex."""

    def run(*args: Any) -> Any:
        return widened(function, np.complex128 if any(map(_is_complex, args)) else np.float64)(*args)

    return run


def _is_complex(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_is_complex(item) for item in value)
    if isinstance(value, dict):
        return any(_is_complex(item) for item in value.values())
    return np.asarray(value).dtype.kind == "c"


def as_float64(value: Any) -> Any:
    """An argument with its floats in float64."""
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype in FLOATS else value
