"""Rules by users: the derivative of a function of theirs, or of a library's, in their own words.

    @partials(f)      elementwise: the partial derivatives, one for each argument
    @pullback(f)      otherwise: the cotangents, one for each argument
    @pushforward(f)   beside a pullback, for forward mode: the terms of the tangent
    zero(f)           no derivative flows through `f`
    @implicit(g)      what the function returns solves g(x, p) == 0, however it finds it

The function may have source or none (a C extension), and may be a method of a class
(`@pullback(Model.energy)`). Where it has a rule, its source is not looked at. A rule takes effect at
once: what was compiled before is compiled again when it is next called.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from adcompile.errors import UsageError
from adcompile.frontend.transformations import is_transformed
from adcompile.ir.callables import METHODS
from adcompile.rules import registry, solvers
from adcompile.transformed import check_function, forget_compiled

F = TypeVar("F", bound=Callable[..., Any])
Parameter = inspect.Parameter
PLAIN = (bool, int, float, complex, str, bytes)  # values that are compared by what they are


def partials(*functions: Callable[..., Any]) -> Callable[[F], F]:
    """Register the partial derivatives of elementwise functions.

    The decorated rule takes the result, the arguments, and after `*` the options with their
    defaults; it returns the partial derivative by each argument, of the shapes that the result
    and the arguments have. Broadcasting is undone outside the rule::

        @partials(scipy.special.gamma)
        def gamma_rule(r, x):
            return r * scipy.special.digamma(x)

    Raises:
        UsageError: if the rule's parameters do not fit a function, with the reason.
    """
    return _registering("partials", functions)


def pullback(*functions: Callable[..., Any], linear: str | tuple[str, ...] = ()) -> Callable[[F], F]:
    """Register the pullback of functions.

    The decorated rule takes the result, the arguments, the result's cotangent, and after `*` the
    options with their defaults; it returns the cotangent of each argument, in its shape, or None
    for one that carries no derivative::

        @pullback(Model.energy)
        def energy_rule(r, self, x, r_bar):
            return None, r_bar * self.force(x)

    Args:
        functions: those that the rule is for.
        linear: the arguments, by the rule's names, in each of which the functions are linear:
            then forward mode calls the functions themselves, and needs no pushforward.

    Raises:
        UsageError: if the rule's parameters do not fit a function, with the reason.
    """
    return _registering("pullback", functions, linear=linear)


def pushforward(*functions: Callable[..., Any]) -> Callable[[F], F]:
    """Register the pushforward of functions that have a pullback, for forward mode.

    The decorated rule takes the result, the arguments, their tangents, each named as its argument
    with `_dot`, and the options as the pullback has them. It returns the terms of the result's
    tangent, one for each argument, in the shape of the result, or None::

        @pushforward(Model.energy)
        def energy_tangent(r, self, x, self_dot, x_dot):
            return None, np.dot(self.force(x), x_dot)

    Raises:
        UsageError: if a function has no pullback, or the rule's parameters are not such.
    """
    for function in functions:
        _check_callable("pushforward", function)
        rule = registry.rule_for(function)
        if rule is None or rule.kind != "pullback":
            raise UsageError(f"@pushforward({_name(function)}): it has no pullback; register that first")

    def register(rule: F) -> F:
        registry.pushforward(*functions)(rule)
        forget_compiled()
        return rule

    return register


def zero(*functions: Callable[..., Any]) -> None:
    """Declare that no derivative flows through functions: what they return counts as constant.

    Raises:
        UsageError: if one of them is no function.
    """
    for function in functions:
        _check_callable("zero", function)
    registry.zero(*functions)
    forget_compiled()


def implicit(
    equation: Callable[..., Any] | None = None,
    *,
    fixed_point: Callable[..., Any] | None = None,
    solve: Callable[[Any, Any], Any] | None = None,
) -> Callable[[F], F]:
    """Declare the equation that a function solves: its result is differentiated by the implicit
    function theorem, at the solution, and not through the steps that led there.

    `equation(x, *parameters)` is zero at what the function returns, a number or an array, and has
    the same shape; `fixed_point(x, *parameters)` is the same again. Each parameter behind the first
    is one of the function's, by its name. What else the function takes (a start, a tolerance) has
    no influence on the solution, and gets a zero derivative::

        def kepler(E, M, e):
            return E - e * np.sin(E) - M

        @implicit(kepler)
        def anomaly(M, e, start=1.0):
            return scipy.optimize.newton(lambda E: kepler(E, M, e), start)

    That the function returns a solution is its promise: it should raise where it finds none.

    Args:
        equation: what is zero at the solution.
        fixed_point: in its place, what gives the solution again.
        solve: for many unknowns: `solve(A, b)` solves a linear system with a matrix that is never made;
            `A @ v` multiplies by it, and `scipy.sparse.linalg` takes it as a linear operator. Without
            it the matrix is dense.

    Raises:
        UsageError: if the equation's parameters do not fit the function, with the reason.
    """
    if (equation is None) == (fixed_point is None):
        raise UsageError("@implicit takes the equation, or fixed_point=, and not both")
    of = check_function(equation or fixed_point)
    by = None if solve is None else check_function(solve)

    def register(solver: F) -> F:
        _check_callable("implicit", solver)
        if (reason := misfit_of_equation(solver, of)) is not None:
            raise UsageError(f"@implicit({of.__name__}): {reason}")
        solvers.implicit(solver, solvers.Equation(of, fixed_point is not None, by))
        forget_compiled()
        return solver

    return register


def misfit_of_equation(solver: Any, equation: types.FunctionType) -> str | None:
    """Why a function cannot be the solver of an equation; None if their parameters fit."""
    if not isinstance(solver, types.FunctionType):
        return f"{solver!r} is no Python function"
    unknown, *others = inspect.signature(equation).parameters.values() or (None,)
    name = solver.__name__
    if unknown is None:
        return f"'{equation.__name__}' takes no parameters; it has to take the solution, and what it depends on"
    names = inspect.signature(solver).parameters
    for parameter in (unknown, *others):
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            return f"'{equation.__name__}' takes '*'; name its parameters, as those of '{name}' are named"
        if parameter.kind is Parameter.KEYWORD_ONLY:
            return f"'{equation.__name__}' takes '{parameter.name}' by keyword alone; take it by position"
        if parameter is not unknown and parameter.default is parameter.empty and parameter.name not in names:
            return f"'{name}' has no parameter '{parameter.name}', which '{equation.__name__}' takes"
    return None


def _registering(kind: str, functions: Sequence[Any], **more: Any) -> Callable[[F], F]:
    if not functions or not all(map(callable, functions)):
        raise UsageError(f"@{kind} takes the function that the rule is for: @{kind}(f)")
    for function in functions:
        _check_callable(kind, function)
    put: Any = registry.partials if kind == "partials" else registry.pullback

    def register(rule: F) -> F:
        for function in functions:
            if (reason := misfit(kind, function, rule)) is not None:
                name = getattr(rule, "__name__", "the rule")
                raise UsageError(f"@{kind}({_name(function)}): the rule '{name}' {reason}")
        put(*functions, samples=list, **more)(rule)
        forget_compiled()
        return rule

    return register


def _check_callable(kind: str, function: Any) -> None:
    if isinstance(function, types.MethodType):
        held, name = type(function.__self__).__name__, function.__name__
        raise UsageError(f"{kind}: '{name}' is the method of one object; register that of the class: {held}.{name}")
    if not callable(function):
        raise UsageError(f"{kind}: {function!r} is no function")
    if is_transformed(function):
        raise UsageError(f"{kind}: {function!r} is made from its function; put it into a function, and register that")
    if isinstance(function, types.MethodDescriptorType) and function.__objclass__ is np.ndarray:
        meant = METHODS.get(function.__name__)
        instead = f"; register np.{meant.__name__}, which it means" if meant is not None else ""
        raise UsageError(f"{kind}: '{function.__name__}' is a method of arrays{instead}")


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function)))


# --------------------------------------------------------------------------- does a rule fit?


def misfit(kind: str, function: Any, rule: Any) -> str | None:
    """Why a rule cannot be one for a function; None if its parameters fit."""
    if not isinstance(rule, types.FunctionType):
        return "is no Python function"
    if inspect.iscoroutinefunction(rule) or inspect.isgeneratorfunction(rule) or inspect.isasyncgenfunction(rule):
        return "does not return when it is called; write a plain function"
    given = list(inspect.signature(rule).parameters.values())
    plain = [p for p in given if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    around = ["the result"] if kind == "partials" else ["the result", "its cotangent"]
    variadic = any(p.kind is Parameter.VAR_POSITIONAL for p in given)
    if len(plain) + variadic <= len(around):
        return f"takes {len(plain)} parameters; it has to take {', '.join(around)}, and the arguments between or behind"
    if any(p.kind is Parameter.VAR_KEYWORD for p in given):
        return "takes '**'; name the options that it knows"
    if with_default := [p.name for p in plain if p.default is not Parameter.empty]:
        return f"has a default for '{with_default[0]}', which is no option: options stand behind '*'"
    arguments = [p.name for p in plain[1 : len(plain) - (kind == "pullback")]]
    options = [p for p in given if p.kind is Parameter.KEYWORD_ONLY]
    for option in options:
        if option.default is Parameter.empty:
            return f"has no default for the option '{option.name}'; give the one that the function has"
    if isinstance(function, np.ufunc):
        wanted = function.nin
        return None if len(arguments) == wanted else _counts(len(arguments), wanted, "takes")
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None  # a C function that does not say what it takes
    counted = _misfit_of_parameters(arguments, variadic, [o.name for o in options], parameters)
    return counted or _misfit_of_meaning(arguments, options, parameters)


def _misfit_of_meaning(arguments: list[str], options: list[Parameter], parameters: list[Parameter]) -> str | None:
    """Why the parameters, which are as many as the function's, do not mean what those mean."""
    names = [p.name for p in parameters][: len(arguments)]
    if arguments != names and sorted(arguments) == sorted(names):
        return f"takes {', '.join(arguments)}, and the function {', '.join(names)}: in another order"
    own = {p.name: p.default for p in parameters}
    for option in options:
        default = own.get(option.name, option.default)
        plain = all(value is None or isinstance(value, PLAIN) for value in (default, option.default))
        if plain and default != option.default:
            return f"has the default {option.default!r} for '{option.name}', and the function {default!r}"
    return None


def _misfit_of_parameters(
    arguments: list[str], variadic: bool, options: list[str], parameters: list[Parameter]
) -> str | None:
    positional = [p for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    kinds = {p.kind for p in parameters}
    if len(arguments) > len(positional) and Parameter.VAR_POSITIONAL not in kinds:
        return _counts(len(arguments), len(positional), "takes at most")
    names = {p.name for p in parameters}
    for option in options:
        if option not in names and Parameter.VAR_KEYWORD not in kinds:
            return f"has the option '{option}', which the function lacks; it has {', '.join(sorted(names))}"
    for position, parameter in enumerate(positional):
        covered = position < len(arguments) or variadic or parameter.name in options
        if not covered and parameter.default is Parameter.empty:
            return f"lacks the argument '{parameter.name}', which the function needs"
    return None


def _counts(rule: int, function: int, takes: str) -> str:
    return f"is for {rule} argument{'s' * (rule != 1)}, and the function {takes} {function}"
