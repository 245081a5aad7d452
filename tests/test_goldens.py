"""The emitted text, to the letter, and that it is right.

Each file of `goldens/emitted` is a program `f` with its arguments `ARGS` and what to
differentiate by, `WRT`; after the line `# emitted:` stands what adcompile writes for it.
`UPDATE_GOLDENS=1 pytest tests/test_goldens.py` writes it anew: read the difference as a
reviewer reads code. A file may also say

    TRANSFORM = "value_and_grad" or "vjp"    what is asked for, if not "grad"
    MORE = args, args, ...                   arguments that take other ways through `f`
    GENERIC = True                           the program for arguments of which nothing is known
    CHECK = g, args, wrt                     what to compare with differences, if not `f`
    EQUAL = g                                a function without constants that has f's gradient
    FIRST_ORDER_ONLY = "why"                 the gradient is not compiled again
"""

from pathlib import Path

import numpy as np
import pytest
from golden_files import EMITTED, check_text, load

import adcompile
from adcompile.testing.gradients import numerical_gradient

FOLDER = Path(__file__).parent / "goldens" / "emitted"
PROGRAMS = sorted(FOLDER.glob("*.py"))


def transformed(module):
    """The gradient that a golden is about, not compiled yet."""
    transform = getattr(adcompile, getattr(module, "TRANSFORM", "grad"))
    return transform(module.f, module.WRT)


def emitted(module):
    """Its text, compiled anew."""
    made = transformed(module)
    if not getattr(module, "GENERIC", False):
        made.specialize(*module.ARGS)
    return made.source


def arguments(module):
    return [module.ARGS, *getattr(module, "MORE", ())]


def positions(module):
    return adcompile.transformed.positions(module.f, module.WRT)[0]


def numbers(value):
    """The numbers of a gradient, whatever holds them, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [x for item in value for x in numbers(item)]
    return np.ravel(value).tolist()


def summed(function):
    """A function of arrays as one of numbers, for the differences."""
    return lambda *args: float(np.sum(function(*args)))


def name_of(path):
    return path.stem


def without(name, value=None):
    """The goldens that do not say `name = value`; without a value, that do not say `name`."""
    said = f"{name} = " if value is None else f'{name} = "{value}"'
    return [path for path in PROGRAMS if f"\n{said}" not in path.read_text(encoding="utf-8")]


@pytest.fixture(params=PROGRAMS, ids=name_of)
def golden(request):
    return load(request.param)


def test_text(golden):
    check_text(Path(golden.__file__), EMITTED, emitted(golden).strip() + "\n")


def test_text_is_the_same_when_compiled_again(golden):
    assert emitted(golden) == emitted(golden)


def test_gradient(golden):
    if hasattr(golden, "CHECK"):
        adcompile.check_grads(*golden.CHECK)
    elif hasattr(golden, "EQUAL"):
        for i in positions(golden):
            made = adcompile.grad(golden.f, i)(*golden.ARGS)
            np.testing.assert_allclose(made, numerical_gradient(golden.EQUAL, golden.ARGS, i), rtol=1e-6, atol=1e-8)
    elif getattr(golden, "TRANSFORM", "") == "vjp":
        value, pullback = adcompile.vjp(golden.f, golden.WRT)(*golden.ARGS)
        for _ in range(2):  # a pullback may be called again
            made = pullback(np.ones_like(value))
            np.testing.assert_allclose(made, numerical_gradient(summed(golden.f), golden.ARGS), rtol=1e-6)
    else:
        for args in arguments(golden):
            adcompile.check_grads(golden.f, args, golden.WRT)


@pytest.mark.parametrize("golden", without("TRANSFORM", "vjp"), ids=name_of, indirect=True)
def test_golden_text_runs(golden):
    """What the file holds is a program: the same numbers as what is compiled now (of `vjp` it holds
    two functions, and no entry)."""
    transform = getattr(golden, "TRANSFORM", "grad")
    function = getattr(golden, f"{golden.f.__name__}_{transform}")
    made = transformed(golden)
    for args in arguments(golden):
        np.testing.assert_allclose(numbers(function(*args)), numbers(made(*args)), rtol=1e-12)


@pytest.mark.parametrize("golden", without("FIRST_ORDER_ONLY"), ids=name_of, indirect=True)
def test_gradient_compiled_again(golden):
    if hasattr(golden, "CHECK"):
        adcompile.check_grads(*golden.CHECK, order=2)
        return
    for args in arguments(golden):
        adcompile.check_grads(golden.f, args, golden.WRT, order=2)
