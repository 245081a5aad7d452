"""Random programs: values to the bit, gradients, the emitted program differentiated again.

`ADCOMPILE_EXAMPLES` sets how many programs are tried (150 if it is not set; 2,000 in CI).
`python -m adcompile.testing.programs --count 20000` runs a longer campaign.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from random import Random

import numpy as np
import pytest

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, assume, given, settings

from adcompile import detach
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.loading import load_text
from adcompile.testing.programs import (
    CRASHED,
    DISCARDED,
    REFUSED,
    RIGHT,
    WRONG,
    Program,
    check_program,
    generate,
    judge,
    programs,
    reduce_program,
)
from adcompile.testing.programs.__main__ import main
from adcompile.testing.programs.checks import Expected
from adcompile.testing.programs.references import ComplexNumPy, references
from adcompile.testing.programs.writer import ANYTHING, NO_STORES, OWN

COUNT = int(os.environ.get("ADCOMPILE_EXAMPLES", "150"))
EVERY_RUN_THE_SAME = settings(
    max_examples=COUNT,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


# Changes of what may be shared are refused where they cannot be followed; nothing else may be.
MAY_BE_REFUSED = "in place"


def check(program: Program, order: int) -> None:
    verdict = judge(program, order)
    assume(verdict.kind != DISCARDED)
    assume(not (verdict.kind == REFUSED and MAY_BE_REFUSED in verdict.reason))
    assert verdict.kind not in (WRONG, CRASHED, REFUSED), f"{verdict.kind}: {verdict.detail}\n\n{program}"


@EVERY_RUN_THE_SAME
@given(program=programs())
def test_gradient(program):
    check(program, 1)


@EVERY_RUN_THE_SAME
@given(program=programs(stores=NO_STORES))
def test_gradient_without_stores(program):
    check(program, 1)


NOT_YET = "arrays that a loop over them changes, and stores at positions that repeat, are not right yet"


@pytest.mark.skipif("ADCOMPILE_STORES" not in os.environ, reason=NOT_YET)
@EVERY_RUN_THE_SAME
@given(program=programs(stores=ANYTHING))
def test_gradient_with_stores_to_anything(program):
    """What cannot be followed is refused, and the rest is right."""
    verdict = judge(program)
    assume(verdict.kind not in (DISCARDED, REFUSED))
    assert verdict.kind == RIGHT, f"{verdict.kind}: {verdict.detail}\n\n{program}"


@pytest.mark.skipif("ADCOMPILE_SECOND_ORDER" not in os.environ, reason="not every emitted program is accepted yet")
@settings(EVERY_RUN_THE_SAME, max_examples=max(COUNT // 5, 1))
@given(program=programs(stores=NO_STORES))
def test_gradient_of_the_emitted_program(program):
    check(program, 2)


# ------------------------------------------------------------------------------ the same each time

TEXTS = """
from random import Random
from adcompile.testing.programs import compiled_text, generate
from adcompile import Refused
for number in range(10):
    try:
        print(compiled_text(generate(Random(f"text {number}"))))
    except Refused as refused:
        print(refused.diagnostics[0].what)
