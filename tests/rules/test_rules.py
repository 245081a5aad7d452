"""Every rule on its samples: by itself, and through the compiler, to the first and second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import (
    DIFFERENTIABLE,
    Program,
    call_primitive,
    chosen,
    close,
    difference,
    direction,
    in_programs,
    inner,
    is_float,
    moved,
    spelling,
    tolerance,
)

from adcompile import check_grads, grad
from adcompile.ir.types import UNKNOWN
from adcompile.rules.registry import Rule
from adcompile.runtime.broadcasting import unbroadcast


@pytest.mark.parametrize("primitive", DIFFERENTIABLE, ids=spelling)
def test_every_rule_has_samples(primitive: Any) -> None:
    samples = DIFFERENTIABLE[primitive].samples
    assert samples is not None and len(samples()) > 0


def bind(rule: Rule, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    """A call's array arguments and options, as the compiler tells them apart."""
    if rule.variadic:
        return list(args), dict(kwargs)
    count = len(rule.arguments)
    named = dict(zip(rule.arguments, args, strict=False))
    options = dict(zip([name for name, _ in rule.options], args[count:], strict=False))
    for key, value in kwargs.items():
        (named if key in rule.arguments else options)[key] = value
    return [named[a] for a in rule.arguments], options


def apply(rule: Rule, result: Any, arrays: Any, bar: Any, options: Any) -> list[Any]:
    """The cotangents that a rule gives when it is called as plain Python."""
    assert rule.function is not None
    with np.errstate(all="ignore"):  # of what is not needed as well
        if rule.kind == "partials":
            parts = rule.function(result, *arrays, **options)
            parts = parts if len(arrays) > 1 else (parts,)
            return [unbroadcast(bar * p, a) if is_float(a) else None for p, a in zip(parts, arrays, strict=True)]
        fixed = len(rule.arguments)
        made = rule.function(result, *arrays[:fixed], bar, *arrays[fixed:], **options)
    return list(made) if len(arrays) > 1 else [made]


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: True))
def test_rule_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    args, kwargs = sample
    arrays, options = bind(rule, args, kwargs)
    rng = np.random.default_rng(5)
    result = call_primitive(primitive, args, kwargs)
    tupled = isinstance(result, (tuple, list))
    bar = direction(list(result), rng) if tupled else direction(result, rng)
    bars = type(result)(*bar) if hasattr(result, "_fields") else tuple(bar) if tupled else bar
    directions = [direction(a, rng) if is_float(a) else None for a in arrays]
    cotangents = apply(rule, result, arrays, bars, options)
    made_slope = sum(inner(c, d) for c, d in zip(cotangents, directions, strict=True) if d is not None)

    def along(h: float) -> float:
        given = [a if d is None else moved(a, d, h) for a, d in zip(arrays, directions, strict=True)]
        count = len(args)
        changed = dict(zip(rule.arguments, given, strict=False)) if not rule.variadic else {}
        positional = [*given[: min(count, len(given))], *args[len(given) :]]
        named = {k: changed.get(k, v) for k, v in kwargs.items()}
        return inner(call_primitive(primitive, positional, named), bar)

    h, tol = tolerance(result)
    expected = difference(along, h)
    assert close(made_slope, expected, abs(expected), tol), f"{made_slope} is not {expected}"


# ----------------------------------------------------------------------- through the compiler


def is_active(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether a program that calls the primitive like this has something to differentiate."""
    return in_programs(primitive) and bool(Program(primitive, sample).positions)


def gradients(program: Program) -> tuple[Any, ...]:
    """The gradient by the compiler, for the types of the arguments."""
    return grad(program.function(), program.positions)(*program.args)  # type: ignore[no-any-return]


def generic_gradients(program: Program) -> tuple[Any, ...]:
    """The gradient by the program that is compiled for any arguments."""
    compiled = grad(program.function(), program.positions)._compile([UNKNOWN] * len(program.args))
    return compiled.function(*program.args)  # type: ignore[no-any-return]


def check_gradients(program: Program, made: tuple[Any, ...]) -> None:
    """Compare gradients with differences, along one direction for each argument."""
    f = program.function()
    rng = np.random.default_rng(7)
    for position, gradient in zip(program.positions, made, strict=True):
        by = direction(program.args[position], rng)

        def along(h: float, position: int = position, by: Any = by) -> float:
            args = list(program.args)
            args[position] = moved(args[position], by, h)
            return float(f(*args))

        h, tol = tolerance(program.result)
        slope, expected = inner(gradient, by), difference(along, h)
        assert close(slope, expected, abs(expected), tol), f"argument {position}: {slope} is not {expected}"


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_active))
def test_rule_compiled(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    check_gradients(program, gradients(program))
    check_gradients(program, generic_gradients(program))


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: is_active(*case) and case[2][1]))
def test_rule_compiled_with_options_known_at_run_time(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample, runtime_options=True)
    check_gradients(program, gradients(program))


def in_single_precision(sample: Any) -> Any:
    """A sample whose arrays are of float32."""
    args, kwargs = sample
    return [a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args], kwargs


def has_arrays(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether some of what is differentiated is an array."""
    if not in_programs(primitive):
        return False
    program = Program(primitive, sample)
    return any(isinstance(program.args[i], np.ndarray) for i in program.positions)


@pytest.mark.parametrize("primitive, rule, sample", chosen(has_arrays))
def test_gradient_of_float32(primitive: Any, rule: Rule, sample: Any) -> None:
    double, single = Program(primitive, sample), Program(primitive, in_single_precision(sample))
    made, expected = gradients(single), gradients(double)
    for position, low, high in zip(single.positions, made, expected, strict=True):
        x = single.args[position]
        if isinstance(x, np.ndarray):
            assert low.dtype == np.float32
            assert low.shape == x.shape
            np.testing.assert_allclose(low, high, rtol=1e-3, atol=1e-4)


def is_smooth(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether the second derivative can be checked by differences, in double precision. The
    elementwise rules of one argument are checked on numbers and matrices alone."""
    if not in_programs(primitive):
        return False
    program = Program(primitive, sample)
    of_floats = [program.args[i] for i in program.positions if isinstance(program.args[i], (float, np.ndarray))]
    return bool(of_floats) and tolerance(program.result)[0] < 1e-3


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_smooth))
def test_second_order(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    wrt = tuple(i for i in program.positions if isinstance(program.args[i], (float, np.ndarray)))
    check_grads(program.function(), program.args, wrt, order=2, rtol=1e-5, atol=1e-5)
