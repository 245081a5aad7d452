"""The generator of random programs, and the checks of their gradients: what is wrong is noticed."""

import copy
from random import Random

import numpy as np
import pytest

from adcompile import detach
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.loading import load_text
from adcompile.testing.programs import (
    DISCARDED,
    REFUSED,
    Program,
    check_program,
    generate,
    judge,
    reduce_program,
)
from adcompile.testing.programs.__main__ import main
from adcompile.testing.programs.campaign import Campaign
from adcompile.testing.programs.checks import Expected
from adcompile.testing.programs.references import ComplexNumPy, references
from adcompile.testing.programs.writer import ANYTHING, NO_STORES, OWN


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
    loops = ["while True:", "np.errstate", "np.empty_like(", " **= 2", ", where=", "np.cumsum(", ".view()"]
    lists = [".append(", ".pop(", ".insert(", ".extend(", "del ", ".reverse()", "rows"]
    for part in [*stores, *names, *loops, *lists]:
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
    right = np.array([6.0, 3.0])  # the argument, and the array that was in it
    expected.compare_arguments([right, right])
    for left in (np.array([2.0, 3.0]), np.array([6.0, 3.0], np.float32), [6.0, 3.0]):
        with pytest.raises(GradientMismatch, match="an argument is left different: 0"):
            expected.compare_arguments([left, right])
    with pytest.raises(GradientMismatch, match="an argument is left different: 1"):
        expected.compare_arguments([right, np.array([2.0, 3.0])])


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
    text = "def f(x, y):\n    a = np.sin(x) + y\n    for _ in range(3):\n        b = np.i0(a)\n"
    text += "    return a * b\n"
    program = Program(text, (0.5, 0.7))
    assert judge(program).kind == REFUSED
    small = reduce_program(program, lambda p: judge(p).kind == REFUSED)
    assert len(small.text.splitlines()) <= 4
    assert "np.i0" in small.text


def test_parameters_that_are_not_needed_are_left_out():
    program = Program("def f(x, v, y):\n    x = x + 1\n    return np.i0(y)\n", (0.5, np.ones(2), 0.7))
    small = reduce_program(program, lambda p: judge(p).kind == REFUSED)
    assert (small.text, small.args) == ("def f(y):\n    return np.i0(y)\n", (0.7,))


def test_a_check_in_the_emitted_program_refuses():
    text = "def f(a):\n    b = a.reshape(-1)\n    b[0] = 1.0\n    return np.sum(a)\n"
    verdict = judge(Program(text, (np.ones((2, 3)).T,)))
    assert verdict.kind == REFUSED, verdict


def test_several_processes_find_the_same():
    campaign = Campaign(5, ANYTHING)
    alone, together = ([(n, v.words) for n, v in campaign.verdicts(range(8), jobs)] for jobs in (1, 2))
    assert alone == together


def test_command_line(capsys):
    main(["--count", "3", "--seed", "7", "--show", "0"])
    assert capsys.readouterr().out.startswith("3 programs, seed 7, order 1")
