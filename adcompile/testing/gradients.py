"""Compare gradients with differences of the function's own values."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.testing.loading import along


class GradientMismatch(AssertionError):  # noqa: N818  (the public name)
    """A computed gradient differs from the numerical one."""


# Weights of the 5-point first difference, f'(x) = sum(w * f(x + k * h)) / h + O(h**4)
# (Abramowitz and Stegun, table 25.2).
FIVE_POINT = ((-2, 1 / 12), (-1, -8 / 12), (1, 8 / 12), (2, -1 / 12))
STEP = 1e-3  # relative to the argument, or to 1


def numerical_gradient(f: Callable[..., Any], args: Sequence[Any], position: int = 0, step: float = STEP) -> Any:
    """The gradient of the scalar function `f` by its argument `position`, by 5-point differences.

    Returns what has the argument's structure: an array of an array's shape, a number for a number,
    and for a dict, list or tuple one with the gradient by each item (None for an item that is no float).
    Of complex numbers it is the derivative by the real part, less 1j times that by the imaginary part.
    """
    whole = args[position]

    def by(path: Path) -> Any:
        x = np.asarray(_item(whole, path))
        x = x.astype(complex if np.iscomplexobj(x) else float)
        gradient = np.zeros(x.shape, x.dtype)
        for index in np.ndindex(x.shape):
            h = step * max(1.0, float(abs(x[index])))
            for unit in (1, 1j) if np.iscomplexobj(x) else (1,):
                for k, weight in FIVE_POINT:
                    at = x.copy()
                    at[index] += k * h * unit
                    gradient[index] += weight * value(path, at) / h / unit
        return gradient if isinstance(_item(whole, path), np.ndarray) else gradient.item()

    def value(path: Path, at: np.ndarray) -> float:
        moved = copy.deepcopy(list(args))
        new = at if isinstance(_item(whole, path), np.ndarray) else at.item()
        moved[position] = _with_item(moved[position], path, new)
        return float(f(*moved))

    gradient = _mapped(whole, lambda leaf: None)
    for path in _paths(whole):
        gradient = _with_item(gradient, path, by(path))
    return gradient


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: int | str | Sequence[int | str] | None = None,
    order: int = 1,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-6,
) -> None:
    """Check the gradient of the scalar function `f` at `args` against 5-point differences.

    Args:
        f: a function that `grad` can differentiate.
        args: its positional arguments.
        wrt: the arguments to check: positions or names; if left out, all that are floats, complex
            numbers, arrays of such, or dicts, lists and tuples with such in them.
        order: 2 checks the gradient of `sum(gradient * w)` for a random `w` as well, and so on,
            for arguments that are numbers or arrays.
        rtol, atol: tolerances of the comparison, relative to the largest entry.

    Raises:
        GradientMismatch: with the argument, both gradients, and the largest difference.
    """
    from adcompile.api import grad
    from adcompile.transformed import positions

    if wrt is None:
        where = [i for i, a in enumerate(args) if _paths(a)]
    else:
        where = list(positions(f, wrt)[0])
    for position in where:
        df = grad(f, position)
        made = df(*copy.deepcopy(list(args)))
        try:
            _compare(f, args, position, made, STEP, rtol, atol)
        except GradientMismatch:  # a kink may be closer than the step
            _compare(f, args, position, made, STEP / 100, rtol, atol)
        if order > 1 and is_inexact(args[position]):
            _check_higher(df, args, position, order, rtol, atol)


def _check_higher(df: Any, args: Sequence[Any], position: int, order: int, rtol: float, atol: float) -> None:
    """Check the derivative of a gradient: of its scalar product with random numbers."""
    bare = df.specialize(*copy.deepcopy(list(args)))
    w = random_like(args[position], np.random.default_rng(order))
    scalar = along(bare, w, len(args))
    check_grads(scalar, args, position, order - 1, rtol=rtol * 10, atol=atol * 10)


def random_like(value: Any, rng: np.random.Generator) -> Any:
    """Random numbers with two decimals for a number or an array: complex ones for what is complex."""
    made = np.round(rng.uniform(-1, 1, np.shape(value)), 2)
    if np.iscomplexobj(value):
        made = made + 1j * np.round(rng.uniform(-1, 1, np.shape(value)), 2)
    return made if np.ndim(made) else np.asarray(made).item()


def is_inexact(value: Any) -> bool:
    """Whether a value is a float or a complex number, or an array of such."""
    return isinstance(value, (float, complex)) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc")


Path = tuple[Any, ...]


def _paths(value: Any) -> list[Path]:
    """Where the numbers and arrays with a derivative stand in a value: the keys and positions that
    lead to each."""
    if is_inexact(value):
        return [()]
    return [(key, *path) for key, item in _items(value) for path in _paths(item)]


def _items(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, (list, tuple)) else []


def _item(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _mapped(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """A structure with another in the place of each item that is no container."""
    if isinstance(value, dict):
        return {key: _mapped(item, leaf) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_mapped(item, leaf) for item in value]
        return items if isinstance(value, list) else _tuple_like(value, items)
    return leaf(value)


def _tuple_like(value: tuple[Any, ...], items: list[Any]) -> Any:
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def _with_item(value: Any, path: Path, new: Any) -> Any:
    """A structure with a new value at a path."""
    if not path:
        return new
    key, *rest = path
    changed = _with_item(value[key], tuple(rest), new)
    if isinstance(value, tuple):
        return _tuple_like(value, [changed if k == key else item for k, item in enumerate(value)])
    value[key] = changed
    return value


def _compare(
    f: Callable[..., Any], args: Sequence[Any], position: int, made: Any, step: float, rtol: float, atol: float
) -> None:
    expected = numerical_gradient(f, args, position, step)
    for path in _paths(args[position]):
        name = f"argument {position}" + "".join(f"[{key!r}]" for key in path)
        ours, theirs = _item(made, path), _item(expected, path)
        if np.shape(ours) != np.shape(theirs):
            raise GradientMismatch(
                f"gradient of {f.__name__} by {name}: shape {np.shape(ours)}, expected {np.shape(theirs)}"
            )
        difference = np.abs(np.asarray(ours) - theirs)
        if np.any(difference > atol + rtol * np.max(np.abs(theirs), initial=0.0)):
            raise GradientMismatch(
                f"gradient of {f.__name__} by {name} is wrong by {np.max(difference):.3g}:\n"
                f"  computed  {ours}\n  numerical {theirs}"
            )
