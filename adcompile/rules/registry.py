"""The registry of derivative rules, and the decorators that fill it.

    @partials(np.arctan2, samples=...)     elementwise: the partial derivatives, one for each argument
    @pullback(np.matmul, samples=...)      otherwise: the cotangents, one for each argument
    zero(np.floor, ...)                    piecewise constant: no derivative flows

A rule is an ordinary function. Its parameters are: the primitive's result, the primitive's
array arguments, for a pullback the result's cotangent, and after `*` the primitive's
options with their defaults, in the order in which the primitive takes them. It returns one
value for each array argument (None for one that carries no derivative).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adcompile.errors import UsageError
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Attribute, Method, Syntax

F = TypeVar("F", bound=Callable[..., Any])
Samples = Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `kind` is 'partials', 'pullback' or 'zero'; `arguments` are the names of the
    array arguments, `options` the other parameters with their defaults. `spelled` gives the
    arguments that may be left out, which are None then, by all names that they have."""

    kind: str
    function: Callable[..., Any] | None = None
    arguments: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    variadic: bool = False
    samples: Samples | None = None
    spelled: Mapping[str, str] = field(default_factory=dict)


RULES: dict[Any, Rule] = {}
RULE_FUNCTIONS: set[Any] = set()  # what emitted code may call where a rule was not spliced
STATIC: set[Any] = set()  # functions that rules call on known values only: run at compile time
INLINE: set[Any] = set()  # functions whose lines are written where a rule calls them


def partials(*primitives: Any, samples: Samples) -> Callable[[F], F]:
    """Register the partial derivatives of elementwise functions."""
    return _register("partials", primitives, samples)


def pullback(*primitives: Any, samples: Samples, spelled: Mapping[str, str] | None = None) -> Callable[[F], F]:
    """Register the pullback of functions; `spelled`: names by which some arguments are given,
    or left out, and the rule's names for them."""
    return _register("pullback", primitives, samples, spelled)


def zero(*primitives: Any) -> None:
    """Declare that no derivative flows through some functions."""
    for primitive in primitives:
        RULES[primitive] = Rule("zero")


def static(function: F) -> F:
    """Declare that a function of a rule's module computes on known values, at compile time; no
    derivative flows through it."""
    STATIC.add(function)
    zero(function)
    return function


def inline(function: F) -> F:
    """Declare that the lines of a function are written where a rule calls it, as its own are."""
    INLINE.add(function)
    return function


def _register(
    kind: str, primitives: Sequence[Any], samples: Samples, spelled: Mapping[str, str] | None = None
) -> Callable[[F], F]:
    def register(function: F) -> F:
        arguments, options, variadic = _signature(kind, function)
        for primitive in primitives:
            RULES[primitive] = Rule(kind, function, arguments, options, variadic, samples, spelled or {})
        RULE_FUNCTIONS.add(function)
        return function

    return register


def _signature(kind: str, function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[tuple[str, Any], ...], bool]:
    names: list[str] = []
    options: list[tuple[str, Any]] = []
    variadic = False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            options.append((name, parameter.default))
        elif parameter.kind is parameter.VAR_POSITIONAL:
            variadic = True
        else:
            names.append(name)
    least = 2 if kind == "partials" else 3
    if len(names) + variadic < least:
        raise UsageError(f"the rule '{function.__name__}' lacks parameters: result, arguments, cotangent")
    arguments = names[1:] if kind == "partials" else names[1:-1]
    return tuple(arguments), tuple(options), variadic


def rule_for(fn: Any) -> Rule | None:
    """The rule of a callable, if it has one."""
    if isinstance(fn, Syntax):
        return Rule("zero") if fn.passive else None
    try:
        return RULES.get(fn) or RULES.get(canonical(fn))
    except TypeError:
        return None


__all__ = ["Attribute", "Method", "Rule", "inline", "partials", "pullback", "rule_for", "static", "zero"]
