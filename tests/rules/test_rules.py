"""Every rule on its samples: by itself, and through the compiler, to the first and second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import (
    DIFFERENTIABLE,
    Program,
    check_by_itself,
    check_tangent_by_itself,
    chosen,
    close,
    complex_samples,
    difference,
    direction,
    in_programs,
    inner,
    moved,
    spelling,
    tolerance,
)

from adcompile import check_grads, grad
from adcompile.ir.types import UNKNOWN
from adcompile.rules.registry import PUSHFORWARDS, Rule


@pytest.mark.parametrize("primitive", DIFFERENTIABLE, ids=spelling)
def test_every_rule_has_samples(primitive: Any) -> None:
    samples = DIFFERENTIABLE[primitive].samples
    assert samples is not None and len(samples()) > 0


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: True))
def test_rule_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    check_by_itself(primitive, rule, sample)


@pytest.mark.parametrize("primitive", [p for p, rule in DIFFERENTIABLE.items() if rule.on_complex], ids=spelling)
def test_rule_by_itself_in_complex_numbers(primitive: Any) -> None:
    """What is compared is the real part of the weighed result, along complex directions."""
    rule = DIFFERENTIABLE[primitive]
    for sample in complex_samples(primitive, rule):
        check_by_itself(primitive, rule, sample)
        if primitive in PUSHFORWARDS:
            check_tangent_by_itself(primitive, PUSHFORWARDS[primitive], sample)


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


def check_gradients(program: Program, made: tuple[Any, ...], tol: float = 0.0) -> None:
    """Compare gradients with differences, along one direction for each argument."""
    f = program.function()
    rng = np.random.default_rng(7)
    for position, gradient in zip(program.positions, made, strict=True):
        by = direction(program.args[position], rng)

        def along(h: float, position: int = position, by: Any = by) -> float:
            args = list(program.args)
            args[position] = moved(args[position], by, h)
            return float(f(*args))

        h, least = tolerance(program.result)
        slope, expected = inner(gradient, by), difference(along, h)
        assert close(slope, expected, abs(expected), max(least, tol)), f"argument {position}: {slope} is not {expected}"


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_active))
def test_rule_compiled(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    check_gradients(program, gradients(program))


def is_looked_at_once(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether a primitive is the first of its rule, and a sample of an elementwise rule is of
    numbers or matrices: enough for what is checked elsewhere in more cases."""
    first = next(p for p, other in DIFFERENTIABLE.items() if other.function is rule.function)
    vectors = rule.kind == "partials" and all(np.ndim(a) == 1 for a in sample[0])
    return in_programs(primitive) and primitive is first and not vectors


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: is_looked_at_once(*case) and is_active(*case)))
def test_rule_compiled_for_any_arguments(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    check_gradients(program, generic_gradients(program))


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: is_active(*case) and case[2][1]))
def test_rule_compiled_with_options_known_at_run_time(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample, runtime_options=True)
    check_gradients(program, gradients(program))


def in_single_precision(sample: Any) -> Any:
    """A sample whose arrays are of float32."""

    def single(a: Any) -> Any:
        return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a

    args, kwargs = sample
    return [single(a) for a in args], {k: single(v) for k, v in kwargs.items()}


def has_arrays(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether some of what is differentiated is an array."""
    if not is_looked_at_once(primitive, rule, sample):
        return False
    program = Program(primitive, sample)
    return any(isinstance(program.args[i], np.ndarray) for i in program.positions)


@pytest.mark.parametrize("primitive, rule, sample", chosen(has_arrays))
def test_gradient_of_float32(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, in_single_precision(sample))
    made = gradients(program)
    check_gradients(Program(primitive, sample), made, tol=1e-3)
    for position, gradient in zip(program.positions, made, strict=True):
        if isinstance(program.args[position], np.ndarray):
            assert gradient.dtype == np.float32


def is_smooth(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether the second derivative can be checked by differences, in double precision."""
    if not is_looked_at_once(primitive, rule, sample):
        return False
    program = Program(primitive, sample)
    of_floats = [program.args[i] for i in program.positions if isinstance(program.args[i], (float, np.ndarray))]
    return bool(of_floats) and tolerance(program.result)[0] < 1e-3


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_smooth, most=6))
def test_second_order(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample, curved=True)
    wrt = tuple(i for i in program.positions if isinstance(program.args[i], (float, np.ndarray)))
    check_grads(program.function(), program.args, wrt, order=2, rtol=1e-5, atol=1e-5)
