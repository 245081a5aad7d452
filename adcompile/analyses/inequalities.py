"""Whether some linear inequalities have a solution in integers.

Each unknown is eliminated in turn: every lower bound of it has to lie below every upper bound
(Fourier and Motzkin). What is left in the end holds no unknown, and is true or false. Integer
bounds are rounded on the way. A system that is found to have no solution has none; of others
nothing is claimed.

relies on: nothing.  ensures: True only of systems that no integers fulfil.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd
from typing import Any

Form = dict[Any, int]  # a sum of unknowns with their factors; that of None is the constant
MOST = 150  # inequalities at once; what needs more is given up


def added(a: Form, b: Form, factor: int = 1) -> Form:
    """`a + factor * b`."""
    made = dict(a)
    for key, value in b.items():
        made[key] = made.get(key, 0) + factor * value
    return {key: value for key, value in made.items() if value or key is None}


def constant(value: int) -> Form:
    """The form that is a number."""
    return {None: value}


def has_no_solution(positive: Sequence[Form], zero: Sequence[Form] = ()) -> bool:
    """Whether no integers make each of `positive` at least 0, and each of `zero` 0."""
    bounds, equal = list(positive), list(zero)
    while equal:
        form = equal.pop()
        key = next((k for k, v in form.items() if k is not None and abs(v) == 1), None)
        if key is None:
            bounds += [form, added({}, form, -1)]
            continue
        sign = -form[key]
        bounds = [_without(b, key, form, sign) for b in bounds]
        equal = [_without(b, key, form, sign) for b in equal]
    return _is_empty(bounds)


def _without(form: Form, key: Any, zero: Form, sign: int) -> Form:
    """A form with an unknown put in that a form which is 0 gives."""
    factor = form.get(key, 0)
    return added(form, zero, factor * sign) if factor else form


def _is_empty(forms: Iterable[Form]) -> bool:
    bounds = _rounded(forms)
    while bounds:
        unknowns = {key for form in bounds for key in form if key is not None}
        if not unknowns:
            return False
        if len(bounds) > MOST:
            return False
        key = _fewest_pairs(bounds, unknowns)
        lower = [b for b in bounds if b.get(key, 0) > 0]
        upper = [b for b in bounds if b.get(key, 0) < 0]
        rest = [b for b in bounds if not b.get(key, 0)]
        between = [added(added({}, low, -high[key]), high, low[key]) for low in lower for high in upper]
        bounds = _rounded([*rest, *between])
    return bounds is None


def _fewest_pairs(bounds: Sequence[Form], unknowns: Iterable[Any]) -> Any:
    """The unknown whose elimination makes the fewest inequalities."""

    def pairs(key: Any) -> tuple[int, str]:
        lower = sum(b.get(key, 0) > 0 for b in bounds)
        return lower * sum(b.get(key, 0) < 0 for b in bounds), repr(key)

    return min(unknowns, key=pairs)


def _rounded(forms: Iterable[Form]) -> list[Form] | None:
    """The inequalities in lowest terms, each once, the sharpest; None if one is false."""
    sharpest: dict[frozenset[tuple[Any, int]], int] = {}
    for form in forms:
        factors = {key: value for key, value in form.items() if key is not None and value}
        least = form.get(None, 0)
        if not factors:
            if least < 0:
                return None
            continue
        common = gcd(*factors.values())
        key = frozenset((unknown, value // common) for unknown, value in factors.items())
        sharpest[key] = min(sharpest.get(key, least // common), least // common)
    return [{**dict(key), None: least} for key, least in sharpest.items()]


__all__ = ["Form", "added", "constant", "has_no_solution"]
