"""Which calls do nothing but compute, so that they may be dropped, moved, or made once."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.inference.registry import ELEMENTWISE, TRANSFERS
from adcompile.ir.callables import IN_PLACE, canonical
from adcompile.ir.nodes import Attribute, Call, FunctionRef, Method, Syntax
from adcompile.rules.registry import RULES
from adcompile.runtime.structures import make_dict, make_list, unpack, unpack_star

# Pure, but each call makes an object of its own, which may be changed in place later.
CREATORS = frozenset(
    [
        make_list,
        make_dict,
        np.zeros,
        np.ones,
        np.empty,
        np.full,
        np.zeros_like,
        np.ones_like,
        np.empty_like,
        np.full_like,
        np.copy,
        np.array,
        list,
        dict,
    ]
)
EFFECTFUL = frozenset([print])


def is_pure(call: Call) -> bool:
    """Whether a call only computes its result from its arguments."""
    if any(name == "out" for name, _ in call.kwargs):
        return False
    return is_pure_callable(call.fn)


def is_pure_callable(fn: Any) -> bool:
    """Whether a callable has no effect but its result."""
    if isinstance(fn, (Syntax, FunctionRef)):
        return isinstance(fn, FunctionRef)
    if isinstance(fn, Attribute):
        return True
    try:
        if fn in EFFECTFUL:
            return False
        meant = canonical(fn)
        known = fn in RULES or meant in RULES or fn in TRANSFERS or meant in TRANSFERS
        return known or isinstance(meant, np.ufunc) or meant in ELEMENTWISE or fn in (unpack, unpack_star)
    except TypeError:
        return False


def is_mutation(fn: Any) -> bool:
    """Whether a callable of the user's program changes its first argument in place."""
    return not isinstance(fn, (Syntax, Method, Attribute, FunctionRef)) and fn in IN_PLACE
