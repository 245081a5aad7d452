"""Emitted pushforwards, to the letter, and that they are right.

Each file of `goldens/pushforwards` is a program `f` with its arguments `ARGS` and what moves,
`WRT`; after the line `# emitted:` stands what adcompile writes for it. GENERIC says that it is
written for arguments of which nothing is known.
"""

from pathlib import Path

import numpy as np
import pytest
from golden_files import EMITTED, check_text, load

import adcompile
from adcompile import jvp
from adcompile.testing.directions import agree, direction_like, product, size_of_product
from adcompile.transformed import positions

FOLDER = Path(__file__).parent / "goldens" / "pushforwards"
PROGRAMS = sorted(FOLDER.glob("*.py"))


@pytest.fixture(params=PROGRAMS, ids=lambda path: path.stem)
def golden(request):
    return load(request.param)


def tangents(module, seed=0):
    rng = np.random.default_rng(seed)
    where, several = positions(module.f, module.WRT)
    made = tuple(direction_like(module.ARGS[i], rng) for i in where)
    return made if several else made[0]


def emitted(module):
    made = jvp(module.f, module.WRT)
    if not getattr(module, "GENERIC", False):
        made.specialize(*module.ARGS, tangents(module))
    return made.source


def test_text(golden):
    check_text(Path(golden.__file__), EMITTED, emitted(golden).strip() + "\n")


def test_golden_text_runs(golden):
    """What the file holds is a program: value and tangent are those of what is compiled now."""
    made = golden.f_pushforward(*golden.ARGS, tangents(golden))
    again = jvp(golden.f, golden.WRT)(*golden.ARGS, tangents(golden))
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(made[0], golden.f(*golden.ARGS))


def test_against_the_pullback(golden):
    value, pullback = adcompile.vjp(golden.f, golden.WRT)(*golden.ARGS)
    rng = np.random.default_rng(1)
    for seed in range(3):
        along, back = tangents(golden, seed), direction_like(value, rng)
        _, tangent = jvp(golden.f, golden.WRT)(*golden.ARGS, along)
        pulled = pullback(back)
        assert agree(product(tangent, back), product(pulled, along), size_of_product(pulled, along))


def test_compiled_again(golden):
    """The tangent of the tangent, along the same direction: against differences."""
    pushed = jvp(golden.f, golden.WRT)
    direction = tangents(golden)
    where, several = positions(golden.f, golden.WRT)
    _, (_, second) = jvp(pushed, golden.WRT)(*golden.ARGS, direction, direction)

    def moved(h):
        args = list(golden.ARGS)
        for i, by in zip(where, direction if several else (direction,), strict=True):
            args[i] = shifted(args[i], by, h)
        return np.asarray(pushed(*args, direction)[1])

    h = 1e-3
    expected = (moved(-2 * h) - 8 * moved(-h) + 8 * moved(h) - moved(2 * h)) / (12 * h)
    np.testing.assert_allclose(second, expected, rtol=1e-6, atol=1e-6)


def shifted(value, by, h):
    if isinstance(value, (list, tuple)):
        return type(value)(shifted(v, b, h) for v, b in zip(value, by, strict=True))
    return value + h * by
