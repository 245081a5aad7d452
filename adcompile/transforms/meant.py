"""Which primitive's rule serves a call of one of Python's builtins that mean several things.

relies on: types.  ensures: a primitive of `rules.items`, or None where the builtin's own rule serves.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from adcompile.ir.nodes import Atom, Call, Star
from adcompile.ir.types import List, Tuple, Type
from adcompile.rules.items import largest, smallest, sum_from


def meant_by(call: Call, type_of: Callable[[Atom], Type], is_active: Callable[[Atom], bool]) -> Any:
    """What `max(items)`, `min(items)` and `sum(items, start)` mean."""
    if any(isinstance(a, Star) for a in call.args):
        return None
    if call.fn is builtins.max or call.fn is builtins.min:
        return {max: largest, min: smallest}[call.fn] if len(call.args) == 1 else None
    if call.fn is builtins.sum and len(call.operands) == 2:
        start = call.operands[1]
        return sum_from if is_active(start) or isinstance(type_of(start), (List, Tuple)) else None
    return None
