"""Which callables are differentiated from their source."""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

from adcompile.errors import SourceError
from adcompile.frontend.source import function_source
from adcompile.inference.registry import TRANSFERS
from adcompile.rules.registry import RULE_FUNCTIONS, rule_for


def is_user_function(fn: Any) -> bool:
    """Whether a callable is a Python function of the user's: it has source, no rule, and is
    not part of the standard library, NumPy, SciPy or adcompile."""
    if not isinstance(fn, types.FunctionType) or rule_for(fn) is not None or fn in TRANSFERS:
        return False
    package = (fn.__module__ or "").split(".")[0]
    if package in ("numpy", "scipy") or (package in sys.stdlib_module_names and package != "__main__"):
        return False
    if fn in RULE_FUNCTIONS or (fn.__module__ or "").startswith("adcompile.rules."):
        return True
    emitted = fn.__code__.co_filename.startswith("<")
    return (package != "adcompile" or emitted) and _has_source(fn)


def has_followed_type(fn: Any) -> bool:
    """Whether what a callable returns is typed by its source: a user's function, or a solver that
    the user has named, whose derivative is not that of its source."""
    if is_user_function(fn):
        return True
    rule = rule_for(fn) if isinstance(fn, types.FunctionType) else None
    return rule is not None and rule.kind == "implicit" and _has_source(fn)


@functools.lru_cache(maxsize=1024)
def _has_source(fn: types.FunctionType) -> bool:
    try:
        function_source(fn)
    except SourceError:
        return False
    return True
