"""The zoo in forward mode: `<J v, u>` is `<v, J.T u>`, in random directions; the value is that of
the program to the bit, and the caller's objects hold what the program leaves in them."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest

from adcompile import jvp
from adcompile.testing.directions import agree, direction_like, product, size_of_product
from adcompile.testing.programs.references import float_arguments

from .not_yet import AT_RUN_TIME, NOT_YET
from .table import ZOO
from .test_zoo import after, pulled, same

DIRECTIONS = 8
ACCEPTED = [p for p in ZOO if p.name not in {*NOT_YET, *AT_RUN_TIME}]


@pytest.mark.parametrize("program", ACCEPTED, ids=lambda p: p.name)
def test_products(program):
    single = "float32" in inspect.getsource(program.function)  # some tangents are rounded, as their values are
    rtol = 1e-6 if single else 1e-13
    for args in program.calls:
        where = tuple(float_arguments(args))
        value, *left = after(program.function, program.function, args)
        _, pullback = after(program.function, lambda *a: pulled(program.function, a), args)[0]
        pushed = jvp(program.function, where)
        rng = np.random.default_rng(3)
        for _ in range(DIRECTIONS):
            tangents = tuple(direction_like(args[i], rng) for i in where)
            cotangent = direction_like(np.asarray(value), rng) if np.ndim(value) else float(rng.normal())
            given = copy.deepcopy(tangents)
            (again, along), *made = after(program.function, lambda *a, t=given: pushed(*a, t), args)
            assert same(given, tangents), "a tangent that was given has changed"
            assert same(again, value)
            assert same(made, left)
            cotangents = pullback(cotangent)
            back, scale = product(cotangents, tangents), size_of_product(cotangents, tangents)
            assert agree(product(along, cotangent), back, scale, rtol)
