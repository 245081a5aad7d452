"""The words of the IR's text, once: `printer` writes them, and `parser` reads them back."""

from __future__ import annotations

import builtins
import copy
import math
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from adcompile.ir.nodes import Attribute, FunctionRef, Method
from adcompile.runtime import broadcasting, checks, contexts, markers, solutions, structures, updates

INDENT = "  "
# What stands before a parameter of each kind; the longest first, for the parser.
PARAM_PREFIX = {"**": "**", "*": "*", "keyword": "keyword ", "positional": ""}
# What stands before the name of a callable that is a piece of syntax.
CALLABLE_PREFIX: dict[type, str] = {Method: ".", Attribute: "@", FunctionRef: "&"}
# A Python expression that is kept as it is, by whether its result carries no derivative.
KEPT_EXPRESSION = {False: "syntax", True: "passive_syntax"}
EACH = {False: "each", True: "reversed"}  # by whether the elements are taken backwards
UNDEFINED_NAME = "undefined"
HELPERS = ("structures", "updates", "markers", "broadcasting", "checks", "contexts", "solutions")
# Where the text finds a callable, and what it calls the place; a built-in has its name alone.
MODULES: dict[str, Any] = {
    "operator": operator,
    "copy": copy,
    "structures": structures,
    "updates": updates,
    "markers": markers,
    "broadcasting": broadcasting,
    "checks": checks,
    "contexts": contexts,
    "solutions": solutions,
    "math": math,
    "np": np,
    "np.linalg": np.linalg,
    "np.fft": np.fft,
    "np.random": np.random,
}


def known_name(value: Any) -> str | None:
    """The dotted name of an object that the text knows; None for another one."""
    return _KNOWN.get(id(value))


def object_named(name: str, namespace: Mapping[str, object]) -> Any:
    """The object that a dotted name means.

    Raises:
        LookupError: with the reason, if it means none.
    """
    if name in namespace:
        return namespace[name]
    first, *rest = name.split(".")
    known = {**vars(builtins), **namespace, **MODULES}
    if first not in known:
        raise LookupError(f"{name!r} is not in the namespace")
    value = known[first]
    for part in rest:
        if not hasattr(value, part):
            raise LookupError(f"{value!r} has no attribute {part!r}")
        value = getattr(value, part)
    return value


def _known_names() -> dict[int, str]:
    """The dotted names of the objects that the text knows; of several, the object's own."""
    known = {id(value): name for name, value in vars(builtins).items()}
    for place, module in MODULES.items():
        own_first = sorted(vars(module).items(), key=lambda pair: getattr(pair[1], "__name__", "") != pair[0])
        for name, value in own_first:
            is_ours = place not in HELPERS or getattr(value, "__module__", "") == module.__name__
            if is_ours and callable(value) and not name.startswith("_"):
                known.setdefault(id(value), f"{place}.{name}")
    return known | {id(module): place for place, module in MODULES.items()}


_KNOWN = _known_names()
