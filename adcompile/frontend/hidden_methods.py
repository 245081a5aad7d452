"""Objects in which an attribute hides a method of their class (`model.energy = other`).

What a method call of such an object means is known only when the program runs.
"""

from __future__ import annotations

import functools
import types
from typing import Any

METHODS = (types.FunctionType, staticmethod, classmethod)


def hides_method(value: Any) -> bool:
    """Whether something in an object has the name of a method of its class."""
    kind: Any = type(value)
    names = _method_names(kind)
    return bool(names) and not names.isdisjoint(getattr(value, "__dict__", ()))


def may_hide_methods(value: Any) -> bool:
    """Whether an object is of a class with methods in Python."""
    kind: Any = type(value)
    return bool(_method_names(kind))


@functools.lru_cache(maxsize=1024)
def _method_names(kind: type) -> frozenset[str]:
    held = ((name, what) for owner in kind.__mro__ for name, what in vars(owner).items())
    return frozenset(name for name, what in held if isinstance(what, METHODS))
