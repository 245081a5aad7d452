"""The inferred types of random numbers are those of what is drawn; and nothing that draws is pure."""

import random

import numpy as np
import pytest
from concrete import Sizes, check, symbols, type_of

from adcompile.analyses.effects import is_pure_callable
from adcompile.inference.random import FLOATS, ONE_BY_ONE, WHOLE
from adcompile.inference.registry import DRAWS, infer_call
from adcompile.ir.nodes import Method
from adcompile.ir.types import FLOAT, UNKNOWN, Passive

M = np.arange(6.0).reshape(3, 2)
PARAMETERS = {**dict.fromkeys(FLOATS, ()), **WHOLE, "binomial": (5, 0.5), "poisson": (2.0,), "beta": (0.5, 0.7),
              "gamma": (2.0, 0.5), "chisquare": (2.0,), "standard_t": (2.0,), "weibull": (1.5,)}  # fmt: skip
SIZES = [(), (3,), ((2, 3),), ([2, 3],)]
CALLS = [
    *((name, (*given, *size), {}) for name, given in PARAMETERS.items() if len(given) == {**FLOATS, **WHOLE}[name]
      for size in SIZES),
    *((name, given, {"size": (4, 1)}) for name, given in PARAMETERS.items()),
    *((name, given, {"size": ()}) for name, given in PARAMETERS.items()),
    *((name, dims, {}) for name in ("rand", "randn") for dims in [(), (3,), (2, 3)]),
    *((name, given, {"size": 3}) for name in ("integers", "randint") for given in [(5,), (2, 5)]),
    ("choice", (4,), {"size": 3, "replace": False}), ("choice", (M[:, 0], (2, 3)), {}), ("choice", (M,), {"size": 2}),
    ("permutation", (4,), {}), ("permutation", (M,), {}),
]  # fmt: skip


@pytest.mark.parametrize("kind", [np.random.Generator, np.random.RandomState], ids=lambda kind: kind.__name__)
def test_drawn(kind):
    generator = np.random.default_rng(1) if kind is np.random.Generator else np.random.RandomState(1)
    for name, args, kwargs in CALLS:
        draw = getattr(generator, name, None)
        if draw is None or (name == "choice" and kind is np.random.RandomState and args[0] is M):
            continue  # another generator's
        sizes = Sizes()
        options = {key: type_of(a, sizes) for key, a in kwargs.items()}
        found = infer_call(Method(name), [Passive("", kind), *(type_of(a, sizes) for a in args)], options)
        assert found != UNKNOWN or [2, 3] in args, name
        check(found, draw(*args, **kwargs), symbols(sizes))


def test_drawn_one_by_one():
    for name in ONE_BY_ONE:
        args = (0.5, 0.7)[: {"random": 0, "expovariate": 1}.get(name, 2)]
        assert infer_call(Method(name), [Passive("", random.Random), *(FLOAT for _ in args)], {}) == FLOAT
        assert type(getattr(random.Random(1), name)(*args)) is float


def test_of_something_else_nothing_is_known():
    assert infer_call(Method("normal"), [Passive("Model", object), FLOAT, FLOAT], {}) == UNKNOWN
    assert infer_call(Method("random"), [UNKNOWN], {}) == UNKNOWN


def test_nothing_that_draws_is_pure():
    assert DRAWS
    assert [fn for fn in DRAWS if is_pure_callable(fn)] == []
