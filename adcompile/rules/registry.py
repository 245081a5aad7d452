"""The registry of derivative rules, and the decorators that fill it.

    @partials(np.arctan2, samples=...)     elementwise: the partial derivatives, one for each argument
    @pullback(np.matmul, samples=...)      otherwise: the cotangents, one for each argument
    @pushforward(np.max)                   for a pullback that is not of a linear function: the
                                           terms of the tangent, one for each argument
    zero(np.floor, ...)                    piecewise constant: no derivative flows

A rule is of real numbers, and refuses complex ones, until it is said what it is of those:

    holomorphic(np.exp, ...)               complex differentiable: the formula of real numbers holds
    complex_too(np.absolute, ...)          right for complex numbers, though not holomorphic

A rule is an ordinary function. Its parameters are: the primitive's result, the primitive's
array arguments, for a pullback the result's cotangent (for a pushforward the arguments'
tangents, each named as its argument with `_dot`), and after `*` the primitive's options with
their defaults, in the order in which the primitive takes them. It returns one value for each
array argument (None for one that carries no derivative).

Partial derivatives are a rule for both modes. Of a pullback it is said in what the primitive
is linear; then the primitive itself takes the tangents:

    linear="a" or ("x", "y")     in each of these arguments, while the others stay: a term for each
    together=("x", "y")          in these arguments taken together: one term

The cotangent of a result with several items is a tuple. A pullback with `unread=True` finds None in it
for an item that nothing reads, and can leave out what is computed for it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from adcompile.errors import UsageError
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Attribute, Method, Syntax

F = TypeVar("F", bound=Callable[..., Any])
Samples = Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `kind` is 'partials', 'pullback', 'pushforward' or 'zero'; `arguments` are the
    names of the array arguments, `options` the other parameters with their defaults. `spelled`
    gives the arguments that may be left out, which are None then, by all names that they have.
    `linear` are the arguments in which the primitive is linear ('*' for those of which there may
    be any number), each or all `together`, and `constants` the options that add a constant. `order`
    are the names of all parameters, where options stand before arguments. `unread` says that the rule
    takes None for the cotangent of an item of the result that nothing reads."""

    kind: str
    function: Callable[..., Any] | None = None
    arguments: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    variadic: bool = False
    samples: Samples | None = None
    spelled: Mapping[str, str] = field(default_factory=dict)
    linear: tuple[str, ...] = ()
    together: bool = False
    constants: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    unread: bool = False
    on_complex: str = ""  # 'holomorphic', 'any', or empty: then complex numbers are refused

    @property
    def places(self) -> tuple[str, ...]:
        """The names of what the primitive is given by position, in its order."""
        return self.order or (*self.arguments, *(name for name, _ in self.options))


RULES: dict[Any, Rule] = {}
PUSHFORWARDS: dict[Any, Rule] = {}
RULE_FUNCTIONS: set[Any] = set()  # what emitted code may call where a rule was not spliced
STATIC: set[Any] = set()  # functions that rules call on known values only: run at compile time
INLINE: set[Any] = set()  # functions whose lines are written where a rule calls them


def partials(*primitives: Any, samples: Samples) -> Callable[[F], F]:
    """Register the partial derivatives of elementwise functions."""
    return _register("partials", primitives, samples=samples)


def pullback(
    *primitives: Any,
    samples: Samples,
    spelled: Mapping[str, str] | None = None,
    linear: str | tuple[str, ...] = (),
    together: tuple[str, ...] = (),
    constants: tuple[str, ...] = (),
    order: tuple[str, ...] = (),
    unread: bool = False,
) -> Callable[[F], F]:
    """Register the pullback of functions; `spelled`: names by which some arguments are given,
    or left out, and the rule's names for them. `linear`, `together`: the arguments in which the
    functions are linear, each or all at once; `constants`: the options that are added to that;
    `order`: all parameters as the functions take them, where options stand before arguments;
    `unread`: the cotangent of an item of the result that nothing reads is None."""
    each = (linear,) if isinstance(linear, str) else linear
    return _register(
        "pullback",
        primitives,
        samples=samples,
        spelled=spelled or {},
        linear=together or each,
        together=bool(together),
        constants=constants,
        order=order,
        unread=unread,
    )


