"""Every primitive that may hand on memory of an argument is known to do so.

A function that the analyses take to make new memory, and that returns a view of its argument
for some input, would give wrong gradients once one of the two is changed in place.
"""

from copy import copy

import numpy as np
import pytest

import adcompile  # noqa: F401  (registers the rules)
from adcompile.analyses.sharing import hands_on
from adcompile.ir.nodes import Call, Const, Var
from adcompile.rules.registry import RULES

PRIMITIVES = [fn for fn, rule in RULES.items() if rule.kind != "zero" and rule.samples is not None and callable(fn)]


def arrays(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays(item)
    elif isinstance(value, dict):
        yield from arrays(list(value.values()))


@pytest.mark.parametrize("fn", PRIMITIVES, ids=lambda fn: getattr(fn, "__name__", repr(fn)))
def test_sharing_is_known(fn):
    for args, kwargs in RULES[fn].samples():
        result = fn(*args, **kwargs)
        shared = [a for r in arrays(result) for a in arrays([*args, *kwargs.values()]) if np.shares_memory(r, a)]
        call = Call((Var(),), fn, tuple(map(Const, args)), tuple((k, Const(a)) for k, a in kwargs.items()))
        # Of a shallow copy, and of what an update makes, `Aliasing` knows that they hold the same objects.
        assert not shared or hands_on(call, ()) or "updates" in (fn.__module__ or "") or fn is copy
