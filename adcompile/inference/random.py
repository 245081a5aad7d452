"""Types of random numbers: of generators, and of what they draw.

A call that draws is typed and no more: it changes its generator, so it is never dropped, moved or
made once (`DRAWS` is no part of what `analyses/effects.py` takes to be pure).
"""

from __future__ import annotations

import random

import numpy as np

from adcompile.inference.arguments import NOTHING, dims_if_known
from adcompile.inference.registry import DRAWS, Transfer
from adcompile.ir.nodes import Method
from adcompile.ir.types import FLOAT, INT, UNKNOWN, Array, Passive, Scalar, Type

GENERATORS = (np.random.Generator, np.random.RandomState)
# The floats that a generator's method draws, by the number of parameters before `size`.
FLOATS = {
    "random": 0, "standard_normal": 0, "random_sample": 0, "standard_cauchy": 0, "standard_exponential": 0,
    "exponential": 1, "chisquare": 1, "rayleigh": 1, "standard_t": 1, "weibull": 1,
    "normal": 2, "uniform": 2, "lognormal": 2, "laplace": 2, "beta": 2, "gamma": 2, "logistic": 2, "gumbel": 2,
}  # fmt: skip
WHOLE = {"poisson": 1, "binomial": 2}
BY_DIMS = ("rand", "randn")  # their arguments are the sizes
# The floats that a generator of Python's own draws.
ONE_BY_ONE = ("random", "uniform", "gauss", "normalvariate", "expovariate", "triangular", "betavariate")


def _numbers(before: int, dtype: str, number: Type) -> Transfer:
    def drawn(*args: Type, size: Type = NOTHING, **options: Type) -> Type:
        given, rest = args[:before], args[before:]
        if len(rest) > 1 or not all(isinstance(t, Scalar) for t in (*given, *options.values())):
            return UNKNOWN
        if {"dtype", "out", "method"} & set(options):
            return UNKNOWN
        shape = rest[0] if rest else size
        return number if shape == NOTHING else Array(dtype, dims_if_known(shape))

    return drawn


def _by_dims(*dims: Type) -> Type:
    sizes = [dims_if_known(d) for d in dims]
    if not sizes:
        return FLOAT
    return Array("float64", None if None in sizes else tuple(d for size in sizes for d in size or ()))


def _integers(low: Type, high: Type = NOTHING, size: Type = NOTHING) -> Type:
    one = all(isinstance(t, Scalar) or t == NOTHING for t in (low, high))
    return Array("int64", dims_if_known(size)) if one and size != NOTHING else UNKNOWN


def _choice(a: Type, size: Type = NOTHING, replace: Type = NOTHING, p: Type = NOTHING) -> Type:
    if not isinstance(a, (Scalar, Array)) or size == NOTHING:
        return UNKNOWN
    rows = a.shape[1:] if isinstance(a, Array) and a.shape else ()
    sizes = dims_if_known(size) if isinstance(a, Scalar) or a.shape else None
    return Array(a.dtype if isinstance(a, Array) else "int64", None if sizes is None else (*sizes, *rows))


def _permutation(x: Type) -> Type:
    return Array("int64", dims_if_known(x)) if isinstance(x, Scalar) else x if isinstance(x, Array) else UNKNOWN


def _of_generator(name: str, drawn: Transfer) -> Transfer:
    def of(generator: Type, *args: Type, **options: Type) -> Type:
        kind = generator.kind if isinstance(generator, Passive) else None
        if kind is random.Random and name in ONE_BY_ONE:
            return _number(*args, **options)
        return drawn(*args, **options) if kind in GENERATORS else UNKNOWN

    return of


def _number(*args: Type, **options: Type) -> Type:
    return FLOAT if all(isinstance(t, Scalar) for t in (*args, *options.values())) else UNKNOWN


def _made(kind: type) -> Transfer:
    return lambda *_, **__: Passive(kind.__name__, kind)


DRAWS[np.random.default_rng] = _made(np.random.Generator)
DRAWS[np.random.RandomState] = _made(np.random.RandomState)
DRAWS[random.Random] = _made(random.Random)
BY_NAME: dict[str, Transfer] = {
    **{name: _numbers(before, "float64", FLOAT) for name, before in FLOATS.items()},
    **{name: _numbers(before, "int64", INT) for name, before in WHOLE.items()},
    **dict.fromkeys(BY_DIMS, _by_dims),
    **{"randint": _integers, "choice": _choice, "permutation": _permutation},
}
for _name, _drawn in BY_NAME.items():
    DRAWS[getattr(np.random, _name)] = _drawn
for _name in ONE_BY_ONE:
    DRAWS[getattr(random, _name)] = _number
for _name, _drawn in {**dict.fromkeys(ONE_BY_ONE, lambda *_, **__: UNKNOWN), "integers": _integers, **BY_NAME}.items():
    DRAWS[Method(_name)] = _of_generator(_name, _drawn)
