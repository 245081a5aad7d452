"""The zoo with sweeps that carry many seeds: each gives what a sweep for each seed gives, whether a
program can carry seeds or takes a sweep for each after all."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

from adcompile.testing.programs.references import float_arguments

from .not_yet import AT_RUN_TIME, NOT_YET
from .one_by_one import check_pullbacks, check_pushforwards
from .table import ZOO
from .test_zoo import after

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from corpus import KERNELS

ACCEPTED = [p for p in ZOO if p.name not in {*NOT_YET, *AT_RUN_TIME}]
LOOPS = ("jacobi_2d", "lu", "hdiff", "mlp", "atax")


def parts(program):
    """A program, its arguments, which hold floats, how exactly it computes, and how it is called."""
    args = program.calls[0]
    rtol = 1e-6 if "float32" in inspect.getsource(program.function) else 1e-12
    return program.function, args, float_arguments(args), rtol, lambda run, a: after(program.function, run, a)[0]


@pytest.mark.parametrize("program", ACCEPTED, ids=lambda p: p.name)
def test_cotangents(program):
    function, args, where, rtol, call = parts(program)
    check_pullbacks(function, args, tuple(where), rtol, call)


@pytest.mark.parametrize("program", ACCEPTED[::4], ids=lambda p: p.name)
def test_tangents(program):
    function, args, where, rtol, call = parts(program)
    check_pushforwards(function, args, where[0], rtol, call)


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k.name in LOOPS], ids=lambda k: k.name)
def test_kernels_carry_seeds(kernel):
    args = kernel.arguments("small")
    made = check_pullbacks(kernel.program, args, tuple(kernel.active()), 1e-11)
    assert made.carried is not None, made.decisions.not_carried
    assert "seed_by_seed" not in made.text