"""


def test_hash_seed_does_not_change_the_text():
    texts = []
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", TEXTS]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        texts.append(done.stdout)
    assert texts[0] == texts[1]
    assert texts[0].count("def f_value_and_grad(") >= 5


@pytest.mark.parametrize("stores", [NO_STORES, OWN, ANYTHING])
def test_generator_is_deterministic(stores):
    first, second = ([str(generate(Random(f"same {i}"), stores)) for i in range(20)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 20


def test_generated_programs_use_the_language():
    text = "\n".join(generate(Random(f"language {i}")).text for i in range(300))
    jumps = ["for ", "while ", "if ", "elif ", "else:", "break", "continue", "return"]
    for part in [*jumps, "sum([", " += ", ", s", "lambda", "@", "] = "]:
        assert part in text, part


def test_generated_programs_store_to_anything():
    text = "\n".join(generate(Random(f"memory {i}"), ANYTHING).text for i in range(600))
    stores = ["[1:] +=", "[::-1] =", "] > ", "np.add.at", ", out=", ".fill(", ".sort()", "np.copyto", "[[0, -1]]"]
    names = [" = v\n", "a.T", ".reshape(-1)", ".ravel()", "np.zeros(", "table['p']", "pair", "list(", "dict("]
    lists = [".append(", ".pop(", ".insert(", ".extend(", "del ", ".reverse()", "rows"]
    for part in [*stores, *names, *lists]:
        assert part in text, part


@pytest.mark.parametrize("stores", [NO_STORES, OWN, ANYTHING])
def test_generated_programs_run(stores):
    """A program that fails tests nothing."""
    for i in range(100):
        program = generate(Random(f"runs {i}"), stores)
        assert np.ndim(program.function()(*copy.deepcopy(program.args))) == 0


# ----------------------------------------------------------------------------- the checks can fail


def test_a_wrong_gradient_is_noticed():
    wrong = load_text("def f(x):\n    return x * detach(x)\n", "f", detach=detach)
    with pytest.raises(GradientMismatch, match="gradient is wrong: by argument 0 of 0\n"):
        check_program(wrong, (1.5,))


@pytest.fixture
def expected():
    """What the checks compare with, for a program that changes its argument."""
    program = Program("def f(v):\n    v[0] = v[0] * v[1]\n    return np.sum(v)\n", (np.array([2.0, 3.0]),))
    function = program.function()
    return Expected(function, program.args, references(function, program.args), 1e-12)


def test_another_value_is_noticed(expected):
    expected.compare_value(9.0)
    with pytest.raises(GradientMismatch, match="the value is another"):
        expected.compare_value(np.nextafter(9.0, 10.0))


def test_an_argument_that_is_left_different_is_noticed(expected):
    expected.compare_arguments([np.array([6.0, 3.0])])
    for left in (np.array([2.0, 3.0]), np.array([6.0, 3.0], np.float32), [6.0, 3.0]):
        with pytest.raises(GradientMismatch, match="an argument is left different: 0"):
            expected.compare_arguments([left])


def test_a_gradient_that_shares_memory_is_noticed(expected):
    gradient = np.array([3.0, 3.0])
    expected.compare_gradients({0: gradient}, [np.array([6.0, 3.0])])
    with pytest.raises(GradientMismatch, match="a gradient shares memory"):
        expected.compare_gradients({0: gradient}, [gradient])


def test_an_array_that_is_passed_twice_moves_at_both_positions():
    same = np.array([2.0, 3.0])
    program = Program("def f(u, v):\n    u[0] = 5.0 * v[1]\n    return np.sum(u * v)\n", (same, same))
    (right,) = references(program.function(), program.args)
    assert (right.positions, right.exact) == ((0, 1), True)
    np.testing.assert_allclose(right.numbers, [0.0, 156.0], rtol=1e-14)
    assert str(program).endswith("# at f(np.array([2.0, 3.0]), argument 0 again)\n")


def test_a_buffer_of_floats_takes_the_complex_step():
    text = "def f(x):\n    v = np.zeros(2)\n    v[1] = np.sin(x)\n    return v[1] * x\n"
    program = Program(text, (0.5,))
    (right,) = references(program.function(), program.args, program.function(np=ComplexNumPy()))
    assert right.exact
    np.testing.assert_allclose(right.numbers, [np.sin(0.5) + 0.5 * np.cos(0.5)], rtol=1e-14)


def test_differences_where_the_complex_step_cannot_be_taken():
    (right,) = references(lambda x: float(abs(x) ** 3), (-0.5,))
    assert (right.exact, right.reliable) == (False, True)
    np.testing.assert_allclose(right.numbers, [-0.75], rtol=1e-9)


def test_a_program_at_a_kink_is_discarded():
    assert judge(Program("def f(x):\n    return x if x > 1.0 else 0.0 * x\n", (1.0001,))).kind == DISCARDED


def test_a_refused_program_is_reduced():
    text = "def f(x, y):\n    a = np.sin(x) + y\n    for _ in range(3):\n        b = np.interp(a, [1.0], [x])\n"
    text += "    return a * b\n"
    program = Program(text, (0.5, 0.7))
    assert judge(program).kind == REFUSED
    small = reduce_program(program, lambda p: judge(p).kind == REFUSED)
    assert len(small.text.splitlines()) <= 4
    assert "np.interp" in small.text


def test_command_line(capsys):
    main(["--count", "3", "--seed", "7", "--show", "0"])
    assert capsys.readouterr().out.startswith("3 programs, seed 7, order 1")
