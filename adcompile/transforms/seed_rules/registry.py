"""The registry of seed rules: how a call reads when some of its operands have an axis of seeds.

A rule takes what carries the seeds (`Carrying`), the call, and the call's arguments under the
names of its own parameters; it returns the value of the call for all seeds, whose first axis is
that of the seeds. At least one argument is seeded, and only those named `of` are. `NotCarried`
says that the rule does not know: then each seed takes a sweep of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Call, Const, FunctionRef, Syntax, Var
from adcompile.ir.types import Array, Scalar, Type
from adcompile.transforms.build import Builder


class NotCarried(Exception):  # noqa: N818  (not a fault: such a program takes a sweep a seed)
    """Why a program cannot carry an axis of seeds."""


class Carrying(Protocol):
    """What a seed rule may ask for."""

    b: Builder
    seeds: Atom  # how many seeds there are

    def type_of(self, atom: Atom) -> Type:
        """The type of a value, without seeds."""

    def rank_of(self, atom: Atom) -> int:
        """Its rank, without the seeds' axis; raises `NotCarried`."""

    def is_seeded(self, atom: Atom) -> bool:
        """Whether a value has an axis of seeds, or holds some that have."""

    def now(self, atom: Atom) -> Atom:
        """The value as it is now: with its axis of seeds, if it has one."""

    def lifted(self, atom: Atom) -> Atom:
        """The value with an axis of seeds, whether it depends on them or not."""

    def aligned(self, atom: Atom, rank: int) -> Atom:
        """A seeded value with axes of size 1 behind that of the seeds, so that it has `rank` others."""

    def items_of(self, atom: Atom) -> tuple[Atom, ...] | None:
        """The items of a display that stands in the program."""

    def may_change(self, atom: Atom) -> bool:
        """Whether an array may be changed in place later on."""

    def stands_for(self, type_: Type, made: Var) -> Var:
        """A seeded value of the program before, of a type, that is `made` now."""

    def static(self, atom: Atom) -> Any:
        """The Python value of an atom that is known; raises `NotCarried`."""


RuleFunction = Callable[..., Atom]


class SeedRule(NamedTuple):
    """A seed rule: which of its parameters may be seeded, and whether those may be lists, tuples or
    dicts too, or values of which nothing is known."""

    function: RuleFunction
    of: tuple[str, ...]
    any_type: bool


SEED_RULES: dict[Any, SeedRule] = {}


def carries(
    *functions: Any, of: tuple[str, ...] = ("x",), any_type: bool = False
) -> Callable[[RuleFunction], RuleFunction]:
    """Register the seed rule of some callables (`SeedRule`)."""

    def register(rule: RuleFunction) -> RuleFunction:
        for function in functions:
            SEED_RULES[function] = SeedRule(rule, of, any_type)
        return rule

    return register


def seed_rule(call: Call) -> SeedRule:
    """The seed rule of a call; raises `NotCarried` where there is none."""
    fn: Any = call.fn
    found = None
    if not isinstance(fn, (Syntax, FunctionRef)):
        found = SEED_RULES.get(fn) or SEED_RULES.get(canonical(fn))
        if found is None and isinstance(canonical(fn), np.ufunc):
            found = SEED_RULES[np.ufunc]
    if found is None:
        raise NotCarried(f"there is no seed rule for {getattr(fn, '__name__', fn)}")
    return found


def apply(carrying: Carrying, call: Call, args: Sequence[Atom]) -> Atom:
    """The value of a call for all seeds, by its rule."""
    rule = seed_rule(call)
    named = {name or "**": atom for name, atom in call.kwargs}
    try:
        bound = inspect.signature(rule.function).bind(carrying, call, *args, **named)
    except TypeError as unknown:
        raise NotCarried(f"{call.fn.__name__}: {unknown}") from unknown
    for name, given in bound.arguments.items():
        atoms = given if isinstance(given, tuple) else given.values() if isinstance(given, dict) else (given,)
        if name in list(bound.arguments)[:2]:
            continue
        seeded = [atom for atom in atoms if carrying.is_seeded(atom)]
        if seeded and name not in rule.of:
            raise NotCarried(f"the argument '{name}' of {call.fn.__name__} depends on a seed")
        if not rule.any_type and any(not isinstance(carrying.type_of(a), (Scalar, Array)) for a in seeded):
            raise NotCarried(f"the argument '{name}' of {call.fn.__name__} may hold several arrays")
    return rule.function(*bound.args, **bound.kwargs)


FULL = Const(slice(None))
