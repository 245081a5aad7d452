"""Whether a function may be run again for the same result: it only computes, and draws no numbers.

relies on: nothing.  ensures: true only of functions without effects, whatever they call.
"""

from __future__ import annotations

import types
from typing import Any

from adcompile.analyses.effects import CHECKS, is_pure_callable
from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import Refused, SourceError
from adcompile.frontend.lower import lowered
from adcompile.ir.nodes import Attribute, Block, Call, Const, FunctionRef, Opaque, With
from adcompile.ir.traverse import walk
from adcompile.rules.solvers import scipy_solver

PURE_BUILTINS = (sorted, any, all, divmod, set, frozenset)  # that are called with what carries no derivative


def is_repeatable(body: Block, within: frozenset[Any] = frozenset()) -> bool:
    """Whether a function's body does nothing but compute. What it calls of the same program
    (`FunctionRef`) is to be looked at by itself. `within` are the user's functions whose bodies are
    looked at already."""
    for stmt in walk(body):
        if isinstance(stmt, With) or (isinstance(stmt, Opaque) and not stmt.leaves):
            return False
        if isinstance(stmt, Call) and not _only_computes(stmt, within):
            return False
    return True


def _only_computes(call: Call, within: frozenset[Any]) -> bool:
    fn: Any = call.fn
    if isinstance(fn, (Attribute, FunctionRef)) or any(fn is check for check in CHECKS):
        return True
    given = [a.value for a in call.operands if isinstance(a, Const) and isinstance(a.value, types.FunctionType)]
    if not all(_computes(function, within) for function in given):
        return False  # a solver's equation, or what `sorted` and `max` order by
    if scipy_solver(fn) is not None:
        return not any(key == "callback" for key, _ in call.kwargs)
    if is_user_function(fn):
        return _computes(fn, within)
    pure = any(fn is other for other in PURE_BUILTINS) or is_pure_callable(fn)
    return pure and not any(name == "out" for name, _ in call.kwargs)


def _computes(function: types.FunctionType, within: frozenset[Any]) -> bool:
    """Whether a function of the user's does nothing but compute."""
    try:
        return function in within or is_repeatable(lowered(function).body, within | {function})
    except (Refused, SourceError):
        return False
