"""Which items of a cotangent nothing was added to yet, where all subscripts are known.

Of `x, y = p` the cotangent of `p` is made item by item: each is stored, and none is added to zero.

ensures: `is_still_zero` is true only where the item is zero.
"""

from __future__ import annotations

import numpy as np

from adcompile.ir.nodes import Atom, Const, Var
from adcompile.runtime import broadcasting, updates
from adcompile.transforms.build import Builder

ZEROS = (np.zeros_like, broadcasting.zeros_like)
STORES = (updates.update, updates.increment)


def is_still_zero(b: Builder, bar: Atom, index: Atom) -> bool:
    """Whether all that a cotangent, zeros at first, was given so far went to other items than `index`."""
    if not isinstance(index, Const):
        return False
    made = b.definitions.get(bar) if isinstance(bar, Var) else None
    while made is not None and made.fn in STORES:
        before, stored, _ = made.operands
        if not isinstance(stored, Const) or not _are_apart(stored.value, index.value):
            return False
        made = b.definitions.get(before) if isinstance(before, Var) else None
    return made is not None and made.fn in ZEROS


def _are_apart(one: object, other: object) -> bool:
    """Whether two subscripts of one array or list certainly name different items."""
    pairs = zip(_parts(one), _parts(other), strict=False)
    for a, b in pairs:
        if type(a) is not int or type(b) is not int:
            return False  # what follows may be of other axes
        if a != b and (a < 0) == (b < 0):
            return True
    return False


def _parts(index: object) -> tuple[object, ...]:
    return index if isinstance(index, tuple) else (index,)
