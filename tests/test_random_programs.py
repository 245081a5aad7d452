"""Random programs: values to the bit, gradients, the emitted program differentiated again.

`ADCOMPILE_EXAMPLES` sets how many programs are tried (150 if it is not set; 2,000 in CI).
`python -m adcompile.testing.programs --count 20000` runs a longer campaign.
"""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

import pytest

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, assume, given, settings

from adcompile.testing.loading import load_text
from adcompile.testing.programs import (
    CRASHED,
    DISCARDED,
    REFUSED,
    WRONG,
    Program,
    check_program,
    generate,
    judge,
    programs,
    reduce_program,
)
from adcompile.testing.programs.__main__ import main

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
@given(program=programs(stores=False))
def test_gradient_without_stores(program):
    check(program, 1)


@pytest.mark.skipif("ADCOMPILE_SECOND_ORDER" not in os.environ, reason="not every emitted program is accepted yet")
@settings(EVERY_RUN_THE_SAME, max_examples=max(COUNT // 5, 1))
@given(program=programs(stores=False))
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


def test_generator_is_deterministic():
    first, second = ([str(generate(Random(f"same {i}"))) for i in range(20)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 20


def test_generated_programs_use_the_language():
    text = "\n".join(generate(Random(f"language {i}")).text for i in range(300))
    jumps = ["for ", "while ", "if ", "elif ", "else:", "break", "continue", "return"]
    for part in [*jumps, "sum([", " += ", ", s", "lambda", "@", "] = "]:
        assert part in text, part


# ----------------------------------------------------------------------------- the checks can fail


def test_a_wrong_gradient_is_noticed():
    from adcompile import detach
    from adcompile.testing.gradients import GradientMismatch

    wrong = load_text("def f(x):\n    return x * detach(x)\n", "f", detach=detach)
    with pytest.raises(GradientMismatch, match="gradient is wrong: by argument 0"):
        check_program(wrong, (1.5,))


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
