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
from adcompile.frontend.stand_in import function_of_lambda
from adcompile.ir.callables import outs_of, public_module
from adcompile.ir.nodes import Attribute, Call, Const, Function, FunctionRef, Opaque, Syntax, With
from adcompile.ir.traverse import walk
from adcompile.rules.solvers import scipy_solver

FUNCTIONS = (types.FunctionType, types.MethodType)
PURE_BUILTINS = (sorted, any, all, divmod, set, frozenset)  # that are called with what carries no derivative
PURE_MODULES = ("scipy.special", "scipy.linalg", "scipy.sparse.linalg")  # whose functions only compute


def is_repeatable(function: Function, within: frozenset[Any] = frozenset()) -> bool:
    """Whether a function does nothing but compute. What it calls of the same program
    (`FunctionRef`) is to be looked at by itself. `within` are the user's functions whose bodies are
    looked at already."""
    for stmt in walk(function.body):
        if isinstance(stmt, With) or (isinstance(stmt, Opaque) and not stmt.leaves):
            return False
        if isinstance(stmt, Call) and not _only_computes(stmt, function.holder, within):
            return False
    return True


def _only_computes(call: Call, holder: Any, within: frozenset[Any]) -> bool:
    fn: Any = call.fn
    if isinstance(fn, (Attribute, FunctionRef)) or any(fn is check for check in CHECKS):
        return True
    if isinstance(fn, Syntax):  # a lambda counts for what it does where it is called
        made = function_of_lambda(fn.node, fn.reads, holder)
        return made is not None and _computes(made, within)
    given = [a.value for a in call.operands if isinstance(a, Const)]
    if not all(_computes(value, within) for value in given if isinstance(value, FUNCTIONS)):
        return False  # a solver's equation, what `sorted` and `max` order by, or what each seed is given to
    from_scipy = public_module(fn, getattr(fn, "__name__", "")) in PURE_MODULES
    if from_scipy or scipy_solver(fn) is not None:
        return not any(key == "callback" for key, _ in call.kwargs)
    if is_user_function(fn):
        return _computes(fn, within)
    pure = any(fn is other for other in PURE_BUILTINS) or is_pure_callable(fn)
    return pure and not outs_of(call)


def _computes(function: types.FunctionType | types.MethodType, within: frozenset[Any]) -> bool:
    """Whether a function that is called, or handed on to be called, does nothing but compute."""
    plain: Any = getattr(function, "__func__", function)
    if plain in within or is_pure_callable(plain):
        return True
    try:
        return is_repeatable(lowered(plain), within | {plain})
    except (Refused, SourceError):
        return False
