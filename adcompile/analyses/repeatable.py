"""Whether a function may be run again for the same result: it only computes, and draws no numbers.

relies on: nothing.  ensures: true only of functions without effects, whatever they call.
"""

from __future__ import annotations

from typing import Any

from adcompile.analyses.effects import is_pure_callable
from adcompile.ir.nodes import Attribute, Block, Call, FunctionRef, Opaque, With
from adcompile.ir.traverse import walk
from adcompile.runtime.checks import require_apart, require_floats, require_scalar, require_shape, require_view

CHECKS = (require_apart, require_floats, require_scalar, require_shape, require_view)


def is_repeatable(body: Block) -> bool:
    """Whether a function's body does nothing but compute. What it calls of the same program
    (`FunctionRef`) is to be looked at by itself."""
    for stmt in walk(body):
        if isinstance(stmt, With) or (isinstance(stmt, Opaque) and not stmt.leaves):
            return False
        if isinstance(stmt, Call) and not _only_computes(stmt):
            return False
    return True


def _only_computes(call: Call) -> bool:
    fn: Any = call.fn
    if isinstance(fn, (Attribute, FunctionRef)) or any(fn is check for check in CHECKS):
        return True
    return is_pure_callable(fn) and not any(name == "out" for name, _ in call.kwargs)