def pushforward(*primitives: Any) -> Callable[[F], F]:
    """Register the pushforward of functions whose pullback is registered: a function of the
    result, the arguments and their tangents that returns the terms of the result's tangent."""

    def register(function: F) -> F:
        arguments, options, variadic = _signature("pushforward", function)
        for primitive in primitives:
            base = RULES[primitive]
            tangents = tuple(f"{name}_dot" for name in base.arguments)
            if (arguments, options, variadic) != ((*base.arguments, *tangents), base.options, base.variadic):
                raise UsageError(f"the pushforward '{function.__name__}' takes other parameters than the pullback")
            PUSHFORWARDS[primitive] = replace(base, kind="pushforward", function=function)
        RULE_FUNCTIONS.add(function)
        return function

    return register


def zero(*primitives: Any, on_complex: str = "any") -> None:
    """Declare that no derivative flows through some functions; with `on_complex` empty, of real
    numbers only."""
    for primitive in primitives:
        RULES[primitive] = Rule("zero", on_complex=on_complex)
        PUSHFORWARDS.pop(primitive, None)


def holomorphic(*primitives: Any) -> None:
    """Say of rules that they are right for complex numbers, and the functions complex
    differentiable (of a linear function: in its numbers, with no conjugate)."""
    _say_of_complex("holomorphic", primitives)


def complex_too(*primitives: Any) -> None:
    """Say of rules that they are right for complex numbers too."""
    _say_of_complex("any", primitives)


def _say_of_complex(word: str, primitives: Sequence[Any]) -> None:
    for primitive in primitives:
        if primitive not in RULES:
            raise UsageError(f"'{getattr(primitive, '__name__', primitive)}' has no rule")
        for table in (RULES, PUSHFORWARDS):
            if primitive in table:
                table[primitive] = replace(table[primitive], on_complex=word)


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


def _register(kind: str, primitives: Sequence[Any], **more: Any) -> Callable[[F], F]:
    def register(function: F) -> F:
        arguments, options, variadic = _signature(kind, function)
        unknown = {*more.get("linear", ())} - {*arguments, "*" * variadic}
        if unknown:
            raise UsageError(f"the rule '{function.__name__}' has no argument {', '.join(sorted(unknown))}")
        for primitive in primitives:
            RULES[primitive] = Rule(kind, function, arguments, options, variadic, **more)
            PUSHFORWARDS.pop(primitive, None)  # it was that of another rule
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
    arguments = names[1:-1] if kind == "pullback" else names[1:]
    return tuple(arguments), tuple(options), variadic


def rule_for(fn: Any) -> Rule | None:
    """The rule of a callable, if it has one."""
    if isinstance(fn, Syntax):
        return Rule("zero", on_complex="any") if fn.passive else None
    return _look_up(RULES, fn)


def pushforward_for(fn: Any) -> Rule | None:
    """The rule by which a callable's tangent is computed, if it has one: partial derivatives, a
    pushforward, or a pullback of what is linear."""
    own = None if isinstance(fn, Syntax) else _look_up(PUSHFORWARDS, fn)
    rule = own or rule_for(fn)
    return None if rule is None or (rule.kind == "pullback" and not rule.linear) else rule


def _look_up(table: Mapping[Any, Rule], fn: Any) -> Rule | None:
    try:
        return table.get(fn) or table.get(canonical(fn))
    except TypeError:
        return None


__all__ = [
    "Attribute",
    "Method",
    "Rule",
    "complex_too",
    "holomorphic",
    "inline",
    "partials",
    "pullback",
    "pushforward",
    "pushforward_for",
    "rule_for",
    "static",
    "zero",
]
