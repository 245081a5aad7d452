"""Every rule in both modes: `<J v, u>` is `<v, J.T u>`, on every sample, in random directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import Program, check_tangent_by_itself, chosen, in_programs, tolerance

from adcompile import grad, jvp
from adcompile.errors import UsageError
from adcompile.ir.types import UNKNOWN
from adcompile.rules.registry import PUSHFORWARDS, RULES, Rule, pullback, pushforward, pushforward_for
from adcompile.testing.directions import agree, direction_like, product, size_of_product

DIRECTIONS = 8


def is_active(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether a program that calls the primitive like this has something to differentiate."""
    return in_programs(primitive) and bool(Program(primitive, sample).positions)


def check_products(program: Program, pushed: Any, pulled: Any) -> None:
    """`program` weighs what the primitive returns: with other weights its gradient is `J.T u`."""
    rng = np.random.default_rng(11)
    rtol = 1e-6 if tolerance(program.result)[0] > 1e-3 else 1e-13
    for _ in range(DIRECTIONS):
        args = (*program.values, *(direction_like(w, rng) for w in program.weights))
        tangents = tuple(direction_like(program.args[i], rng) for i in program.positions)
        _, along = pushed(*args, tangents)
        cotangents = pulled(*args)
        back, scale = product(cotangents, tangents), size_of_product(cotangents, tangents)
        assert agree(along, back, scale, rtol), f"forward {along}, reverse {back}"


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda primitive, *_: primitive in PUSHFORWARDS))
def test_pushforward_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    check_tangent_by_itself(primitive, PUSHFORWARDS[primitive], sample)


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_active))
def test_products(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    function = program.function()
    check_products(program, jvp(function, program.positions), grad(function, program.positions))


@pytest.mark.parametrize("primitive, rule, sample", chosen(is_active, most=3))
def test_products_for_any_arguments(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    function = program.function()
    made = [one(function, program.positions) for one in (jvp, grad)]
    check_products(program, *(one._compile([UNKNOWN] * len(one._dispatcher.parameters)).function for one in made))


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: is_active(*case) and case[2][1]))
def test_products_with_options_known_at_run_time(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample, runtime_options=True)
    function = program.function()
    check_products(program, jvp(function, program.positions), grad(function, program.positions))


def is_of_rule_files(rule: Rule) -> bool:
    """Whether a rule is no test's own."""
    return rule.function is None or rule.function.__module__.startswith("adcompile.")


def test_every_rule_has_a_tangent() -> None:
    missing = [p for p, rule in RULES.items() if pushforward_for(p) is None and is_of_rule_files(rule)]
    assert not missing



def test_a_pushforward_takes_what_its_pullback_takes() -> None:
    with pytest.raises(UsageError, match="'wrong' takes other parameters than the pullback"):

        @pushforward(np.max)
        def wrong(r: Any, a: Any, tangent: Any, *, axis: Any = None) -> Any: ...


def test_what_is_linear_is_an_argument() -> None:
    with pytest.raises(UsageError, match="'wrong' has no argument z"):

        @pullback(np.max, samples=list, linear="z")
        def wrong(r: Any, a: Any, r_bar: Any) -> Any: ...
