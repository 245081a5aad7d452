"""Which calls are of functions that only the running program knows: an item of a list of layers, what an
attribute of an object holds, a method of such an item.

relies on: infer.  ensures: what such a call calls carries no derivative itself.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Call, Method, Star, Stmt, Var
from adcompile.ir.types import Passive, Unknown, may_carry_derivative
from adcompile.rules.registry import rule_for

# Methods of these names are of arrays, containers and texts, as far as anyone can tell.
KNOWN_CLASSES = (np.ndarray, list, dict, set, tuple, str)


def may_find_at_run_time(stmt: Stmt, types: Types) -> bool:
    """Whether a statement is a call that finds its function when the program runs, and gives it something
    that may carry a derivative."""
    if not isinstance(stmt, Call) or len(stmt.results) != 1 or any(isinstance(a, Star) for a in stmt.args):
        return False
    if not (stmt.fn is operator.call or _is_foreign(stmt)) or any(key is None for key, _ in stmt.kwargs):
        return False
    holder, *given = stmt.operands
    if not isinstance(holder, Var) or not any(may_carry_derivative(atom_type(types, a)) for a in given):
        return False
    type_ = atom_type(types, holder)
    if isinstance(type_, Passive) and type_.kind is not None:
        # What the class says would be followed, if it had a source.
        return not hasattr(type_.kind, getattr(stmt.fn, "name", "__call__")) or type_.kind is functools.partial
    return isinstance(type_, (Unknown, Passive))


def finds_at_run_time(stmt: Stmt, types: Types, active: Collection[Atom]) -> bool:
    """The same of a call through which a derivative flows."""
    if not isinstance(stmt, Call) or not may_find_at_run_time(stmt, types):
        return False
    holder, *given = (a for a in stmt.args if not isinstance(a, Star))
    flows = stmt.result in active and any(a in active for a in given)
    return flows and holder not in active and not any(a in active for _, a in stmt.kwargs)


def _is_foreign(call: Call) -> bool:
    """Whether a call is of a method that no array, container or text has."""
    if not isinstance(call.fn, Method) or canonical(call.fn) is not call.fn or rule_for(call.fn) is not None:
        return False
    return not any(hasattr(kind, call.fn.name) for kind in KNOWN_CLASSES)
