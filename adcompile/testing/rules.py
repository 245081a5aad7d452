"""Check a rule: the derivative that it gives, through the compiler."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.errors import UsageError
from adcompile.rules.registry import pushforward_for, rule_for
from adcompile.testing.gradients import GradientMismatch, check_grads, is_inexact, random_like
from adcompile.testing.loading import load_text


def check_rule(
    function: Callable[..., Any],
    args: Sequence[Any],
    options: Mapping[str, Any] | None = None,
    *,
    wrt: Sequence[int] | None = None,
    order: int = 2,
    rtol: float = 1e-6,
    atol: float = 1e-6,
) -> None:
    """Check the rule of a function at `args`, and `options` by keyword, as adcompile's own are.

    The function is called in a program that makes one number of what it returns, whatever its
    shape or structure; the gradient of that is compared with 5-point differences for each
    argument in `wrt` (all floats, complex numbers and arrays of them if left out), and from `order`
    2 on that of the emitted gradient too. Where the rule serves forward mode, its tangents are
    compared with the gradients.

    Raises:
        UsageError: if the function has no rule.
        GradientMismatch: with the argument, both gradients, and the largest difference.
    """
    rule = rule_for(function)
    if rule is None:
        raise UsageError(f"'{getattr(function, '__name__', function)}' has no rule")
    order = 1 if rule.kind == "zero" else order
    program = _program(function, args, dict(options or {}))
    check_grads(program, args, wrt, order, rtol=rtol, atol=atol)
    has_tangent = rule.kind == "partials" or pushforward_for(function) is not None
    where = [k for k, a in enumerate(args) if is_inexact(a)] if wrt is None else wrt
    for position in where if has_tangent else ():
        _check_tangent(program, args, position)


def _check_tangent(program: Callable[..., Any], args: Sequence[Any], position: int) -> None:
    """Compare both modes along one direction."""
    from adcompile.api import grad
    from adcompile.pushforward import jvp

    direction = random_like(args[position], np.random.default_rng(11))
    tangent = jvp(program, position)(*args, direction)[1]
    by_gradient = np.sum(grad(program, position)(*args) * direction).real
    if abs(tangent - by_gradient) > 1e-11 * max(1.0, abs(by_gradient)):
        raise GradientMismatch(
            f"the tangent by argument {position} is {tangent}, and the gradient along the same direction {by_gradient}"
        )


def _program(function: Callable[..., Any], args: Sequence[Any], options: dict[str, Any]) -> Callable[..., Any]:
    """A program that makes one number of what the function returns, and its arguments."""
    result = function(*copy.deepcopy(list(args)), **options)
    several = isinstance(result, (tuple, list))
    random = np.random.default_rng(7)
    weights = [random.uniform(0.5, 1.5, np.shape(item)) for item in (result if several else [result])]
    values = {f"weights{k}": w if w.ndim else float(w) for k, w in enumerate(map(np.asarray, weights))}
    values |= {f"option_{name}": value for name, value in options.items()}
    parameters = ", ".join(f"a{k}" for k in range(len(args)))
    given = ", ".join([parameters, *(f"{name}=option_{name}" for name in options)])
    sums = [f"np.sum({f'result[{k}]' if several else 'result'} * weights{k})" for k in range(len(weights))]
    total = " + ".join(sums)
    if any(map(np.iscomplexobj, result if several else [result])):
        total = f"np.real({total}) + 2 * np.imag({total})"
    text = f"def program({parameters}):\n    result = function({given})\n    return {total}\n"
    return load_text(text, "program", function=function, **values)
