"""What `vjp(f)(*args)` gives beside the value: its pullback at these arguments.

A cotangent has the form of the value: the same structure, shapes and dtypes. What is given
is brought to that form, or refused; the emitted code relies on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from adcompile.errors import UsageError


class Pulled:
    """A pullback at a point: from a cotangent of the value to cotangents of the arguments."""

    def __init__(self, function: Callable[..., Any], residual: Any, value: Any, packed: bool) -> None:
        self._function = function
        self._residual = residual
        self._form = form_of(value)
        self._packed = packed  # one cotangent is a tuple of one

    def __deepcopy__(self, memo: dict[int, Any]) -> Pulled:
        """Itself: nothing changes what it holds, and that is its own."""
        return self

    def __call__(self, cotangent: Any) -> Any:
        """The cotangents of the arguments for a cotangent of the value's form.

        Raises:
            UsageError: if the cotangent has another structure or shape than the value.
        """
        result = self._function(self._residual, fitted(cotangent, self._form))
        return (result,) if self._packed else result


Form = Any  # float, (shape, dtype), None for a constant, or a list, tuple or dict of forms


def form_of(value: Any) -> Form:
    """What a cotangent of a value looks like."""
    if isinstance(value, dict):
        return {key: form_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [form_of(item) for item in value] if isinstance(value, list) else tuple(map(form_of, value))
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
        return _Array(value.shape, value.dtype if value.dtype.kind in "fc" else np.dtype(float))
    if type(value) is complex:
        return _Array((), np.dtype(complex))
    return float if type(value) in (bool, int, float) else None


class _Array:
    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape = shape
        self.dtype = dtype


def fitted(given: Any, form: Form, word: str = "cotangent", of: str = "value") -> Any:
    """A cotangent in the form of its value, or a tangent in that of its argument: numbers and
    dtypes are converted.

    Raises:
        UsageError: if it has another structure or shape, or is complex where the value is real.
    """
    if isinstance(form, dict):
        if not isinstance(given, dict):
            raise UsageError(f"the {word} is {_kind(given)}, the {of} a dict")
        if set(given) != set(form):
            raise UsageError(f"the {word} has the keys {_listed(given)}, the {of} {_listed(form)}")
        return {key: fitted(given[key], item, word, of) for key, item in form.items()}
    if isinstance(form, (list, tuple)):
        if not isinstance(given, (list, tuple)):
            raise UsageError(f"the {word} is {_kind(given)}, the {of} a {type(form).__name__}")
        if len(given) != len(form):
            raise UsageError(f"the {word} has {len(given)} items, the {of} {len(form)}")
        return type(form)(fitted(c, item, word, of) for c, item in zip(given, form, strict=True))
    if form is None:
        return given
    shape, dtype = (form.shape, form.dtype) if isinstance(form, _Array) else ((), np.dtype(float))
    return _fitted_number(given, shape, dtype, word, of)


def _fitted_number(given: Any, shape: tuple[int, ...], dtype: np.dtype[Any], word: str, of: str) -> Any:
    if type(given) is float and not shape and dtype.kind == "f":
        return given
    made = given if isinstance(given, np.ndarray) else np.asarray(given)
    if made.dtype.kind not in ("biufc" if dtype.kind == "c" else "biuf"):
        raise UsageError(f"the {word} is {_kind(given)}, the {of} {'complex' if dtype.kind == 'c' else 'real'} numbers")
    if made.shape != shape:
        raise UsageError(f"the {word} has shape {made.shape}, the {of} {shape}")
    if isinstance(given, np.ndarray) or shape:
        return made.astype(dtype, copy=False)
    return complex(made) if dtype.kind == "c" else float(made)


def _kind(value: Any) -> str:
    is_numpy = isinstance(value, (np.ndarray, np.generic))
    return f"of dtype {value.dtype}" if is_numpy else f"of type {type(value).__name__}"


def _listed(keys: Iterable[Any]) -> str:
    return ", ".join(map(repr, keys)) or "none"
