"""Values as Python text that gives the same value again, to the last bit."""

from __future__ import annotations

import textwrap
from typing import Any, Literal

import numpy as np

WIDTH = 100
NUMBERS = "biufc"  # the kinds of dtypes that are written


class NoLiteral(Exception):  # noqa: N818  (caught at once, never shown as it is)
    """The value has no text that gives it again; the message says what it is."""


def literal(value: Any) -> str:
    """The text of numbers, strings, arrays of numbers, and tuples, lists and dicts of them; it
    may use the name `np`.

    Raises:
        NoLiteral: if the value is, or holds, something else.
    """
    kind = type(value)
    if value is None or value is Ellipsis or kind in (bool, int, str, bytes):
        return repr(value)
    if kind in (float, complex):
        return _number(value)
    if kind in (tuple, list):
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if kind is list else f"({inner}{',' * (len(value) == 1)})"
    if kind is dict:
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if kind is slice:
        return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
    if kind is np.ndarray and value.dtype.kind in NUMBERS:
        return _array(value)
    if isinstance(value, np.generic) and value.dtype.kind in NUMBERS:
        return _exact(f"np.{value.dtype.name}({_item(value.item())})", np.asarray(value)) or f"{_bytes(value)}[()]"
    raise NoLiteral(f"a {kind.__name__}")


def size(value: Any) -> int:
    """How many numbers, strings and the like a value holds."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, (tuple, list)) else 1


def is_mutable(value: Any) -> bool:
    """Whether a value is, or holds, a list or a dict: its owner may change it at any time."""
    return isinstance(value, (list, dict)) or (isinstance(value, tuple) and any(map(is_mutable, value)))


def _number(value: complex) -> str:
    text = _item(value)
    return text if _exact(text, np.asarray(value)) else f"{_bytes(np.asarray(value))}.item()"


def _item(value: Any) -> str:
    """A number as text: as short as it can be read back."""
    if isinstance(value, complex):
        return f"complex({_item(value.real)}, {_item(value.imag)})"
    text = repr(value)
    return f"float('{text}')" if text in ("inf", "-inf", "nan") else text


def _array(value: np.ndarray) -> str:
    """An array in the order of its memory, so that sums over it are made in the same order."""
    order = _order(value)
    items = ", ".join(map(_item, value.ravel(order).tolist()))
    dtype = value.dtype.name if value.dtype.isnative else value.dtype.str
    if len(items) > WIDTH:
        items = "\n" + textwrap.fill(items, WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n"
    text = f"np.array([{items}], dtype={dtype!r})"
    if value.ndim != 1:
        text += f".reshape({value.shape}{', order=' + repr(order) if order == 'F' else ''})"
    return _exact(text, value) or _bytes(value)


def _bytes(value: Any) -> str:
    """The bytes of an array: for numbers that have no text, such as one NaN among others."""
    array = np.asarray(value)
    order = _order(array)
    text = f"np.frombuffer(bytes.fromhex({array.tobytes(order).hex()!r}), dtype={array.dtype.str!r})"
    return f"{text}.reshape({array.shape}, order={order!r}).copy({order!r})"


def _order(array: np.ndarray) -> Literal["C", "F"]:
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def _exact(text: str, value: Any) -> str:
    """The text, if it gives the value's bytes and dtype again; else nothing."""
    try:
        made = np.asarray(eval(text, {"np": np}))
    except (ValueError, TypeError, SyntaxError, NameError):
        return ""
    is_same = made.dtype == value.dtype and made.shape == value.shape and made.tobytes() == value.tobytes()
    return text if is_same else ""
